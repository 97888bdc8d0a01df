/**
 * Reads the records of one segment held in memory, in order, up to its end or to the first thing that is no record.
 * Judging what stands there is `torn-tail`'s business.
 */
import {
  checksumHolds,
  plausibleLength,
  RECORD_HEADER_SIZE,
  RECORD_TYPE,
  recordType,
  SEGMENT_HEADER_SIZE,
  type DataRecordType,
} from './record.ts';
import type { SegmentBytes } from './torn-tail.ts';

/** A record under the reader's eyes: one object, filled anew for every record. Data are [start, end) of `bytes`. */
export interface LogRecord {
  readonly type: DataRecordType;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly segmentId: number;
  /** Offset of the record in its segment. */
  readonly offset: number;
}

export type RecordVisitor = (record: LogRecord) => void;

/** Visits every data record behind the header. Returns the offset behind the last record: the end, or where damage begins. */
export function readRecords(
  segment: SegmentBytes,
  segmentId: number,
  visit: RecordVisitor,
): number {
  const { bytes, seed, checksum } = segment;
  const record = {
    type: RECORD_TYPE.batch as DataRecordType,
    bytes,
    start: 0,
    end: 0,
    segmentId,
    offset: 0,
  };
  let at = SEGMENT_HEADER_SIZE;
  while (at < bytes.length) {
    const length = plausibleLength(bytes, at, bytes.length);
    if (length < 0 || !checksumHolds(bytes, at, length, seed, checksum)) return at;
    const type = recordType(bytes, at);
    const start = at + RECORD_HEADER_SIZE;
    if (type !== RECORD_TYPE.syncMark) {
      record.type = type;
      record.start = start;
      record.end = start + length;
      record.offset = at;
      visit(record);
    }
    at = start + length;
  }
  return at;
}
