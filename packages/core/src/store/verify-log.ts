/**
 * Checks the log: every segment from the first that counts on is there, every record is sound and holds a batch.
 *
 * What stands behind the last record of the last segment is judged as recovery judges it (`wal/torn-tail`): a torn record or
 * writes that the disk never promised to keep are what a crash leaves; anything else is damage.
 */
import type { TablePlace } from '../lsm/table.ts';
import type { Version } from '../lsm/version.ts';
import { decodeBatch } from '../lsm/write-batch.ts';
import { joinPath } from '../vfs/path.ts';
import { readRecords, type LogRecord } from '../wal/reader.ts';
import {
  decodeSegmentHeader,
  RECORD_TYPE,
  SEGMENT_HEADER_SIZE,
  SEGMENT_VERSION,
  segmentSeed,
} from '../wal/record.ts';
import { listSegments, segmentName, segmentPath } from '../wal/segment.ts';
import { classifyDamage, writtenEnd, type SegmentBytes } from '../wal/torn-tail.ts';
import { readWholeFile } from './read-whole-file.ts';
import type { VerifyFindings } from './verify-findings.ts';

/** Yields the bytes checked since the last time. */
export function* verifyLog(
  place: TablePlace,
  version: Pick<Version, 'firstSegmentId'>,
  findings: VerifyFindings,
): Generator<number, void> {
  const { vfs, directory } = place;
  const ids = listSegments(vfs, directory);
  const last = ids.at(-1) ?? 0;
  for (let id = version.firstSegmentId; id <= last; id += 1) {
    if (!ids.includes(id))
      findings.problem(segmentPath(directory, id), undefined, 'the log segment is missing');
  }
  for (const id of ids) {
    if (id >= version.firstSegmentId) yield verifySegment(place, id, id === last, findings);
    else
      findings.leftover(
        joinPath(directory, segmentName(id)),
        undefined,
        'its records are in tables already',
      );
  }
}

function verifySegment(
  place: TablePlace,
  id: number,
  isLast: boolean,
  findings: VerifyFindings,
): number {
  const path = segmentPath(place.directory, id);
  findings.segments += 1;
  try {
    const segment = loadSegment(place, path, id);
    const version = decodeSegmentHeader(segment.bytes, id, place.checksum);
    if (version !== undefined && version !== SEGMENT_VERSION) {
      findings.problem(path, 0, `format version ${version} is not known to this release`);
      return segment.bytes.length;
    }
    const visit = (record: LogRecord): void => verifyRecord(path, record, findings);
    const end = version === undefined ? 0 : readRecords(segment, id, visit);
    if (end < segment.bytes.length || end === 0) judgeTail(segment, path, end, isLast, findings);
    return segment.bytes.length;
  } catch (error) {
    findings.failure(path, undefined, error);
    return 0;
  }
}

function verifyRecord(path: string, record: LogRecord, findings: VerifyFindings): void {
  const isBatch =
    record.type === RECORD_TYPE.batch &&
    decodeBatch(record.bytes, record.start, record.end, () => undefined) !== undefined;
  if (isBatch) findings.commits += 1;
  else findings.problem(path, record.offset, `a sound record of type ${record.type}, no batch`);
}

function judgeTail(
  segment: SegmentBytes,
  path: string,
  offset: number,
  isLast: boolean,
  findings: VerifyFindings,
): void {
  if (!isLast) {
    findings.problem(path, offset, 'no sound record, and a later segment follows');
    return;
  }
  const lost = writtenEnd(segment.bytes) - offset;
  if (lost <= 0) return;
  const damage = classifyDamage(segment, offset === 0 ? SEGMENT_HEADER_SIZE - 1 : offset);
  if (damage.kind === 'corrupt')
    findings.problem(path, offset, `no sound record, and one follows at ${damage.nextRecordAt}`);
  else findings.leftover(path, offset, `${lost} bytes of a commit that was not finished`);
}

function loadSegment(place: TablePlace, path: string, id: number): SegmentBytes {
  const { checksum } = place;
  return { bytes: readWholeFile(place.vfs, path), seed: segmentSeed(id, checksum), checksum };
}
