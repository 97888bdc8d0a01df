/** Names of log segments: the id in at least twelve digits, so that a plain listing shows them in order. */
import { joinPath } from '../vfs/path.ts';
import type { Vfs } from '../vfs/vfs.ts';

const NAME = /^(\d{12,16})\.wal$/;

export function segmentName(segmentId: number): string {
  return `${String(segmentId).padStart(12, '0')}.wal`;
}

export function segmentPath(directory: string, segmentId: number): string {
  return joinPath(directory, segmentName(segmentId));
}

/** The id in a segment's name; undefined for any other name. */
export function parseSegmentName(name: string): number | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Ids of the segments in a folder, ascending. */
export function listSegments(vfs: Vfs, directory: string): number[] {
  const ids: number[] = [];
  for (const name of vfs.list(directory)) {
    const id = parseSegmentName(name);
    if (id !== undefined) ids.push(id);
  }
  return ids.toSorted((left, right) => left - right);
}
