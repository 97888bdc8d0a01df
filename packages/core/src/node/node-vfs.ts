/**
 * Node's file system as a Vfs. Calls are synchronous, because a point read must not cost a chain of promises; only `sync`
 * leaves the thread. A root folder is given once; every path stays below it.
 */
import fs from 'node:fs';
import nodePath from 'node:path';
import type { AlopexError } from '../base/errors.ts';
import { fileClosed, isDirectory, isFile, poisonedFile, readPastEnd } from '../vfs/file-errors.ts';
import { checkPath } from '../vfs/path.ts';
import type { DirectoryLock, ReadableFile, Vfs, WritableFile } from '../vfs/vfs.ts';
import { lockDirectory } from './directory-lock.ts';
import { fileError, systemCode } from './system-errors.ts';

// One system call takes at most 2 GiB less a page on Linux; larger transfers loop.
const TRANSFER_SIZE_MAX = 0x4000_0000;

export class NodeVfs implements Vfs {
  /** Absolute path of the root folder. It need not exist before `makeDirectory('')`. */
  readonly root: string;

  constructor(root: string) {
    this.root = nodePath.resolve(root);
  }

  openRead(path: string): ReadableFile {
    return this.#attempt('open', path, (full) => {
      const descriptor = fs.openSync(full, 'r');
      // Linux opens folders for reading and fails only at the first read; say so at the door.
      if (fs.fstatSync(descriptor).isDirectory()) {
        fs.closeSync(descriptor);
        throw isDirectory(path);
      }
      return new NodeReadable(path, descriptor);
    });
  }

  create(path: string): WritableFile {
    return this.#attempt(
      'create',
      path,
      (full) => new NodeWritable(path, fs.openSync(full, 'w'), 0),
    );
  }

  openAppend(path: string): WritableFile {
    return this.#attempt('open', path, (full) => {
      const descriptor = fs.openSync(full, 'r+');
      return new NodeWritable(path, descriptor, fs.fstatSync(descriptor).size);
    });
  }

  list(directory: string): string[] {
    return this.#attempt('list', directory, (full) => fs.readdirSync(full));
  }

  exists(path: string): boolean {
    return this.#attempt('look up', path, (full) => fs.existsSync(full));
  }

  size(path: string): number {
    return this.#attempt('look up', path, (full) => fs.statSync(full).size);
  }

  remove(path: string): void {
    this.#attempt('remove', path, (full) => fs.unlinkSync(full));
  }

  rename(from: string, to: string): void {
    checkPath(to);
    this.#attempt('rename', from, (full) => fs.renameSync(full, nodePath.join(this.root, to)));
  }

  makeDirectory(path: string): void {
    this.#attempt('create folder', path, makeFolder);
  }

  syncDirectory(path: string): void {
    this.#attempt('sync folder', path, syncFolder);
  }

  lock(directory: string): DirectoryLock {
    return this.#attempt('lock', directory, (full) =>
      lockDirectory(full, directory === '' ? this.root : directory),
    );
  }

  #attempt<T>(action: string, path: string, call: (full: string) => T): T {
    checkPath(path);
    const full = nodePath.join(this.root, path);
    try {
      return call(full);
    } catch (error) {
      throw fileError(error, action, path === '' ? this.root : path);
    }
  }
}

function syncFolder(full: string): void {
  // Windows opens no folders; its file systems journal names by themselves.
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(full, 'r');
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems know no sync of folders; they order names themselves.
    if (systemCode(error) !== 'EINVAL') throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Makes a folder and those above it. Node's own recursive form never returns where a parent is there and refuses every child,
 * as /proc does.
 */
function makeFolder(full: string): void {
  const found = fs.statSync(full, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  if (found !== undefined) throw isFile(full);
  const parent = nodePath.dirname(full);
  if (parent !== full) makeFolder(parent);
  try {
    fs.mkdirSync(full);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

class NodeReadable implements ReadableFile {
  readonly path: string;
  #descriptor: number;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  size(): number {
    this.#check();
    try {
      return fs.fstatSync(this.#descriptor).size;
    } catch (error) {
      throw fileError(error, 'look up', this.path);
    }
  }

  read(position: number, length: number): Uint8Array {
    this.#check();
    // The size is asked first only for large reads: a damaged length must not allocate gigabytes before it is found out.
    if (length > TRANSFER_SIZE_MAX && position + length > this.size()) {
      throw readPastEnd(this.path, position, length, this.size());
    }
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const got = this.#readOnce(
        bytes,
        done,
        Math.min(length - done, TRANSFER_SIZE_MAX),
        position + done,
      );
      if (got === 0) throw readPastEnd(this.path, position, length, position + done);
      done += got;
    }
    return bytes;
  }

  #readOnce(bytes: Uint8Array, offset: number, length: number, position: number): number {
    try {
      return fs.readSync(this.#descriptor, bytes, offset, length, position);
    } catch (error) {
      throw fileError(error, 'read', this.path);
    }
  }

  close(): void {
    if (this.#descriptor < 0) return;
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    fs.closeSync(descriptor);
  }

  #check(): void {
    if (this.#descriptor < 0) throw fileClosed(this.path);
  }
}

class NodeWritable implements WritableFile {
  readonly path: string;
  #descriptor: number;
  #position: number;
  /** Syncs on their way through the thread pool: the descriptor stays open until the last has come back. */
  #syncing = 0;
  #closed = false;
  #failure: AlopexError | undefined;

  constructor(path: string, descriptor: number, position: number) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  append(bytes: Uint8Array): void {
    this.#check();
    const length = bytes.length;
    let done = 0;
    try {
      // A positioned write is one argument more and 10 % cheaper than an appending one, and lets a torn write be repeated.
      while (done < length) {
        const part = length - done < TRANSFER_SIZE_MAX ? length - done : TRANSFER_SIZE_MAX;
        done += fs.writeSync(this.#descriptor, bytes, done, part, this.#position + done);
      }
    } catch (error) {
      throw fileError(error, 'write', this.path);
    }
    this.#position += length;
  }

  appendAll(buffers: readonly Uint8Array[]): void {
    this.#check();
    let total = 0;
    for (const buffer of buffers) total += buffer.length;
    let written = 0;
    try {
      if (total < TRANSFER_SIZE_MAX)
        written = fs.writevSync(this.#descriptor, [...buffers], this.#position);
    } catch (error) {
      throw fileError(error, 'write', this.path);
    }
    // A short write ends inside some buffer: the rest goes one by one.
    const start = this.#position;
    let skip = written;
    for (const buffer of buffers) {
      const skipped = Math.min(skip, buffer.length);
      skip -= skipped;
      this.#position += skipped;
      if (skipped < buffer.length) this.#appendOrRestore(buffer.subarray(skipped), start);
    }
  }

  // A failed group of buffers counts as not written at all, as a failed single append does.
  #appendOrRestore(bytes: Uint8Array, start: number): void {
    try {
      this.append(bytes);
    } catch (error) {
      this.#position = start;
      throw error;
    }
  }

  reserve(size: number): void {
    this.#check();
    try {
      if (fs.fstatSync(this.#descriptor).size < size) fs.ftruncateSync(this.#descriptor, size);
    } catch (error) {
      throw fileError(error, 'extend', this.path);
    }
  }

  truncate(size: number): void {
    this.#check();
    try {
      fs.ftruncateSync(this.#descriptor, size);
    } catch (error) {
      throw fileError(error, 'truncate', this.path);
    }
    if (size < this.#position) this.#position = size;
  }

  sync(): Promise<void> {
    this.#check();
    if (this.#failure !== undefined) return Promise.reject(poisonedFile(this.path, this.#failure));
    this.#syncing += 1;
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#descriptor, (error) => {
        this.#syncing -= 1;
        if (this.#closed && this.#syncing === 0) this.#release();
        if (error === null) resolve();
        else reject(this.#poison(error));
      });
    });
  }

  syncNow(): void {
    this.#check();
    if (this.#failure !== undefined) throw poisonedFile(this.path, this.#failure);
    try {
      fs.fdatasyncSync(this.#descriptor);
    } catch (error) {
      throw this.#poison(error);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#syncing === 0) this.#release();
  }

  #poison(error: unknown): AlopexError {
    this.#failure ??= fileError(error, 'sync', this.path);
    return this.#failure;
  }

  #release(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    fs.closeSync(descriptor);
  }

  #check(): void {
    if (this.#closed) throw fileClosed(this.path);
  }
}
