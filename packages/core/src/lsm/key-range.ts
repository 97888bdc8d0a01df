/** Ranges of user keys, both ends inclusive, and the tables that meet them. */
import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { TableDescription } from './version-edit.ts';

export interface UserKeyRange {
  readonly minKey: Uint8Array;
  readonly maxKey: Uint8Array;
}

/** The smallest range that covers all tables. */
export function rangeOf(tables: readonly TableDescription[]): UserKeyRange {
  assert(tables.length > 0, 'a range covers at least one table');
  let { minKey, maxKey } = tables[0]!.metadata;
  for (const { metadata } of tables) {
    if (compareBytes(metadata.minKey, minKey) < 0) minKey = metadata.minKey;
    if (compareBytes(metadata.maxKey, maxKey) > 0) maxKey = metadata.maxKey;
  }
  return { minKey, maxKey };
}

/** The tables of a level below 0 that hold keys of a range: neighbours, as the level is sorted. */
export function overlapping<Table extends TableDescription>(
  level: readonly Table[],
  minKey: Uint8Array,
  maxKey: Uint8Array,
): readonly Table[] {
  const first = firstNotBefore(level, minKey);
  let end = first;
  while (end < level.length && compareBytes(level[end]!.metadata.minKey, maxKey) <= 0) end += 1;
  return level.slice(first, end);
}

export function overlaps(table: TableDescription, range: UserKeyRange): boolean {
  const { minKey, maxKey } = table.metadata;
  return compareBytes(minKey, range.maxKey) <= 0 && compareBytes(range.minKey, maxKey) <= 0;
}

export function totalBytes(tables: readonly TableDescription[]): number {
  let bytes = 0;
  for (const table of tables) bytes += table.fileSizeBytes;
  return bytes;
}

/** Index of the first table of a sorted level that ends at or behind a key. */
export function firstNotBefore(
  level: readonly Pick<TableDescription, 'metadata'>[],
  key: Uint8Array,
): number {
  let low = 0;
  let high = level.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(level[middle]!.metadata.maxKey, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
