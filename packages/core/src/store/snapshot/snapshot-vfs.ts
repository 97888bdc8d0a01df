/**
 * A snapshot file as the disk of a store: one folder with CURRENT, a manifest and tables, each file a range of bytes of the snapshot.
 * So a store opens it read-only, and `verify` and `restore` read it, like any folder. Nothing can be written.
 *
 * Opening reads header, footer, index and the manifest, and nothing else however large the file is. On a disk that answers later it
 * answers PENDING until those are there; the manifest is kept, so that all that may pend afterwards is a read of a table.
 *
 * The snapshot stays open until `close`: ranges of one file, whatever comes to lie under its name later.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import { fileId } from '../../base/brand.ts';
import type { Checksum } from '../../base/checksum.ts';
import { AlopexError } from '../../base/errors.ts';
import { PENDING, type Pending } from '../../base/pending.ts';
import { CURRENT_NAME, manifestName, tableName } from '../../lsm/file-names.ts';
import { fileClosed, fileNotFound, readPastEnd } from '../../vfs/file-errors.ts';
import type { DirectoryLock, ReadableFile, Vfs, WritableFile } from '../../vfs/vfs.ts';
import {
  checkSnapshotHeader,
  corruptSnapshot,
  decodeSnapshotFooter,
  decodeSnapshotIndex,
  SNAPSHOT_FOOTER_SIZE,
  SNAPSHOT_HEADER_SIZE,
  SNAPSHOT_SECTION,
  type SnapshotFooter,
  type SnapshotSection,
} from './format.ts';

export interface SnapshotPlace {
  readonly vfs: Vfs;
  readonly path: string;
  readonly checksum: Checksum;
}

/** A file of the folder: a range of the snapshot, or bytes that are in memory. */
type Content = SnapshotSection | Uint8Array;

export class SnapshotVfs implements Vfs {
  readonly path: string;
  /** The newest commit version in the snapshot. */
  readonly timestamp: number;
  readonly sections: readonly SnapshotSection[];
  readonly #file: ReadableFile;
  readonly #contents: ReadonlyMap<string, Content>;

  private constructor(
    file: ReadableFile,
    footer: SnapshotFooter,
    sections: readonly SnapshotSection[],
    contents: ReadonlyMap<string, Content>,
  ) {
    this.#file = file;
    this.path = file.path;
    this.timestamp = footer.timestamp;
    this.sections = sections;
    this.#contents = contents;
  }

  /** Errors: ALX_FILE_NOT_FOUND, ALX_NOT_A_DATABASE, ALX_INCOMPATIBLE_VERSION, ALX_CORRUPT with path and offset. */
  static open(place: SnapshotPlace): SnapshotVfs | Pending {
    const file = place.vfs.openRead(place.path);
    let opened: SnapshotVfs | Pending = PENDING;
    try {
      opened = SnapshotVfs.#read(file, place.checksum);
    } finally {
      if (opened === PENDING) file.close();
    }
    return opened;
  }

  static #read(file: ReadableFile, checksum: Checksum): SnapshotVfs | Pending {
    const { path } = file;
    const size = file.size();
    const header = file.read(0, Math.min(size, SNAPSHOT_HEADER_SIZE));
    if (header === PENDING) return PENDING;
    const whole = new Uint8Array(SNAPSHOT_HEADER_SIZE);
    whole.set(header);
    checkSnapshotHeader(whole, path, checksum);
    if (size < SNAPSHOT_HEADER_SIZE + SNAPSHOT_FOOTER_SIZE)
      throw corruptSnapshot(path, size, 'the file ends before its footer');
    const end = file.read(size - SNAPSHOT_FOOTER_SIZE, SNAPSHOT_FOOTER_SIZE);
    if (end === PENDING) return PENDING;
    const footer = decodeSnapshotFooter(end, path, size, checksum);
    const index = file.read(footer.indexOffset, footer.indexSize);
    if (index === PENDING) return PENDING;
    const sections = decodeSnapshotIndex(index, path, footer, checksum);
    const contents = readContents(file, footer, sections, checksum);
    return contents === PENDING ? PENDING : new SnapshotVfs(file, footer, sections, contents);
  }

  openRead(path: string): ReadableFile {
    const content = this.#content(path);
    const shownAs = `${this.path}/${path}`;
    return content instanceof Uint8Array
      ? new HeldFile(shownAs, content)
      : new SectionFile(shownAs, this.#file, content);
  }

  list(directory: string): string[] {
    if (directory !== '') throw fileNotFound(directory);
    return [...this.#contents.keys()];
  }

  exists(path: string): boolean {
    return path === '' || this.#contents.has(path);
  }

  size(path: string): number {
    const content = this.#content(path);
    return content instanceof Uint8Array ? content.length : content.size;
  }

  create(): WritableFile {
    throw this.#readOnly();
  }

  openAppend(): WritableFile {
    throw this.#readOnly();
  }

  remove(): void {
    throw this.#readOnly();
  }

  rename(): void {
    throw this.#readOnly();
  }

  makeDirectory(path: string): void {
    if (path !== '') throw this.#readOnly();
  }

  syncDirectory(): void {
    throw this.#readOnly();
  }

  /** Nothing here changes, so there is nobody to keep out. */
  lock(): DirectoryLock {
    return { release: () => undefined };
  }

  /** The bytes of the snapshot itself, for those who check it. */
  readSection(section: SnapshotSection, position: number, length: number): Uint8Array | Pending {
    return this.#file.read(section.offset + position, length);
  }

  /** Idempotent. Files that are still open fail then. */
  close(): void {
    this.#file.close();
  }

  #content(path: string): Content {
    const content = this.#contents.get(path);
    if (content === undefined) throw fileNotFound(`${this.path}/${path}`);
    return content;
  }

  #readOnly(): AlopexError {
    return new AlopexError('ALX_READ_ONLY', `snapshot "${this.path}" cannot be written to`, {
      hint: 'Open it read-only, or restore it into a directory.',
    });
  }
}

/** The folder's files by name. */
function readContents(
  file: ReadableFile,
  footer: SnapshotFooter,
  sections: readonly SnapshotSection[],
  checksum: Checksum,
): ReadonlyMap<string, Content> | Pending {
  const contents = new Map<string, Content>();
  for (const section of sections) {
    const { kind, id, offset, size } = section;
    if (kind === SNAPSHOT_SECTION.table) {
      contents.set(tableName(fileId(id)), section);
    } else if (kind === SNAPSHOT_SECTION.metadata) {
      const bytes = file.read(offset, size);
      if (bytes === PENDING) return PENDING;
      if (checksum(bytes, 0, size, 0) !== section.checksum)
        throw corruptSnapshot(file.path, offset, 'checksum mismatch in the metadata');
      const name = manifestName(fileId(id));
      contents.set(name, bytes);
      contents.set(CURRENT_NAME, encodeUtf8(`${name}\n`));
    }
  }
  if (contents.has(CURRENT_NAME)) return contents;
  throw corruptSnapshot(file.path, footer.indexOffset, 'it has no metadata');
}

class SectionFile implements ReadableFile {
  readonly path: string;
  readonly #file: ReadableFile;
  readonly #section: SnapshotSection;
  #open = true;

  constructor(path: string, file: ReadableFile, section: SnapshotSection) {
    this.path = path;
    this.#file = file;
    this.#section = section;
  }

  size(): number {
    return this.#section.size;
  }

  read(position: number, length: number): Uint8Array | Pending {
    if (!this.#open) throw fileClosed(this.path);
    const { offset, size } = this.#section;
    if (position + length > size) throw readPastEnd(this.path, position, length, size);
    return this.#file.read(offset + position, length);
  }

  /** The snapshot's file stays open for the other sections. */
  close(): void {
    this.#open = false;
  }
}

class HeldFile implements ReadableFile {
  readonly path: string;
  readonly #bytes: Uint8Array;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.#bytes = bytes;
  }

  size(): number {
    return this.#bytes.length;
  }

  read(position: number, length: number): Uint8Array {
    if (position + length > this.#bytes.length)
      throw readPastEnd(this.path, position, length, this.#bytes.length);
    return this.#bytes.slice(position, position + length);
  }

  close(): void {
    // Nothing is held but memory.
  }
}
