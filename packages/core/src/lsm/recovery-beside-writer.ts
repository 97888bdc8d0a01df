/**
 * Reading a store while a writer may be at work that knows nothing of its readers. A flush or a compaction may remove tables and
 * log segments between two steps of an opening, and tables at any time after it.
 *
 *   1. every table of the manifest is opened, and so is every segment of the log: what was removed stays readable while it is open
 *   2. the manifest is read again; when the log begins elsewhere by now, a segment may have gone before it was seen
 *   3. whatever is missing or looks damaged makes another attempt, from the manifest on. What the writer did looks different
 *      each time; the same complaint twice is the disk's
 *
 * So a reader needs a file descriptor for each table, and nothing from the writer: no pins in the folder that a killed reader
 * would leave, and readers may lack the right to write there.
 */
import { AlopexError } from '../base/errors.ts';
import type { ReadableFile } from '../vfs/vfs.ts';
import { listSegments, segmentPath } from '../wal/segment.ts';
import { loadManifest } from './manifest.ts';
import type { Table, TablePlace } from './table.ts';
import { tablesOf, type Version } from './version.ts';

const ATTEMPTS_MAX = 50;

export interface HeldSegment {
  readonly id: number;
  readonly file: ReadableFile;
}

export function untilUndisturbed<Result>(attempt: () => Result): Result {
  let complaint: string | undefined;
  for (let count = 1; ; count += 1) {
    try {
      return attempt();
    } catch (error) {
      const isOver = count === ATTEMPTS_MAX || !mayBeTheWriters(error);
      if (isOver || error.message === complaint) throw error;
      complaint = error.message;
    }
  }
}

function mayBeTheWriters(error: unknown): error is AlopexError {
  return (
    error instanceof AlopexError &&
    (error.code === 'ALX_CORRUPT' || error.code === 'ALX_FILE_NOT_FOUND')
  );
}

/** Steps 1 and 2, and `use` of the log. Everything is closed again when something throws, the segments in any case. */
export function whileHeld<Result>(
  place: TablePlace,
  version: Version<Table>,
  use: (segments: readonly HeldSegment[]) => Result,
): Result {
  const { vfs, directory } = place;
  const segments: HeldSegment[] = [];
  try {
    for (const table of tablesOf(version)) table.hold();
    for (const id of listSegments(vfs, directory)) {
      if (id < version.firstSegmentId) continue;
      segments.push({ id, file: vfs.openRead(segmentPath(directory, id)) });
    }
    requireSameLog(place, version);
    return use(segments);
  } catch (error) {
    for (const table of tablesOf(version)) table.close();
    throw error;
  } finally {
    for (const { file } of segments) file.close();
  }
}

function requireSameLog(place: TablePlace, version: Version): void {
  let first = 0;
  for (const { firstSegmentId } of loadManifest(place)?.edits ?? [])
    first = Math.max(first, firstSegmentId ?? 0);
  if (first <= version.firstSegmentId) return;
  throw new AlopexError(
    'ALX_FILE_NOT_FOUND',
    `the log began at segment ${version.firstSegmentId} and begins at ${first} now`,
    { hint: 'Open the database again: its writer is flushing faster than it can be opened.' },
  );
}
