/**
 * What a keyspace wants to lie in its tables beside its entries: an index over them, in sections of its own.
 *
 * A companion goes with one table that a compaction writes. It sees every entry that is kept, in order, then works in steps,
 * then hands over its sections, which are stored and checked as all others are. A table without its sections is whole: they say
 * nothing that the entries do not say, so flushes write none, and whoever looks for them reads the entries instead.
 *
 * A keyspace with companions has at most one table below level 0, so that there is one index to search: compaction never moves
 * its tables as they are and never splits what it writes.
 */
import type { KeyspaceId } from '../base/brand.ts';
import type { EntryCursor } from '../memtable/entry.ts';
import type { SectionContent } from '../sstable/table-writer.ts';
import type { Table } from './table.ts';

export interface TableCompanion {
  /** The table has this entry; its bytes are valid during the call. */
  add(entry: EntryCursor): void;
  /** After the last entry: works on as many bytes, about; true once there is nothing left to do. */
  advance(budgetBytes: number): boolean;
  /** Only once `advance` has answered true. */
  finish(): readonly SectionContent[];
}

/** Makes the companion of the table that will take the place of `inputs`. */
export type CompanionFactory = (inputs: readonly Table[]) => TableCompanion;

/** By keyspace. Whoever owns a keyspace registers before its tables are compacted. */
export type Companions = Map<KeyspaceId, CompanionFactory>;
