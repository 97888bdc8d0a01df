/**
 * A change of what a store consists of, as the manifest records it. Part of the file format, do not change;
 * `docs/formats/manifest.md` is its manual.
 *
 *   edit  := field*
 *   field := tag (varint) | payload by tag
 *
 *   1 store id          varint
 *   2 next file id      varint       no file of this id or above is part of the store yet
 *   3 first segment id  varint       records in older segments of the log are in tables
 *   4 last version      varint       no table holds a newer one
 *   5 added table       file id, keyspace, level, file size, size of the metadata (varints) | metadata
 *   6 removed table     file id (varint)
 *   7 dropped keyspace  keyspace (varint): its tables are gone, and so is what the log or a memtable still hold of it
 */
import { fileId, keyspaceId, type FileId, type KeyspaceId } from '../base/brand.ts';
import { readVarint, VARINT_SIZE_MAX, writeVarint, type ByteCursor } from '../base/varint.ts';
import { decodeMetadata, encodeMetadata, type TableMetadata } from '../sstable/table-metadata.ts';

const TAG = Object.freeze({
  storeId: 1,
  nextFileId: 2,
  firstSegmentId: 3,
  lastVersion: 4,
  addedTable: 5,
  removedTable: 6,
  droppedKeyspace: 7,
} as const);

/** A table and its place. */
export interface TableDescription {
  readonly fileId: FileId;
  readonly keyspace: KeyspaceId;
  readonly level: number;
  readonly fileSizeBytes: number;
  readonly metadata: TableMetadata;
}

/** Applied in this order: what is dropped, removed, added. */
export interface VersionEdit {
  readonly storeId?: number | undefined;
  readonly nextFileId?: number | undefined;
  readonly firstSegmentId?: number | undefined;
  readonly lastVersion?: number | undefined;
  readonly droppedKeyspaces?: readonly KeyspaceId[] | undefined;
  readonly removedTables?: readonly FileId[] | undefined;
  readonly addedTables?: readonly TableDescription[] | undefined;
}

export function encodeEdit(edit: VersionEdit): Uint8Array {
  const out = new FieldWriter();
  if (edit.storeId !== undefined) out.numbers(TAG.storeId, edit.storeId);
  if (edit.nextFileId !== undefined) out.numbers(TAG.nextFileId, edit.nextFileId);
  if (edit.firstSegmentId !== undefined) out.numbers(TAG.firstSegmentId, edit.firstSegmentId);
  if (edit.lastVersion !== undefined) out.numbers(TAG.lastVersion, edit.lastVersion);
  for (const keyspace of edit.droppedKeyspaces ?? []) out.numbers(TAG.droppedKeyspace, keyspace);
  for (const file of edit.removedTables ?? []) out.numbers(TAG.removedTable, file);
  for (const table of edit.addedTables ?? []) {
    const metadata = encodeMetadata(table.metadata);
    const { fileId: file, keyspace, level, fileSizeBytes } = table;
    out.numbers(TAG.addedTable, file, keyspace, level, fileSizeBytes, metadata.length);
    out.bytes(metadata);
  }
  return out.finish();
}

/** Undefined when the bytes are no edit that this release knows. */
export function decodeEdit(bytes: Uint8Array): VersionEdit | undefined {
  const edit: Mutable<VersionEdit> = {};
  const dropped: KeyspaceId[] = [];
  const removed: FileId[] = [];
  const added: TableDescription[] = [];
  const cursor: ByteCursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(bytes, cursor, bytes.length);
    if (tag === TAG.addedTable) {
      const table = decodeTable(bytes, cursor);
      if (table === undefined) return undefined;
      added.push(table);
      continue;
    }
    const number = readVarint(bytes, cursor, bytes.length);
    if (number < 0) return undefined;
    if (tag === TAG.storeId) edit.storeId = number;
    else if (tag === TAG.nextFileId) edit.nextFileId = number;
    else if (tag === TAG.firstSegmentId) edit.firstSegmentId = number;
    else if (tag === TAG.lastVersion) edit.lastVersion = number;
    else if (tag === TAG.removedTable) removed.push(fileId(number));
    else if (tag === TAG.droppedKeyspace) dropped.push(keyspaceId(number));
    else return undefined;
  }
  return { ...edit, droppedKeyspaces: dropped, removedTables: removed, addedTables: added };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function decodeTable(bytes: Uint8Array, cursor: ByteCursor): TableDescription | undefined {
  const numbers: number[] = [];
  for (let index = 0; index < 5; index += 1) numbers.push(readVarint(bytes, cursor, bytes.length));
  const [file, keyspace, level, fileSizeBytes, metadataSize] = numbers as [
    number,
    number,
    number,
    number,
    number,
  ]; // five were pushed
  const end = cursor.at + metadataSize;
  if (numbers.some((number) => number < 0) || end > bytes.length) return undefined;
  const metadata = decodeMetadata(bytes.subarray(cursor.at, end));
  if (metadata === undefined) return undefined;
  cursor.at = end;
  return { fileId: fileId(file), keyspace: keyspaceId(keyspace), level, fileSizeBytes, metadata };
}

class FieldWriter {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;

  numbers(...numbers: readonly number[]): void {
    this.#reserve(numbers.length * VARINT_SIZE_MAX);
    for (const number of numbers) this.#length = writeVarint(this.#bytes, this.#length, number);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
