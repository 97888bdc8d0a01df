/**
 * Bounds the files that tables hold open, over all stores that are given the same one. A table keeps its index and filter in memory;
 * its file is closed when others were read more recently, and opened again by the next read that needs the disk. That is safe at any
 * time: a file never changes, and is removed only once nobody can read its table.
 *
 * A read from the disk costs a system call, so exact recency (a map in the order of use) costs nothing beside it.
 */
import { assert } from '../base/assert.ts';
import type { Pending } from '../base/pending.ts';
import type { ReadableFile, Vfs } from '../vfs/vfs.ts';

export const OPEN_FILES_MAX_DEFAULT = 512;

export class OpenFiles {
  readonly limit: number;
  /** Open files, the one that was read longest ago first. */
  readonly #recent = new Map<SharedFile, ReadableFile>();

  constructor(limit: number = OPEN_FILES_MAX_DEFAULT) {
    assert(limit >= 1, 'a read needs one open file');
    this.limit = limit;
  }

  get count(): number {
    return this.#recent.size;
  }

  open(vfs: Vfs, path: string): ReadableFile {
    const file = new SharedFile(this, vfs, path);
    this.fileOf(file);
    return file;
  }

  /** For its files: the open file behind one, which counts as used. */
  fileOf(file: SharedFile): ReadableFile {
    let open = this.#recent.get(file);
    if (open === undefined) open = file.reopen();
    else this.#recent.delete(file);
    this.#recent.set(file, open);
    if (this.#recent.size > this.limit) this.release(this.#recent.keys().next().value!); // it holds more than one
    return open;
  }

  /** For its files: closes the open file behind one, if there is one. */
  release(file: SharedFile): void {
    const open = this.#recent.get(file);
    this.#recent.delete(file);
    open?.close();
  }
}

class SharedFile implements ReadableFile {
  readonly #path: string;
  /** What the disk calls the file: for messages. */
  #shownAs: string;
  readonly #files: OpenFiles;
  readonly #vfs: Vfs;
  #closed = false;

  constructor(files: OpenFiles, vfs: Vfs, path: string) {
    this.#path = path;
    this.#shownAs = path;
    this.#files = files;
    this.#vfs = vfs;
  }

  get path(): string {
    return this.#shownAs;
  }

  reopen(): ReadableFile {
    assert(!this.#closed, 'a table that was closed is read no more');
    const file = this.#vfs.openRead(this.#path);
    this.#shownAs = file.path;
    return file;
  }

  size(): number {
    return this.#files.fileOf(this).size();
  }

  read(position: number, length: number): Uint8Array | Pending {
    return this.#files.fileOf(this).read(position, length);
  }

  close(): void {
    this.#closed = true;
    this.#files.release(this);
  }
}
