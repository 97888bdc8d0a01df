/** A table of a version, opened when it is first read. Its place and metadata are known from the manifest. */
import type { Checksum } from '../base/checksum.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { FileId, KeyspaceId } from '../base/brand.ts';
import type { Compression } from '../sstable/compression.ts';
import type { Residency } from '../sstable/residency.ts';
import { TableReader } from '../sstable/table-reader.ts';
import type { TableMetadata } from '../sstable/table-metadata.ts';
import { joinPath } from '../vfs/path.ts';
import type { Vfs } from '../vfs/vfs.ts';
import { tableName } from './file-names.ts';
import type { TableDescription } from './version-edit.ts';

export interface TablePlace {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly checksum: Checksum;
  readonly compressions: readonly Compression[];
  readonly cache: Residency;
}

export class Table implements TableDescription {
  readonly fileId: FileId;
  readonly keyspace: KeyspaceId;
  readonly level: number;
  readonly fileSizeBytes: number;
  readonly metadata: TableMetadata;
  readonly path: string;
  readonly #place: TablePlace;
  #reader: TableReader | undefined;

  constructor(place: TablePlace, description: TableDescription) {
    this.fileId = description.fileId;
    this.keyspace = description.keyspace;
    this.level = description.level;
    this.fileSizeBytes = description.fileSizeBytes;
    this.metadata = description.metadata;
    this.path = joinPath(place.directory, tableName(description.fileId));
    this.#place = place;
  }

  /** The reader, which stays open until `close`. */
  reader(): TableReader | Pending {
    return this.#reader ?? this.#open();
  }

  /** Forgets the reader and its blocks. Bytes handed out stay as they are. Idempotent. */
  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  #open(): TableReader | Pending {
    const { vfs, checksum, compressions, cache } = this.#place;
    const file = vfs.openRead(this.path);
    const reader = TableReader.open({ file, checksum, compressions, cache });
    if (reader === PENDING) {
      file.close();
      return PENDING;
    }
    this.#reader = reader;
    return reader;
  }
}
