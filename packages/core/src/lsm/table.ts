/** A table of a version. Its place and metadata are known from the manifest; the file is opened when it is first read. */
import type { Checksum } from '../base/checksum.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { FileId, KeyspaceId } from '../base/brand.ts';
import type { Compression } from '../sstable/compression.ts';
import type { Residency } from '../sstable/residency.ts';
import { TableReader } from '../sstable/table-reader.ts';
import type { TableMetadata } from '../sstable/table-metadata.ts';
import { joinPath } from '../vfs/path.ts';
import type { ReadableFile, Vfs } from '../vfs/vfs.ts';
import { tableName } from './file-names.ts';
import type { LevelPart } from './level-blocks.ts';
import type { OpenFiles } from './open-files.ts';
import type { TableDescription } from './version-edit.ts';

export interface TablePlace {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly checksum: Checksum;
  readonly compressions: readonly Compression[];
  readonly cache: Residency;
  readonly files: OpenFiles;
}

/** The file behind a table, which the same table on another level shares. */
interface OpenFile {
  reader: TableReader | undefined;
  /** Opened for a reader that is not made yet. */
  held: ReadableFile | undefined;
}

export class Table implements TableDescription, LevelPart {
  readonly fileId: FileId;
  readonly keyspace: KeyspaceId;
  readonly level: number;
  readonly fileSizeBytes: number;
  readonly metadata: TableMetadata;
  readonly path: string;
  readonly #place: TablePlace;
  readonly #file: OpenFile;

  constructor(
    place: TablePlace,
    description: TableDescription,
    file: OpenFile = { reader: undefined, held: undefined },
  ) {
    this.fileId = description.fileId;
    this.keyspace = description.keyspace;
    this.level = description.level;
    this.fileSizeBytes = description.fileSizeBytes;
    this.metadata = description.metadata;
    this.path = joinPath(place.directory, tableName(description.fileId));
    this.#place = place;
    this.#file = file;
  }

  /** The table on another level, with the same open file. */
  movedTo(level: number): Table {
    const { fileId, keyspace, fileSizeBytes, metadata } = this;
    const description = { fileId, keyspace, level, fileSizeBytes, metadata };
    return new Table(this.#place, description, this.#file);
  }

  /** The reader, which stays open until `close`. */
  reader(): TableReader | Pending {
    return this.#file.reader ?? this.#open();
  }

  blocks(): TableReader | Pending {
    return this.reader();
  }

  /** Opens the file now, so that the table stays readable when its file is removed. */
  hold(): void {
    const file = this.#file;
    if (file.reader === undefined) file.held ??= this.#place.files.open(this.#place.vfs, this.path);
  }

  /** Forgets the reader and its blocks. Bytes handed out stay as they are. Idempotent. */
  close(): void {
    this.#file.reader?.close();
    this.#file.reader = undefined;
    this.#file.held?.close();
    this.#file.held = undefined;
  }

  #open(): TableReader | Pending {
    const { vfs, checksum, compressions, cache, files } = this.#place;
    const { held } = this.#file;
    const file = held ?? files.open(vfs, this.path);
    const reader = TableReader.open({ file, checksum, compressions, cache });
    if (reader === PENDING) {
      if (held === undefined) file.close();
      return PENDING;
    }
    this.#file.reader = reader;
    this.#file.held = undefined;
    return reader;
  }
}
