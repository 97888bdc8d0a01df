/**
 * The shape that compaction keeps a keyspace in. Level 0 holds flushed memtables, which overlap; each level below is one sorted
 * run, cut into files, and may hold ten times as much as the one above.
 */
import type { TableDescription } from '../version-edit.ts';
import { LEVEL_COUNT, type Levels } from '../version.ts';
import { overlapping, rangeOf, totalBytes } from '../key-range.ts';

export interface LeveledOptions {
  /** Tables of level 0 at which they are merged into level 1. Default 4. */
  readonly level0Trigger: number;
  /** Tables of level 0 at which it is full: every commit then compacts more than it adds. Default 12. */
  readonly level0Stop: number;
  /** Bytes that level 1 may hold. Default 256 MiB. */
  readonly baseLevelBytes: number;
  /** How much more each further level may hold. Default 10. */
  readonly levelFactor: number;
  /** Bytes at which a new file is begun. Default 64 MiB. */
  readonly fileSizeBytes: number;
}

export const LEVELED_DEFAULTS: LeveledOptions = Object.freeze({
  level0Trigger: 4,
  level0Stop: 12,
  baseLevelBytes: 256 * 1024 * 1024,
  levelFactor: 10,
  fileSizeBytes: 64 * 1024 * 1024,
});

/** A table that overlaps more of the level two below than this many files would cost too much to merge there later. */
const GRANDPARENT_FILES_MAX = 10;

export function grandparentBytesMax(options: LeveledOptions): number {
  return GRANDPARENT_FILES_MAX * options.fileSizeBytes;
}

/** Bytes that a level below 0 may hold; the last level takes everything. */
export function levelTarget(level: number, options: LeveledOptions): number {
  if (level >= LEVEL_COUNT - 1) return Number.MAX_SAFE_INTEGER;
  return options.baseLevelBytes * options.levelFactor ** (level - 1);
}

/** How urgent a level is: from 1 on it is due. */
export function levelScore(
  levels: Levels<TableDescription>,
  level: number,
  options: LeveledOptions,
): number {
  const tables = levels[level]!;
  if (level === 0) return tables.length / options.level0Trigger;
  return tables.length === 0 ? 0 : totalBytes(tables) / levelTarget(level, options);
}

/**
 * About how many bytes have to be rewritten until no level is due: what level 0 holds and meets in level 1, and of each level below
 * what is too much, together with its share of the next level.
 */
export function compactionDebt(levels: Levels<TableDescription>, options: LeveledOptions): number {
  let debt = 0;
  let arriving = 0;
  if (levelScore(levels, 0, options) >= 1) {
    const { minKey, maxKey } = rangeOf(levels[0]!);
    arriving = totalBytes(levels[0]!);
    debt = arriving + totalBytes(overlapping(levels[1]!, minKey, maxKey));
  }
  for (let level = 1; level < LEVEL_COUNT - 1; level += 1) {
    const bytes = totalBytes(levels[level]!) + arriving;
    arriving = Math.max(0, bytes - levelTarget(level, options));
    if (arriving === 0) continue;
    const meets = Math.min(options.levelFactor, totalBytes(levels[level + 1]!) / bytes);
    debt += arriving * (1 + meets);
  }
  return debt;
}
