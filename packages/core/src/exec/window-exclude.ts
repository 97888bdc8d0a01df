/** A frame without the rows that EXCLUDE takes out: up to three stretches, none of them empty, in order. */
import type { WindowFrames } from './window-frames.ts';
import type { WindowPartitions } from './window-partitions.ts';

export function forEachFramePart(
  frames: WindowFrames,
  partitions: WindowPartitions,
  at: number,
  visit: (start: number, end: number) => void,
): void {
  const start = frames.starts[at]!;
  const end = frames.ends[at]!;
  if (end <= start) return;
  if (frames.exclude === 'no others') {
    visit(start, end);
    return;
  }
  const onlyRow = frames.exclude === 'current row';
  const group = partitions.peerGroups[at]!;
  const holeStart = onlyRow ? at : partitions.peerStarts[group]!;
  const holeEnd = onlyRow ? at + 1 : partitions.peerStarts[group + 1]!;
  if (start < holeStart) visit(start, Math.min(end, holeStart));
  if (frames.exclude === 'ties' && at >= start && at < end) visit(at, at + 1);
  if (holeEnd < end) visit(Math.max(start, holeEnd), end);
}
