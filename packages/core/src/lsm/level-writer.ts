/**
 * Writes the tables that a flush or a compaction makes: one behind the other, on one level. A table ends where it is told to,
 * between two keys. Nothing of it counts before `sync` or `syncNow` has made all tables and their names durable; `remove` undoes everything.
 */
import type { KeyspaceId, FileId } from '../base/brand.ts';
import type { AlopexError } from '../base/errors.ts';
import type { EntryCursor } from '../memtable/entry.ts';
import type { Compression } from '../sstable/compression.ts';
import { TableWriter, type SectionContent } from '../sstable/table-writer.ts';
import { joinPath } from '../vfs/path.ts';
import type { WritableFile } from '../vfs/vfs.ts';
import { tableName } from './file-names.ts';
import type { TablePlace } from './table.ts';
import type { TableDescription } from './version-edit.ts';
import { failureOf } from './failure.ts';

export interface LevelWriterOptions {
  readonly place: TablePlace;
  readonly compression: Compression | undefined;
  /** Of the first table. */
  readonly keyspace: KeyspaceId;
  readonly level: number;
  readonly newFileId: () => FileId;
}

interface Output {
  readonly fileId: FileId;
  readonly file: WritableFile;
  readonly writer: TableWriter;
  /** Size of the file when it was last synced. */
  syncedBytes: number;
  /** Nothing more is written to it. Once that is synced the file is closed: a flush may write thousands of tables. */
  ended: boolean;
  closed: boolean;
}

export class LevelWriter {
  readonly #options: LevelWriterOptions;
  readonly #outputs: Output[] = [];
  readonly #tables: TableDescription[] = [];
  #current: Output | undefined;
  #keyspace: KeyspaceId;
  /** The sync that is under way on another thread, which never rejects. */
  #syncing: Promise<void> | undefined;
  #failure: AlopexError | undefined;

  constructor(options: LevelWriterOptions) {
    this.#options = options;
    this.#keyspace = options.keyspace;
  }

  /** The tables that have ended. */
  get tables(): readonly TableDescription[] {
    return this.#tables;
  }

  /** Bytes of the table in the making, 0 between two tables. */
  get tableBytes(): number {
    return this.#current === undefined ? 0 : this.#current.writer.sizeBytes;
  }

  /** Bytes of all tables so far. */
  get writtenBytes(): number {
    return this.#outputs.reduce((bytes, { file }) => bytes + file.position, 0);
  }

  get unsyncedBytes(): number {
    return this.#outputs.reduce(
      (bytes, { file, syncedBytes }) => bytes + file.position - syncedBytes,
      0,
    );
  }

  get openFiles(): number {
    return this.#outputs.reduce((count, { closed }) => (closed ? count : count + 1), 0);
  }

  /** Ends the table in the making; those that follow belong to the keyspace. */
  beginKeyspace(keyspace: KeyspaceId): void {
    this.endTable();
    this.#keyspace = keyspace;
  }

  add(entry: EntryCursor): void {
    const { writer } = this.#current ?? this.#begin();
    writer.add(
      entry.keyBytes,
      entry.keyStart,
      entry.keyEnd,
      entry.version,
      entry.kind,
      entry.valueBytes,
      entry.valueStart,
      entry.valueEnd,
    );
  }

  /** Ends the table in the making, if there is one, with these sections beside its own. */
  endTable(sections: readonly SectionContent[] = []): void {
    if (this.#current === undefined) return;
    const { fileId, writer } = this.#current;
    const { level } = this.#options;
    const keyspace = this.#keyspace;
    const { fileSizeBytes, ...metadata } = writer.finish(sections);
    this.#tables.push({ fileId, keyspace, level, fileSizeBytes, metadata });
    this.#current.ended = true;
    this.#current = undefined;
  }

  /** Starts to sync what was written, on another thread, unless that is still under way. */
  syncBehind(): void {
    this.#syncing ??= this.#syncAll().finally(() => {
      this.#syncing = undefined;
    });
  }

  async sync(): Promise<void> {
    await this.#syncing;
    this.syncBehind();
    await this.#syncing;
    this.#endSync();
  }

  syncNow(): void {
    this.syncContentNow();
    this.#endSync();
  }

  /** Syncs what was written so far, but no names. */
  syncContentNow(): void {
    for (const output of this.#outputs) {
      if (output.syncedBytes < output.file.position) output.file.syncNow();
      output.syncedBytes = output.file.position;
      closeIfEnded(output);
    }
  }

  /** Closes the files as soon as no sync is under way. */
  close(): void {
    this.#whenIdle(() => this.#closeFiles());
  }

  /** Closes and removes everything; what cannot be removed is left to the next open. */
  remove(): void {
    this.#whenIdle(() => {
      this.#closeFiles();
      this.#removeFiles();
    });
  }

  /** Resolves once no sync is under way and what waited for that is done. */
  async settled(): Promise<void> {
    await this.#syncing;
  }

  #begin(): Output {
    const { place, compression, newFileId } = this.#options;
    const fileId = newFileId();
    const file = place.vfs.create(joinPath(place.directory, tableName(fileId)));
    const writer = new TableWriter({ file, checksum: place.checksum, compression });
    const output = { fileId, file, writer, syncedBytes: 0, ended: false, closed: false };
    this.#outputs.push(output);
    this.#current = output;
    return output;
  }

  /** At once where possible: a program that never turns its event loop would gather open files otherwise. */
  #whenIdle(task: () => void): void {
    if (this.#syncing === undefined) task();
    else this.#syncing = this.#syncing.then(task);
  }

  #closeFiles(): void {
    for (const { file } of this.#outputs) file.close();
  }

  #removeFiles(): void {
    const { vfs, directory } = this.#options.place;
    for (const { fileId } of this.#outputs.splice(0)) {
      try {
        vfs.remove(joinPath(directory, tableName(fileId)));
      } catch {
        // The failure that led here is the one to report; recovery removes files that no manifest knows.
      }
    }
  }

  /** Never rejects: what fails is thrown by `#endSync`. */
  async #syncAll(): Promise<void> {
    for (const output of this.#outputs) {
      const { position } = output.file;
      if (output.syncedBytes === position) {
        closeIfEnded(output);
        continue;
      }
      try {
        await output.file.sync();
        output.syncedBytes = Math.max(output.syncedBytes, position);
        closeIfEnded(output);
      } catch (error) {
        this.#failure ??= failureOf(error);
      }
    }
  }

  #endSync(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#tables.length > 0)
      this.#options.place.vfs.syncDirectory(this.#options.place.directory);
  }
}

function closeIfEnded(output: Output): void {
  if (!output.ended || output.closed || output.syncedBytes < output.file.position) return;
  output.closed = true;
  output.file.close();
}
