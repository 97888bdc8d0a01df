/**
 * Recovery of the log: visits the records of all segments in the order they were written, cuts a torn tail, and refuses
 * damage with file and offset.
 *
 *   1. segments from `firstSegmentId` on, without a gap; older ones are not looked at
 *   2. a segment with a successor is whole (W1), so anything wrong in it is corruption
 *   3. the last segment may end in a torn tail: cut off, and synced, so that it may get a successor
 *
 * A visitor that throws stops the replay; nothing has been cut then.
 */
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { PENDING } from '../base/pending.ts';
import type { ReadableFile, Vfs } from '../vfs/vfs.ts';
import { readRecords, type RecordVisitor } from './reader.ts';
import {
  decodeSegmentHeader,
  SEGMENT_HEADER_SIZE,
  SEGMENT_VERSION,
  segmentSeed,
} from './record.ts';
import { listSegments, segmentPath } from './segment.ts';
import { classifyDamage, writtenEnd, type SegmentBytes } from './torn-tail.ts';

export interface ReplayOptions {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly checksum: Checksum;
  /** The first segment that holds records not yet in tables; at least 1. */
  readonly firstSegmentId: number;
  /** Whether to cut a torn tail from the disk; false for read-only opens, which then just stop there. */
  readonly repair: boolean;
  /** The segments, opened by the caller, who closes them; absent: those in the folder. */
  readonly held?: readonly { readonly id: number; readonly file: ReadableFile }[] | undefined;
}

/** A tail that the replay has left out. */
export interface CutTail {
  readonly path: string;
  readonly offset: number;
  readonly lostBytes: number;
  readonly kind: 'torn' | 'lost writes';
}

export interface ReplayResult {
  readonly recordCount: number;
  /** Bytes of all segments read. */
  readonly sizeBytes: number;
  /** For the writer: no segment of this id or above exists any more. */
  readonly nextSegmentId: number;
  readonly cut: CutTail | undefined;
}

export function replayLog(options: ReplayOptions, visit: RecordVisitor): ReplayResult {
  const { held } = options;
  const segmentIds =
    held?.map(({ id }) => id) ??
    listSegments(options.vfs, options.directory).filter((id) => id >= options.firstSegmentId);
  requireNoGap(segmentIds, options);
  let recordCount = 0;
  let sizeBytes = 0;
  let cut: CutTail | undefined;
  let nextSegmentId = options.firstSegmentId;
  for (const [index, segmentId] of segmentIds.entries()) {
    const path = segmentPath(options.directory, segmentId);
    const segment = loadSegment(path, segmentId, options, held?.[index]?.file);
    const isLast = index === segmentIds.length - 1;
    const end = replaySegment(segment, segmentId, path, (record) => {
      recordCount += 1;
      visit(record);
    });
    sizeBytes += segment.bytes.length;
    if (end < segment.bytes.length) cut = judgeTail(segment, path, end, isLast);
    nextSegmentId = segmentId + 1;
    if (isLast && options.repair && repairTail(options, path, end)) nextSegmentId = segmentId;
  }
  return { recordCount, sizeBytes, nextSegmentId, cut };
}

/** Offset behind the last whole record; 0 when not even the header is whole. */
function replaySegment(
  segment: SegmentBytes,
  segmentId: number,
  path: string,
  visit: RecordVisitor,
): number {
  const version = decodeSegmentHeader(segment.bytes, segmentId, segment.checksum);
  if (version === undefined) return 0;
  if (version !== SEGMENT_VERSION) {
    throw new AlopexError(
      'ALX_INCOMPATIBLE_VERSION',
      `log segment "${path}" has format version ${version}, this release reads version ${SEGMENT_VERSION}`,
      { hint: 'Open the database with a newer release.' },
    );
  }
  return readRecords(segment, segmentId, visit);
}

/** Undefined when nothing was written behind `offset`. */
function judgeTail(
  segment: SegmentBytes,
  path: string,
  offset: number,
  isLast: boolean,
): CutTail | undefined {
  if (!isLast) throw corruptLog(path, offset, 'a later segment follows');
  const lostBytes = writtenEnd(segment.bytes) - offset;
  if (lostBytes <= 0) return undefined;
  // Without a header nothing is read: a record behind it would be lost, so the search begins where records begin.
  const damage = classifyDamage(segment, offset === 0 ? SEGMENT_HEADER_SIZE - 1 : offset);
  if (damage.kind === 'corrupt')
    throw corruptLog(path, offset, `a valid record follows at ${damage.nextRecordAt}`);
  return { path, offset, lostBytes, kind: damage.kind };
}

function corruptLog(path: string, offset: number, why: string): AlopexError {
  return new AlopexError(
    'ALX_CORRUPT',
    `log segment "${path}" is damaged at offset ${offset}: ${why}`,
    {
      hint: 'Restore the database from a backup; the damaged files are left as they are.',
    },
  );
}

/** Makes the last segment end behind its last whole record, durably. True when nothing was left of it and it is gone. */
function repairTail(options: ReplayOptions, path: string, end: number): boolean {
  if (end === 0) {
    options.vfs.remove(path);
    options.vfs.syncDirectory(options.directory);
    return true;
  }
  const file = options.vfs.openAppend(path);
  try {
    if (file.position > end) file.truncate(end);
    file.syncNow();
  } finally {
    file.close();
  }
  return false;
}

function requireNoGap(segmentIds: readonly number[], options: ReplayOptions): void {
  for (const [index, segmentId] of segmentIds.entries()) {
    const expected = options.firstSegmentId + index;
    if (segmentId === expected) continue;
    throw new AlopexError(
      'ALX_CORRUPT',
      `log segment "${segmentPath(options.directory, expected)}" is missing, later segments exist`,
      { hint: 'Restore the file, or the database from a backup.' },
    );
  }
}

function loadSegment(
  path: string,
  segmentId: number,
  options: ReplayOptions,
  held: ReadableFile | undefined,
): SegmentBytes {
  const file = held ?? options.vfs.openRead(path);
  try {
    const bytes = file.read(0, file.size());
    if (bytes === PENDING) {
      throw new AlopexError(
        'ALX_UNSUPPORTED',
        `log segment "${path}" lies on a disk that answers later`,
        {
          hint: 'Only snapshots without a log can be read from a remote disk.',
        },
      );
    }
    return { bytes, seed: segmentSeed(segmentId, options.checksum), checksum: options.checksum };
  } finally {
    if (held === undefined) file.close();
  }
}
