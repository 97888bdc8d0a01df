/**
 * Chooses the next compaction. Pure: reads a Version, returns a Choice; `job` performs it.
 *
 * The most urgent level of all keyspaces comes first: level 0 by its number of tables, a level below by its bytes, each compared
 * with what it may hold. A level that nobody serves becomes more urgent, so no keyspace is forgotten.
 *   1. level 0            -> all its tables with what they overlap in level 1
 *   2. a level below      -> its table that overlaps the least of the next level, with that
 *   3. nothing is due     -> a table that consists mostly of deletes or of old versions, once no snapshot needs them
 * A table that overlaps nothing below is not merged but moved; one that holds only deletes with nothing below them is dropped.
 *
 * Relies on I3: below level 0 the tables of a level are disjoint. Never picks a table in `busy`, nor one that would write into
 * the range of a busy one: whoever writes into a range of a level has all tables of it.
 */
import type { FileId, KeyspaceId } from '../../base/brand.ts';
import { overlapping, overlaps, rangeOf, totalBytes } from '../key-range.ts';
import type { TableDescription } from '../version-edit.ts';
import { LEVEL_COUNT, type Levels, type Version } from '../version.ts';
import { grandparentBytesMax, levelScore, type LeveledOptions } from './leveled.ts';

/** Why a compaction is done. */
export type CompactionReason = 'level 0' | 'size' | 'deletes' | 'versions' | 'full';

interface Picked<Table> {
  readonly reason: CompactionReason;
  readonly keyspace: KeyspaceId;
  readonly from: number;
  readonly into: number;
  /** Tables of `from`. */
  readonly upper: readonly Table[];
}

export type Choice<Table extends TableDescription = TableDescription> =
  | { readonly kind: 'none' }
  /** The tables go to another level as they are. */
  | ({ readonly kind: 'move' } & Picked<Table>)
  /** The tables go, and nothing comes instead. */
  | ({ readonly kind: 'drop' } & Picked<Table>)
  /** New tables of `into` take the place of `upper` and of `lower`, which are tables of `into`. */
  | ({ readonly kind: 'merge'; readonly lower: readonly Table[] } & Picked<Table>);

/** A choice that is not none. */
export type Work<Table extends TableDescription> = Exclude<
  Choice<Table>,
  { readonly kind: 'none' }
>;

export interface PickerInput<Table extends TableDescription> {
  readonly version: Version<Table>;
  readonly busy: ReadonlySet<FileId>;
  /** Tables that were rewritten for the sake of what is of no use in them: what is left cannot go yet. */
  readonly rewritten: ReadonlySet<FileId>;
  /** All entries of versions up to this one are in tables, and no snapshot reads below it. */
  readonly settled: number;
  readonly options: LeveledOptions;
  /** Whether a keyspace has at most one table below level 0 (`table-companion`). Default: none has. */
  readonly isWhole?: ((keyspace: KeyspaceId) => boolean) | undefined;
}

/** A table with this share of deletes, or of versions that are not the newest, is worth rewriting for their sake. */
const HEAVY_SHARE = 0.5;
/** From this many entries on: a smaller one costs readers nothing. */
const HEAVY_ENTRIES_MIN = 1024;
/** Tables of level 0 smaller than this share of a file are merged, so that no level fills up with crumbs. */
const MOVED_SHARE_MIN = 1 / 8;

export function pickCompaction<Table extends TableDescription>(
  input: PickerInput<Table>,
): Choice<Table> {
  for (const { keyspace, levels, level } of dueLevels(input)) {
    const work =
      level === 0
        ? pickLevel0(input, keyspace, levels, 'level 0')
        : pickFrom(input, keyspace, levels, level, 'size');
    if (work !== undefined) return work;
  }
  for (const [keyspace, levels] of input.version.trees) {
    const work = pickHeavy(input, keyspace, levels);
    if (work !== undefined) return work;
  }
  return { kind: 'none' };
}

/**
 * The next step of a full compaction of a keyspace: everything goes down from `level`; once that level is empty, and at the last
 * one, what is of no use any more is rewritten away. None when there is nothing left to do on the level.
 */
export function pickFullCompaction<Table extends TableDescription>(
  input: PickerInput<Table>,
  keyspace: KeyspaceId,
  level: number,
): Choice<Table> {
  const levels = input.version.trees.get(keyspace);
  if (levels === undefined) return { kind: 'none' };
  const work =
    level === 0
      ? pickLevel0(input, keyspace, levels, 'full')
      : level < lastLevel(levels)
        ? pickFrom(input, keyspace, levels, level, 'full')
        : pickUseless(input, keyspace, levels, level);
  return work ?? { kind: 'none' };
}

interface DueLevel<Table> {
  readonly keyspace: KeyspaceId;
  readonly levels: Levels<Table>;
  readonly level: number;
  readonly score: number;
}

/** The most urgent first. */
function dueLevels<Table extends TableDescription>({
  version,
  options,
  isWhole,
}: PickerInput<Table>): DueLevel<Table>[] {
  const due: DueLevel<Table>[] = [];
  for (const [keyspace, levels] of version.trees) {
    const end = isWhole?.(keyspace) === true ? 1 : LEVEL_COUNT - 1;
    for (let level = 0; level < end; level += 1) {
      const score = levelScore(levels, level, options);
      if (score >= 1) due.push({ keyspace, levels, level, score });
    }
  }
  return due.toSorted((left, right) => right.score - left.score);
}

function pickLevel0<Table extends TableDescription>(
  { busy, options, isWhole }: PickerInput<Table>,
  keyspace: KeyspaceId,
  levels: Levels<Table>,
  reason: CompactionReason,
): Work<Table> | undefined {
  const upper = levels[0]!;
  if (upper.length === 0 || isBusy(upper, busy)) return undefined;
  const { minKey, maxKey } = rangeOf(upper);
  const whole = isWhole?.(keyspace) === true;
  const lower = whole ? levels[1]! : overlapping(levels[1]!, minKey, maxKey);
  if (isBusy(lower, busy)) return undefined;
  const picked = { reason, keyspace, from: 0, into: 1, upper } as const;
  const movedMin = options.fileSizeBytes * MOVED_SHARE_MIN;
  const movable =
    !whole &&
    lower.length === 0 &&
    upper.every((table) => table.fileSizeBytes >= movedMin && mayMove(table, levels, 1, options)) &&
    areDisjoint(upper);
  return movable ? { kind: 'move', ...picked } : { kind: 'merge', lower, ...picked };
}

/** The table of a level that meets the fewest bytes below for its own size. */
function pickFrom<Table extends TableDescription>(
  { busy, options }: PickerInput<Table>,
  keyspace: KeyspaceId,
  levels: Levels<Table>,
  level: number,
  reason: CompactionReason,
): Work<Table> | undefined {
  let best: Work<Table> | undefined;
  let bestShare = Infinity;
  for (const table of levels[level]!) {
    if (busy.has(table.fileId)) continue;
    const lower = overlapping(levels[level + 1]!, table.metadata.minKey, table.metadata.maxKey);
    const share = totalBytes(lower) / table.fileSizeBytes;
    if (share >= bestShare || isBusy(lower, busy)) continue;
    bestShare = share;
    const picked = { reason, keyspace, from: level, into: level + 1, upper: [table] } as const;
    const movable = lower.length === 0 && mayMove(table, levels, level + 1, options);
    best = movable ? { kind: 'move', ...picked } : { kind: 'merge', lower, ...picked };
    if (share === 0) break;
  }
  return best;
}

/** Whether a table may stand on a level: merging it further down must not cost too much at once. */
function mayMove(
  table: TableDescription,
  levels: Levels<TableDescription>,
  into: number,
  options: LeveledOptions,
): boolean {
  const { minKey, maxKey } = table.metadata;
  const grandparents = overlapping(levels[into + 1] ?? [], minKey, maxKey);
  return totalBytes(grandparents) <= grandparentBytesMax(options);
}

function pickHeavy<Table extends TableDescription>(
  input: PickerInput<Table>,
  keyspace: KeyspaceId,
  levels: Levels<Table>,
): Work<Table> | undefined {
  const { settled } = input;
  if (isHeavy(levels[0]!, settled, deleteCount)) {
    const work = pickLevel0(input, keyspace, levels, 'deletes');
    if (work !== undefined) return work;
  }
  for (let level = 1; level < LEVEL_COUNT; level += 1) {
    for (const table of levels[level]!) {
      const work = isHeavy([table], settled, deleteCount)
        ? pickDeletes(input, keyspace, levels, table)
        : isHeavy([table], settled, oldCount)
          ? rewrite(input, keyspace, levels, table, 'versions')
          : undefined;
      if (work !== undefined) return work;
    }
  }
  return undefined;
}

/** Brings the deletes of a table one step nearer to what they hide, or drops them when there is nothing. */
function pickDeletes<Table extends TableDescription>(
  input: PickerInput<Table>,
  keyspace: KeyspaceId,
  levels: Levels<Table>,
  table: Table,
): Work<Table> | undefined {
  const { level, metadata } = table;
  const { minKey, maxKey } = metadata;
  const below = levels.slice(level + 1);
  if (below.every((tables) => overlapping(tables, minKey, maxKey).length === 0)) {
    return rewrite(input, keyspace, levels, table, 'deletes');
  }
  const lower = overlapping(below[0]!, minKey, maxKey);
  if (isBusy([table, ...lower], input.busy)) return undefined;
  const into = level + 1;
  const picked = { reason: 'deletes', keyspace, from: level, into, upper: [table] } as const;
  return lower.length === 0 ? { kind: 'move', ...picked } : { kind: 'merge', lower, ...picked };
}

/** The first table of the last level that holds deletes or versions that nobody needs. */
function pickUseless<Table extends TableDescription>(
  input: PickerInput<Table>,
  keyspace: KeyspaceId,
  levels: Levels<Table>,
  level: number,
): Work<Table> | undefined {
  for (const table of levels[level] ?? []) {
    if (table.metadata.maxVersion > input.settled) continue;
    if (deleteCount(table) + oldCount(table) === 0) continue;
    const work = rewrite(input, keyspace, levels, table, 'full');
    if (work !== undefined) return work;
  }
  return undefined;
}

/** The table in its place without what nobody needs. */
function rewrite<Table extends TableDescription>(
  { busy, rewritten, settled }: PickerInput<Table>,
  keyspace: KeyspaceId,
  levels: Levels<Table>,
  table: Table,
  reason: CompactionReason,
): Work<Table> | undefined {
  if (busy.has(table.fileId) || rewritten.has(table.fileId)) return undefined;
  const { level, metadata } = table;
  const picked = { reason, keyspace, from: level, into: level, upper: [table] } as const;
  const isUseless =
    metadata.deleteCount === metadata.entryCount &&
    metadata.maxVersion <= settled &&
    !mayHide(table, levels);
  return isUseless ? { kind: 'drop', ...picked } : { kind: 'merge', lower: [], ...picked };
}

/** Whether an entry older than one of the table's may exist elsewhere within its range, on whatever level. */
function mayHide(table: TableDescription, levels: Levels<TableDescription>): boolean {
  const { maxVersion } = table.metadata;
  return levels.some((tables) =>
    tables.some(
      (other) =>
        other.fileId !== table.fileId &&
        other.metadata.minVersion < maxVersion &&
        overlaps(other, table.metadata),
    ),
  );
}

function isHeavy(
  tables: readonly TableDescription[],
  settled: number,
  useless: (table: TableDescription) => number,
): boolean {
  let entries = 0;
  let count = 0;
  for (const table of tables) {
    if (table.metadata.maxVersion > settled) return false;
    entries += table.metadata.entryCount;
    count += useless(table);
  }
  return entries >= HEAVY_ENTRIES_MIN && count >= entries * HEAVY_SHARE;
}

function deleteCount(table: TableDescription): number {
  return table.metadata.deleteCount;
}

function oldCount(table: TableDescription): number {
  return table.metadata.entryCount - table.metadata.keyCount;
}

/** The deepest level with tables. */
export function lastLevel(levels: Levels<TableDescription>): number {
  return Math.max(
    0,
    levels.findLastIndex((tables) => tables.length > 0),
  );
}

function isBusy(tables: readonly TableDescription[], busy: ReadonlySet<FileId>): boolean {
  return busy.size > 0 && tables.some((table) => busy.has(table.fileId));
}

function areDisjoint(tables: readonly TableDescription[]): boolean {
  return tables.every((table, index) =>
    tables.every((other, later) => later <= index || !overlaps(other, table.metadata)),
  );
}
