/**
 * The bytes of the write-ahead log. Part of the file format, do not change; `docs/formats/wal.md` is its manual.
 *
 *   segment   := header record*
 *   header    := magic "ALXWAL\r\n" (8) | version (4) | segment id (8) | checksum of the 20 bytes before (4)
 *   record    := length (4) | checksum (4) | type (1) | data (length)
 *
 * All numbers little endian. A record's checksum is the CRC-32 of segment id (8), length, type and data, so a record left in a
 * recycled or misplaced segment can never pass for one of this segment. Records never cross segments.
 *
 * A sync mark (type 6) holds an offset (8) of its own segment: every byte before it had been synced when the mark was
 * written. It is what tells lost acknowledged data from writes that the disk never promised to keep (see `torn-tail`).
 */
import type { Checksum } from '../base/checksum.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';

/** What a record holds. Zero is no type, so that zeroed disk blocks are no records. */
export const RECORD_TYPE = Object.freeze({
  batch: 1,
  batchPart: 2,
  batchEnd: 3,
  prepare: 4,
  resolve: 5,
  syncMark: 6,
} as const);
export type RecordType = (typeof RECORD_TYPE)[keyof typeof RECORD_TYPE];
/** Types that callers write; marks belong to the writer. */
export type DataRecordType = Exclude<RecordType, typeof RECORD_TYPE.syncMark>;

export const SEGMENT_VERSION = 1;
export const SEGMENT_HEADER_SIZE = 24;
export const RECORD_HEADER_SIZE = 9;
export const SYNC_MARK_SIZE = 8;
/** Data of one record; larger batches are written as parts. */
export const RECORD_DATA_SIZE_MAX = 0x4000_0000;
export const SEGMENT_SIZE_DEFAULT = 64 * 1024 * 1024;

const MAGIC = Uint8Array.of(0x41, 0x4c, 0x58, 0x57, 0x41, 0x4c, 0x0d, 0x0a);
const VERSION_AT = 8;
const SEGMENT_ID_AT = 12;
const HEADER_CHECKSUM_AT = 20;
const CHECKSUM_AT = 4;
const TYPE_AT = 8;

/** What every record checksum of a segment starts from: the CRC of the segment id. */
export function segmentSeed(segmentId: number, checksum: Checksum): number {
  const bytes = new Uint8Array(8);
  writeUint64(bytes, 0, segmentId);
  return checksum(bytes, 0, 8, 0);
}

export function encodeSegmentHeader(
  target: Uint8Array,
  segmentId: number,
  checksum: Checksum,
): void {
  target.set(MAGIC, 0);
  writeUint32(target, VERSION_AT, SEGMENT_VERSION);
  writeUint64(target, SEGMENT_ID_AT, segmentId);
  writeUint32(target, HEADER_CHECKSUM_AT, checksum(target, 0, HEADER_CHECKSUM_AT, 0));
}

/** The version in a sound header of segment `segmentId`; undefined when the header is damaged or another segment's. */
export function decodeSegmentHeader(
  bytes: Uint8Array,
  segmentId: number,
  checksum: Checksum,
): number | undefined {
  if (bytes.length < SEGMENT_HEADER_SIZE) return undefined;
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) return undefined;
  if (checksum(bytes, 0, HEADER_CHECKSUM_AT, 0) !== readUint32(bytes, HEADER_CHECKSUM_AT))
    return undefined;
  if (readUint64(bytes, SEGMENT_ID_AT) !== segmentId) return undefined;
  return readUint32(bytes, VERSION_AT);
}

/** Fills in the header of a record whose data already stand behind it. `seed` is the segment's. */
export function sealRecord(
  bytes: Uint8Array,
  at: number,
  type: RecordType,
  length: number,
  seed: number,
  checksum: Checksum,
): void {
  writeUint32(bytes, at, length);
  bytes[at + TYPE_AT] = type;
  const ofLength = checksum(bytes, at, at + CHECKSUM_AT, seed);
  const ofAll = checksum(bytes, at + TYPE_AT, at + RECORD_HEADER_SIZE + length, ofLength);
  writeUint32(bytes, at + CHECKSUM_AT, ofAll);
}

/**
 * Length of the data of the record at `at`, or -1 where its header cannot be one or its data do not fit before `end`.
 * Says nothing about the checksum yet.
 */
export function plausibleLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + RECORD_HEADER_SIZE > end) return -1;
  const type = bytes[at + TYPE_AT]!;
  if (type < RECORD_TYPE.batch || type > RECORD_TYPE.syncMark) return -1;
  const length = readUint32(bytes, at);
  if (length > end - at - RECORD_HEADER_SIZE) return -1;
  if (type === RECORD_TYPE.syncMark && length !== SYNC_MARK_SIZE) return -1;
  return length;
}

/** Whether the plausible record at `at` carries the checksum of its bytes. */
export function checksumHolds(
  bytes: Uint8Array,
  at: number,
  length: number,
  seed: number,
  checksum: Checksum,
): boolean {
  const ofLength = checksum(bytes, at, at + CHECKSUM_AT, seed);
  const ofAll = checksum(bytes, at + TYPE_AT, at + RECORD_HEADER_SIZE + length, ofLength);
  return ofAll === readUint32(bytes, at + CHECKSUM_AT);
}

export function recordType(bytes: Uint8Array, at: number): RecordType {
  return bytes[at + TYPE_AT]! as RecordType; // a codec: plausibleLength has checked the range
}
