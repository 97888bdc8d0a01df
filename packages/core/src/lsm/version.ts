/**
 * Which tables a store consists of, at one moment. Immutable: an edit makes the next version.
 *
 * Level 0 of a keyspace holds flushed memtables, newest first; they overlap. Below, the tables of a level are disjoint and in
 * key order (I3). Merging levels is the business of compaction, which edits versions like everybody else.
 */
import { assert } from '../base/assert.ts';
import type { KeyspaceId } from '../base/brand.ts';
import { compareBytes } from '../base/bytes.ts';
import type { TableDescription, VersionEdit } from './version-edit.ts';

/** Levels of a keyspace. */
export const LEVEL_COUNT = 7;

export type Levels<Table> = readonly (readonly Table[])[];

export interface Version<Table extends TableDescription = TableDescription> {
  readonly storeId: number;
  readonly nextFileId: number;
  readonly firstSegmentId: number;
  readonly lastVersion: number;
  /** Keyspaces whose remains in the log and in memtables count for nothing. */
  readonly dropped: ReadonlySet<KeyspaceId>;
  readonly trees: ReadonlyMap<KeyspaceId, Levels<Table>>;
}

export const EMPTY_VERSION: Version<never> = Object.freeze({
  storeId: 0,
  nextFileId: 1,
  firstSegmentId: 1,
  lastVersion: 0,
  dropped: new Set<KeyspaceId>(),
  trees: new Map<KeyspaceId, Levels<never>>(),
});

/** The version after an edit. `open` makes tables of the descriptions added; the others are taken over. */
export function applyEdit<Table extends TableDescription>(
  version: Version<Table>,
  edit: VersionEdit,
  open: (description: TableDescription) => Table,
): Version<Table> {
  const dropped = new Set([...version.dropped, ...(edit.droppedKeyspaces ?? [])]);
  const trees = new Map(version.trees);
  for (const keyspace of edit.droppedKeyspaces ?? []) trees.delete(keyspace);
  for (const id of edit.removedTables ?? []) removeTable(trees, id);
  for (const description of edit.addedTables ?? []) addTable(trees, open(description));
  return {
    storeId: edit.storeId ?? version.storeId,
    nextFileId: Math.max(version.nextFileId, edit.nextFileId ?? 0),
    firstSegmentId: Math.max(version.firstSegmentId, edit.firstSegmentId ?? 0),
    lastVersion: Math.max(version.lastVersion, edit.lastVersion ?? 0),
    dropped,
    trees,
  };
}

/** The edit that makes a version out of the empty one. */
export function editOf(version: Version): VersionEdit {
  return {
    storeId: version.storeId,
    nextFileId: version.nextFileId,
    firstSegmentId: version.firstSegmentId,
    lastVersion: version.lastVersion,
    droppedKeyspaces: [...version.dropped],
    addedTables: tablesOf(version),
  };
}

/** All tables, of all keyspaces. */
export function tablesOf<Table extends TableDescription>(version: Version<Table>): Table[] {
  return [...version.trees.values()].flat(2);
}

function removeTable<Table extends TableDescription>(
  trees: Map<KeyspaceId, Levels<Table>>,
  id: number,
): void {
  for (const [keyspace, levels] of trees) {
    if (!levels.some((tables) => tables.some((table) => table.fileId === id))) continue;
    const rest = levels.map((tables) => tables.filter((table) => table.fileId !== id));
    if (rest.every((tables) => tables.length === 0)) trees.delete(keyspace);
    else trees.set(keyspace, rest);
    return;
  }
  assert(false, `table ${id} that is removed is part of the version`);
}

function addTable<Table extends TableDescription>(
  trees: Map<KeyspaceId, Levels<Table>>,
  table: Table,
): void {
  const levels =
    trees.get(table.keyspace) ?? Array.from({ length: LEVEL_COUNT }, (): Table[] => []);
  const next = levels.map((tables, level) =>
    level === table.level ? [...tables, table].toSorted(level === 0 ? newestFirst : byKey) : tables,
  );
  trees.set(table.keyspace, next);
}

function newestFirst(left: TableDescription, right: TableDescription): number {
  return right.fileId - left.fileId;
}

function byKey(left: TableDescription, right: TableDescription): number {
  return compareBytes(left.metadata.minKey, right.metadata.minKey);
}
