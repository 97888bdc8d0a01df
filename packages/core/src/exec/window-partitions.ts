/**
 * Sorted rows cut into partitions, and these into groups of peers. Positions count sorted rows; ends are exclusive.
 *
 *   position          0 1 2 3 4 5
 *   partition         a a a a b b     partitions [0,4) [4,6)
 *   sort key          1 1 2 3 1 1     peers      [0,2) [2,3) [3,4) [4,6)
 */
import { rowComparator } from '../compute/sort.ts';
import type { SortColumn } from '../compute/sort-column.ts';

export interface WindowPartitions {
  readonly rowCount: number;
  /** Partition i is [partitionStarts[i], partitionStarts[i + 1]). */
  readonly partitionStarts: Int32Array;
  /** Peer group i is [peerStarts[i], peerStarts[i + 1]). */
  readonly peerStarts: Int32Array;
  /** Of every position, its peer group. */
  readonly peerGroups: Int32Array;
}

export function windowPartitions(
  partitionKeys: readonly SortColumn[],
  sortKeys: readonly SortColumn[],
  order: Int32Array,
): WindowPartitions {
  const rowCount = order.length;
  const partitionStarts: number[] = [];
  const peerStarts: number[] = [];
  const peerGroups = new Int32Array(rowCount);
  const comparePartitions = comparator(partitionKeys);
  const comparePeers = comparator(sortKeys);
  for (let at = 0; at < rowCount; at += 1) {
    const row = order[at]!;
    const opens = at === 0 || comparePartitions(order[at - 1]!, row) !== 0;
    if (opens) partitionStarts.push(at);
    if (opens || comparePeers(order[at - 1]!, row) !== 0) peerStarts.push(at);
    peerGroups[at] = peerStarts.length - 1;
  }
  partitionStarts.push(rowCount);
  peerStarts.push(rowCount);
  return {
    rowCount,
    partitionStarts: Int32Array.from(partitionStarts),
    peerStarts: Int32Array.from(peerStarts),
    peerGroups,
  };
}

/** Without keys all rows are alike. */
function comparator(keys: readonly SortColumn[]): (left: number, right: number) => number {
  return keys.length === 0 ? () => 0 : rowComparator(keys, keys);
}
