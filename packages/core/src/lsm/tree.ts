/**
 * The LSM tree of a store: all keyspaces, their memtables and tables. Writes enter the active memtable; a full one is frozen
 * and flushed; every change of structure makes a new super-version. In a store without a disk a full memtable is instead
 * rewritten without what nobody can see.
 *
 *   active --freeze--> frozen (newest first) --flush--> level 0 --compaction--> levels below
 *
 * The log ends a segment where a memtable is frozen, so that each flush frees the segments before it.
 *
 * The order of a flush: tables written and synced; the edit in the manifest; the new super-version; old log segments removed
 * by the caller. A crash in between leaves files that no manifest knows, or log records that are in tables already: applying
 * those again changes nothing, as an entry is its key and version.
 */
import { assert } from '../base/assert.ts';
import { fileId, keyspaceId, type FileId, type KeyspaceId } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import { Memtable } from '../memtable/memtable.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import type { Compression } from '../sstable/compression.ts';
import { joinPath } from '../vfs/path.ts';
import { EpochList } from './epoch.ts';
import { tableName } from './file-names.ts';
import { checkVersion } from './invariants.ts';
import type { ManifestWriter } from './manifest.ts';
import { rewriteMemtable } from './rewrite-memtable.ts';
import type { SuperVersion } from './super-version.ts';
import { OLDER_EVERYWHERE, OLDER_NOWHERE } from './version-gc.ts';
import { Table, type TablePlace } from './table.ts';
import type { Companions } from './table-companion.ts';
import type { TableDescription, VersionEdit } from './version-edit.ts';
import {
  applyEdit,
  editOf,
  EMPTY_VERSION,
  LEVEL_COUNT,
  tablesOf,
  type Version,
} from './version.ts';

/** Where a tree keeps its tables. */
export interface TreeDisk {
  readonly place: TablePlace;
  readonly compression: Compression | undefined;
  /** Absent in a store opened read-only. */
  readonly manifest: ManifestWriter | undefined;
}

export interface TreeOptions {
  /** Absent in a store that lives in memory alone. */
  readonly disk: TreeDisk | undefined;
  readonly version: Version<Table>;
  /** Active first, then frozen from new to old, as recovery filled them. */
  readonly memtables: readonly Memtable[];
}

export interface LevelSize {
  readonly tables: number;
  readonly bytes: number;
}

export class Tree {
  /** Of keyspaces that keep an index in their tables. */
  readonly companions: Companions = new Map();
  readonly #disk: TreeDisk | undefined;
  #view: SuperVersion;
  #nextFileId: number;
  /** The first log segment without records of a frozen memtable; recovery does not know it for those it made. */
  readonly #segmentsBehind = new WeakMap<Memtable, number>();
  readonly #epochs = new EpochList();
  /** Tables of an edit whose outcome is open: the manifest on the disk may name them until the next edit is in force. */
  #disowned: FileId[] = [];
  #flushCount = 0;
  #flushedBytes = 0;

  constructor(options: TreeOptions) {
    this.#disk = options.disk;
    const { memtables, version } = options;
    this.#view = { memtables, version, epoch: this.#epochs.current };
    this.#nextFileId = options.version.nextFileId;
  }

  static inMemory(): Tree {
    return new Tree({ disk: undefined, version: EMPTY_VERSION, memtables: [new Memtable(true)] });
  }

  get view(): SuperVersion {
    return this.#view;
  }

  get active(): Memtable {
    return this.#view.memtables[0]!;
  }

  get frozenCount(): number {
    return this.#view.memtables.length - 1;
  }

  get flushCount(): number {
    return this.#flushCount;
  }

  /** Bytes of the tables that flushes have written. */
  get flushedBytes(): number {
    return this.#flushedBytes;
  }

  /** Entries in the active memtable of the keyspace with a companion that has the most. */
  get indexlessEntries(): number {
    let most = 0;
    for (const keyspace of this.companions.keys()) {
      most = Math.max(most, this.active.mapOf(keyspace)?.size ?? 0);
    }
    return most;
  }

  /** Bytes of all memtables. */
  get memtableBytes(): number {
    let bytes = 0;
    for (const memtable of this.#view.memtables) bytes += memtable.allocatedBytes;
    return bytes;
  }

  /** Keyspaces with anything in them, ascending. */
  keyspaces(): KeyspaceId[] {
    const { memtables, version } = this.#view;
    const found = new Set<KeyspaceId>(version.trees.keys());
    for (const memtable of memtables) {
      for (const keyspace of memtable.keyspaces())
        if (!version.dropped.has(keyspace)) found.add(keyspace);
    }
    return [...found].toSorted((left, right) => left - right);
  }

  apply(writes: WriteSet, version: number): void {
    this.active.apply(writes, version);
  }

  /** Writes the first manifest of a new store. */
  begin(storeId: number): void {
    this.#install({ storeId });
  }

  /** Guards the last edit against damage that would look like a crash's doing, where it is not guarded yet. */
  seal(): void {
    if (this.#disk?.manifest?.owesSeal === true) this.#install({});
  }

  /** The memtable that is flushed next. */
  get oldestFrozen(): Memtable | undefined {
    return this.frozenCount === 0 ? undefined : this.#view.memtables.at(-1);
  }

  /** Starts a new active memtable, whose records the log holds from `firstSegmentId` on. */
  freeze(firstSegmentId?: number): void {
    if (this.active.isEmpty) return;
    this.active.freeze();
    if (firstSegmentId !== undefined) this.#segmentsBehind.set(this.active, firstSegmentId);
    const memtables = [new Memtable(true), ...this.#view.memtables];
    this.#view = { ...this.#view, memtables };
  }

  /** Puts the tables of the oldest frozen memtable in its place; a keyspace that was dropped meanwhile is left out. */
  installFlush(memtable: Memtable, tables: readonly TableDescription[]): void {
    assert(memtable === this.oldestFrozen, 'memtables are flushed from the oldest on');
    const { dropped } = this.#view.version;
    const added = tables.filter((table) => !dropped.has(table.keyspace));
    const firstSegmentId = this.#segmentsBehind.get(memtable);
    this.#install({
      addedTables: added,
      lastVersion: memtable.versionMax,
      ...(firstSegmentId === undefined ? {} : { firstSegmentId }),
    });
    this.#view = { ...this.#view, memtables: this.#view.memtables.slice(0, -1) };
    this.#flushCount += 1;
    for (const table of tables) {
      this.#flushedBytes += table.fileSizeBytes;
      if (dropped.has(table.keyspace)) this.#removeFile(this.#pathOf(table.fileId));
    }
  }

  /** In a store without a disk: rewrites the active memtable without the versions that no snapshot can see. */
  rewrite(horizon: number): void {
    assert(this.#disk === undefined, 'a store with a disk flushes instead');
    const { dropped } = this.#view.version;
    const [active, ...frozen] = this.#view.memtables as [Memtable, ...Memtable[]]; // there is always an active one
    const elsewhere = frozen.length === 0 ? OLDER_NOWHERE : OLDER_EVERYWHERE;
    const rewritten = rewriteMemtable(active, horizon, dropped, elsewhere);
    this.#view = { ...this.#view, memtables: [rewritten, ...frozen] };
  }

  /** Drops everything in a keyspace. Its id is never used again, so what is still in memory is left out by the next flush. */
  dropKeyspace(keyspace: KeyspaceId): void {
    if (this.#view.version.dropped.has(keyspace)) return;
    this.#install({ droppedKeyspaces: [keyspaceId(keyspace)] });
    this.companions.delete(keyspace);
  }

  /** Puts tables in the place of others, atomically. A table that is on both sides has moved to another level. */
  replaceTables(removed: readonly Table[], added: readonly TableDescription[]): void {
    this.#install({ removedTables: removed.map((table) => table.fileId), addedTables: added });
  }

  /** For tables whose edit has failed: their files go once another edit has told the disk that they are not part of the store. */
  disown(tables: readonly FileId[]): void {
    this.#disowned.push(...tables);
  }

  /** An id for a file of the tree, given out once. */
  newFileId(): FileId {
    this.#nextFileId += 1;
    return fileId(this.#nextFileId - 1);
  }

  /** Removes the files of tables that are part of no version any more and that nobody reads. */
  removeUnread(): void {
    for (const table of this.#epochs.takeUnread()) {
      table.close();
      this.#removeFile(table.path);
    }
  }

  /** All entries of versions up to this one are in tables. */
  get tableVersionMax(): number {
    return Math.min(...this.#view.memtables.map((memtable) => memtable.versionMin)) - 1;
  }

  /** Tables that are part of no version any more and are still read. */
  get removedTableCount(): number {
    return this.#epochs.removedCount;
  }

  get disk(): TreeDisk | undefined {
    return this.#disk;
  }

  /** Bytes of all tables' files. */
  get tableBytes(): number {
    return tablesOf(this.#view.version).reduce((bytes, table) => bytes + table.fileSizeBytes, 0);
  }

  levelSizes(): LevelSize[] {
    const sizes = Array.from({ length: LEVEL_COUNT }, () => ({ tables: 0, bytes: 0 }));
    for (const table of tablesOf(this.#view.version)) {
      const size = sizes[table.level]!;
      size.tables += 1;
      size.bytes += table.fileSizeBytes;
    }
    return sizes;
  }

  get tableCount(): number {
    return tablesOf(this.#view.version).length;
  }

  /** Idempotent. */
  close(): void {
    for (const table of [...tablesOf(this.#view.version), ...this.#epochs.all()]) table.close();
    this.#disk?.manifest?.close();
  }

  /** Puts an edit in force: on the disk first, then for readers. */
  #install(edit: VersionEdit): void {
    const { version } = this.#view;
    const disk = this.#disk;
    const before = new Map(tablesOf(version).map((table) => [table.fileId, table]));
    const open = (description: TableDescription): Table => {
      assert(disk !== undefined, 'tables lie on a disk');
      const moved = before.get(description.fileId);
      return moved?.movedTo(description.level) ?? new Table(disk.place, description);
    };
    const next = applyEdit(version, { ...edit, nextFileId: this.#nextFileId }, open);
    checkVersion(next);
    if (disk !== undefined) {
      assert(disk.manifest !== undefined, 'a store opened read-only does not change');
      const whole = (): VersionEdit => ({ ...edit, nextFileId: this.#nextFileId });
      // The id of a new manifest is taken before the edit is encoded, so that the edit covers it.
      const newFileId = (): FileId => this.newFileId();
      disk.manifest.append(whole, () => editOf(version), newFileId);
    }
    for (const id of this.#disowned.splice(0)) {
      this.#removeFile(this.#pathOf(id));
    }
    for (const table of tablesOf(next)) before.delete(table.fileId);
    if (before.size > 0) this.#epochs.end([...before.values()]);
    this.#view = {
      memtables: this.#view.memtables,
      version: { ...next, nextFileId: this.#nextFileId },
      epoch: this.#epochs.current,
    };
  }

  #pathOf(id: FileId): string {
    return joinPath(this.#disk!.place.directory, tableName(id));
  }

  /** The store is right without it being gone: what cannot be removed is left to the next open. */
  #removeFile(path: string): void {
    const { vfs } = this.#disk!.place;
    try {
      if (vfs.exists(path)) vfs.remove(path);
    } catch (error) {
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
    }
  }
}
