/**
 * A disk in memory: the store behind `:memory:` and the base of tests. Files grow by doubling; handles point at the file,
 * not at its name, so an open file survives `remove` and `rename` as it does on POSIX systems.
 * Nothing survives the process, so every sync succeeds at once.
 */
import { AlopexError } from '../base/errors.ts';
import { alreadyOpen, fileClosed, fileNotFound, isDirectory, readPastEnd } from './file-errors.ts';
import { checkPath, directoryOf, joinPath, nameOf } from './path.ts';
import type { DirectoryLock, ReadableFile, Vfs, WritableFile } from './vfs.ts';

const INITIAL_CAPACITY = 256;

export class MemoryVfs implements Vfs {
  readonly #files = new Map<string, MemoryFile>();
  readonly #directories = new Set<string>(['']);
  readonly #locks = new Set<string>();

  openRead(path: string): ReadableFile {
    return new MemoryReadable(path, this.#file(path));
  }

  create(path: string): WritableFile {
    checkPath(path);
    this.#requireDirectory(directoryOf(path));
    if (path === '' || this.#directories.has(path)) throw isDirectory(path);
    const existing = this.#files.get(path);
    const file = existing ?? new MemoryFile();
    file.truncate(0);
    this.#files.set(path, file);
    return new MemoryWritable(path, file);
  }

  openAppend(path: string): WritableFile {
    return new MemoryWritable(path, this.#file(path));
  }

  list(directory: string): string[] {
    checkPath(directory);
    this.#requireDirectory(directory);
    const names: string[] = [];
    for (const path of this.#files.keys())
      if (directoryOf(path) === directory) names.push(nameOf(path));
    for (const path of this.#directories) {
      if (path !== '' && directoryOf(path) === directory) names.push(nameOf(path));
    }
    return names;
  }

  exists(path: string): boolean {
    checkPath(path);
    return this.#files.has(path) || this.#directories.has(path);
  }

  size(path: string): number {
    return this.#file(path).size;
  }

  remove(path: string): void {
    this.#file(path);
    this.#files.delete(path);
  }

  rename(from: string, to: string): void {
    const file = this.#file(from);
    checkPath(to);
    this.#requireDirectory(directoryOf(to));
    if (this.#directories.has(to)) throw isDirectory(to);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  makeDirectory(path: string): void {
    checkPath(path);
    let made = '';
    for (const part of path === '' ? [] : path.split('/')) {
      made = joinPath(made, part);
      if (this.#files.has(made))
        throw new AlopexError('ALX_FILE_ACCESS', `"${made}" is a file, not a folder`);
      this.#directories.add(made);
    }
  }

  syncDirectory(path: string): void {
    checkPath(path);
    this.#requireDirectory(path);
  }

  lock(directory: string): DirectoryLock {
    checkPath(directory);
    this.#requireDirectory(directory);
    if (this.#locks.has(directory)) throw alreadyOpen(directory, 'this process');
    this.#locks.add(directory);
    let held = true;
    return {
      release: () => {
        if (held) this.#locks.delete(directory);
        held = false;
      },
    };
  }

  #file(path: string): MemoryFile {
    checkPath(path);
    const file = this.#files.get(path);
    if (file === undefined)
      throw this.#directories.has(path) ? isDirectory(path) : fileNotFound(path);
    return file;
  }

  #requireDirectory(path: string): void {
    if (!this.#directories.has(path)) throw fileNotFound(path);
  }
}

class MemoryFile {
  #bytes = new Uint8Array(INITIAL_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, position);
    if (end > this.#size) this.#size = end;
  }

  extend(size: number): void {
    if (size <= this.#size) return;
    if (size > this.#bytes.length) this.#grow(size);
    this.#bytes.fill(0, this.#size, size);
    this.#size = size;
  }

  truncate(size: number): void {
    if (size < this.#size) this.#size = size;
  }

  read(position: number, length: number): Uint8Array {
    return this.#bytes.slice(position, position + length);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

class MemoryReadable implements ReadableFile {
  readonly path: string;
  readonly #file: MemoryFile;
  #open = true;

  constructor(path: string, file: MemoryFile) {
    this.path = path;
    this.#file = file;
  }

  size(): number {
    this.#check();
    return this.#file.size;
  }

  read(position: number, length: number): Uint8Array {
    this.#check();
    if (position + length > this.#file.size)
      throw readPastEnd(this.path, position, length, this.#file.size);
    return this.#file.read(position, length);
  }

  close(): void {
    this.#open = false;
  }

  #check(): void {
    if (!this.#open) throw fileClosed(this.path);
  }
}

class MemoryWritable implements WritableFile {
  readonly path: string;
  readonly #file: MemoryFile;
  #position: number;
  #open = true;

  constructor(path: string, file: MemoryFile) {
    this.path = path;
    this.#file = file;
    this.#position = file.size;
  }

  get position(): number {
    return this.#position;
  }

  append(bytes: Uint8Array): void {
    this.#check();
    this.#file.write(this.#position, bytes);
    this.#position += bytes.length;
  }

  appendAll(buffers: readonly Uint8Array[]): void {
    for (const buffer of buffers) this.append(buffer);
  }

  reserve(size: number): void {
    this.#check();
    this.#file.extend(size);
  }

  truncate(size: number): void {
    this.#check();
    this.#file.truncate(size);
    this.#position = Math.min(this.#position, size);
  }

  async sync(): Promise<void> {
    this.#check();
  }

  syncNow(): void {
    this.#check();
  }

  close(): void {
    this.#open = false;
  }

  #check(): void {
    if (!this.#open) throw fileClosed(this.path);
  }
}
