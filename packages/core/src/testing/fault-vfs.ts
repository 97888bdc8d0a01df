/**
 * A disk that fails on command. In peace it behaves like `MemoryVfs`; a test may
 *
 * - make the n-th change fail with an error, after part of the bytes was written: `failChange`
 * - cut the power at the n-th change: from then on every call fails: `cutPower`
 * - make the next sync fail, which poisons its file: `failNextSync`
 * - make a read fail once, or answer with fewer bytes than the file has: `failRead`
 * - hold syncs back, to see what happens meanwhile: `holdSyncs`, `releaseSyncs`, and one by one `releaseSync`
 * - flip a bit: `flipBit`
 * - look at the disk after a crash of the machine, of the process: `crash`, `restart`
 *
 * Changes are create, append, truncate, rename, remove and every sync, counted from 1 in `changeCount`. A test that runs a
 * script once to learn the count, and then once for every n, has visited every write point.
 */
import { AlopexError, type ErrorDetails } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import {
  alreadyOpen,
  fileClosed,
  fileNotFound,
  isDirectory,
  poisonedFile,
  readPastEnd,
} from '../vfs/file-errors.ts';
import { checkPath, directoryOf, joinPath, nameOf } from '../vfs/path.ts';
import type { DirectoryLock, ReadableFile, Vfs, WritableFile } from '../vfs/vfs.ts';
import { noFaults, type FaultCounts } from './fault-counts.ts';
import { DiskFile, DiskNames, type SyncedContent } from './fault-disk.ts';
import { SeededRandom } from './seeded-random.ts';

export type ChangeFault = 'ALX_IO' | 'ALX_DISK_FULL';
/** Short: the file seems to end before the bytes asked for. */
export type ReadFault = 'ALX_IO' | 'short';

export class FaultVfs implements Vfs {
  readonly #names: DiskNames;
  readonly #locks = new Set<string>();
  readonly #random: SeededRandom;
  readonly #heldSyncs: (() => void)[] = [];
  /** What has failed so far, on this disk and on those it came from by crashes. */
  readonly counts: FaultCounts;
  #changeCount = 0;
  #readsUntilFault = 0;
  #readFault: ReadFault = 'ALX_IO';
  #faultAt = 0;
  #fault: ChangeFault = 'ALX_IO';
  #powerCutAt = 0;
  #powerIsOff = false;
  #syncFails = false;
  #holdingSyncs = false;

  /** The seed decides how much of a failing append is written, and what survives a crash. */
  constructor(seed = 1, names: DiskNames = new DiskNames(), counts: FaultCounts = noFaults()) {
    this.#random = new SeededRandom(seed);
    this.#names = names;
    this.counts = counts;
  }

  get isOff(): boolean {
    return this.#powerIsOff;
  }

  get heldSyncCount(): number {
    return this.#heldSyncs.length;
  }

  get changeCount(): number {
    return this.#changeCount;
  }

  /** The n-th change from the beginning (1 is the first) fails once; the disk is sound again afterwards. */
  failChange(n: number, fault: ChangeFault): void {
    this.#faultAt = n;
    this.#fault = fault;
  }

  /** At the n-th change the machine stops. */
  cutPower(n: number): void {
    this.#powerCutAt = n;
  }

  failNextSync(): void {
    this.#syncFails = true;
  }

  /** The n-th read from now on (1 is the next) fails once. */
  failRead(n: number, fault: ReadFault): void {
    this.#readsUntilFault = n;
    this.#readFault = fault;
  }

  /** No fault that was asked for and has not happened will. */
  makePeace(): void {
    this.#faultAt = 0;
    this.#powerCutAt = 0;
    this.#syncFails = false;
    this.#readsUntilFault = 0;
  }

  /** Asynchronous syncs that begin from now on wait for `releaseSyncs`. */
  holdSyncs(): void {
    this.#holdingSyncs = true;
  }

  releaseSyncs(): void {
    this.#holdingSyncs = false;
    for (const release of this.#heldSyncs.splice(0)) release();
  }

  /** Lets one held sync go on, in whatever order; later ones are still held. */
  releaseSync(index: number): void {
    this.#heldSyncs.splice(index, 1)[0]?.();
  }

  flipBit(path: string, offset: number, bit: number): void {
    this.counts.flippedBits += 1;
    this.#file(path).flipBit(offset, bit);
  }

  /** All bytes of a file, as programs see them. */
  content(path: string): Uint8Array {
    return this.#file(path).content();
  }

  /** Cuts a file off, as a fault of the medium. */
  cutFile(path: string, size: number): void {
    const file = this.#file(path);
    file.truncate(size);
    file.endSync(file.beginSync());
  }

  /** A disk as the machine may find it after it stopped now. This one stays as it is. */
  crash(seed: number): FaultVfs {
    const random = new SeededRandom(seed);
    this.counts.crashes += 1;
    return new FaultVfs(seed, this.#names.afterCrash(random, this.counts), this.counts);
  }

  /** The disk as the next process finds it when this one ends now: every write is there. */
  restart(): FaultVfs {
    this.counts.restarts += 1;
    return new FaultVfs(this.#random.nextUint32(), this.#names.afterProcessEnd(), this.counts);
  }

  /** A disk with the same files, for what must not happen to this one. Its faults are not counted. */
  copy(): FaultVfs {
    return new FaultVfs(this.#random.seed, this.#names.afterProcessEnd());
  }

  /** What a crash now would leave, to be looked at: it has not happened, and is not counted. */
  copyAfterCrash(seed: number): FaultVfs {
    return new FaultVfs(seed, this.#names.afterCrash(new SeededRandom(seed)));
  }

  openRead(path: string): ReadableFile {
    this.#requirePower(path);
    return new FaultReadable(path, this.#file(path), this);
  }

  create(path: string): WritableFile {
    checkPath(path);
    this.#requireDirectory(directoryOf(path));
    if (this.#names.directories.has(path)) throw isDirectory(path);
    this.beginChange(path);
    const existing = this.#names.current.get(path);
    existing?.truncate(0);
    const file = existing ?? new DiskFile();
    if (existing === undefined) this.#names.set(path, file);
    return new FaultWritable(path, file, this);
  }

  openAppend(path: string): WritableFile {
    this.#requirePower(path);
    return new FaultWritable(path, this.#file(path), this);
  }

  list(directory: string): string[] {
    this.#requirePower(directory);
    checkPath(directory);
    this.#requireDirectory(directory);
    const folders = [...this.#names.directories].filter((path) => path !== '');
    const paths = [...this.#names.current.keys(), ...folders];
    return paths.filter((path) => directoryOf(path) === directory).map(nameOf);
  }

  exists(path: string): boolean {
    this.#requirePower(path);
    checkPath(path);
    return this.#names.current.has(path) || this.#names.directories.has(path);
  }

  size(path: string): number {
    this.#requirePower(path);
    return this.#file(path).size;
  }

  remove(path: string): void {
    this.#file(path);
    this.beginChange(path);
    this.#names.remove(path);
  }

  rename(from: string, to: string): void {
    this.#file(from);
    checkPath(to);
    this.#requireDirectory(directoryOf(to));
    if (this.#names.directories.has(to)) throw isDirectory(to);
    this.beginChange(from);
    this.#names.rename(from, to);
  }

  makeDirectory(path: string): void {
    this.#requirePower(path);
    checkPath(path);
    let made = '';
    for (const part of path === '' ? [] : path.split('/')) {
      made = joinPath(made, part);
      if (this.#names.current.has(made))
        throw new AlopexError('ALX_FILE_ACCESS', `"${made}" is a file, not a folder`);
      this.#names.directories.add(made);
    }
  }

  syncDirectory(path: string): void {
    checkPath(path);
    this.#requireDirectory(path);
    this.beginChange(path);
    this.#names.syncDirectory(path);
  }

  lock(directory: string): DirectoryLock {
    this.#requirePower(directory);
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

  /** For handles: counts a change and throws when it is to fail. */
  beginChange(path: string): void {
    this.beginWrite(path, 0, NOTHING, DISCARD);
  }

  /** The same for a write, part of which reaches `file` when it fails. */
  beginWrite(
    path: string,
    position: number,
    bytes: Uint8Array,
    file: Pick<DiskFile, 'write'>,
  ): void {
    this.#requirePower(path);
    this.#changeCount += 1;
    const cut = this.#changeCount === this.#powerCutAt;
    if (!cut && this.#changeCount !== this.#faultAt) return;
    file.write(position, bytes.subarray(0, this.#random.below(bytes.length + 1)));
    if (!cut) {
      if (this.#fault === 'ALX_IO') this.counts.failedWrites += 1;
      else this.counts.fullDisks += 1;
      throw diskError(this.#fault, path);
    }
    this.counts.powerCuts += 1;
    this.#powerIsOff = true;
    this.#requirePower(path);
  }

  /** For handles. */
  takeSyncFault(): boolean {
    const fails = this.#syncFails;
    this.#syncFails = false;
    if (fails) this.counts.failedSyncs += 1;
    return fails;
  }

  /** For handles: throws when this read is to fail. */
  beginRead(path: string, position: number, length: number): void {
    this.#requirePower(path);
    if (this.#readsUntilFault === 0) return;
    this.#readsUntilFault -= 1;
    if (this.#readsUntilFault > 0) return;
    if (this.#readFault === 'short') {
      this.counts.shortReads += 1;
      throw readPastEnd(path, position, length, position + this.#random.below(length));
    }
    this.counts.failedReads += 1;
    throw diskError('ALX_IO', path);
  }

  /** For handles: when an asynchronous sync may go on. */
  syncTurn(): Promise<void> {
    if (!this.#holdingSyncs) return Promise.resolve();
    this.counts.heldSyncs += 1;
    return new Promise((resolve) => {
      this.#heldSyncs.push(resolve);
    });
  }

  /** For handles. */
  requirePower(path: string): void {
    this.#requirePower(path);
  }

  #requirePower(path: string): void {
    if (this.#powerIsOff) throw diskError('ALX_IO', path, { detail: 'the power was cut' });
  }

  #file(path: string): DiskFile {
    checkPath(path);
    const file = this.#names.current.get(path);
    if (file === undefined)
      throw this.#names.directories.has(path) ? isDirectory(path) : fileNotFound(path);
    return file;
  }

  #requireDirectory(path: string): void {
    if (!this.#names.directories.has(path)) throw fileNotFound(path);
  }
}

const NOTHING = new Uint8Array(0);
const DISCARD = { write: (): void => undefined };

function diskError(code: ErrorCode, path: string, details: ErrorDetails = {}): AlopexError {
  return new AlopexError(code, `injected fault on "${path}"`, details);
}

class FaultReadable implements ReadableFile {
  readonly path: string;
  readonly #file: DiskFile;
  readonly #disk: FaultVfs;
  #open = true;

  constructor(path: string, file: DiskFile, disk: FaultVfs) {
    this.path = path;
    this.#file = file;
    this.#disk = disk;
  }

  size(): number {
    this.#check();
    return this.#file.size;
  }

  read(position: number, length: number): Uint8Array {
    this.#check();
    if (position + length > this.#file.size)
      throw readPastEnd(this.path, position, length, this.#file.size);
    this.#disk.beginRead(this.path, position, length);
    return this.#file.read(position, length);
  }

  close(): void {
    this.#open = false;
  }

  #check(): void {
    this.#disk.requirePower(this.path);
    if (!this.#open) throw fileClosed(this.path);
  }
}

class FaultWritable implements WritableFile {
  readonly path: string;
  readonly #file: DiskFile;
  readonly #disk: FaultVfs;
  #position: number;
  #open = true;

  constructor(path: string, file: DiskFile, disk: FaultVfs) {
    this.path = path;
    this.#file = file;
    this.#disk = disk;
    this.#position = file.size;
  }

  get position(): number {
    return this.#position;
  }

  append(bytes: Uint8Array): void {
    this.#check();
    this.#disk.beginWrite(this.path, this.#position, bytes, this.#file);
    this.#file.write(this.#position, bytes);
    this.#position += bytes.length;
  }

  appendAll(buffers: readonly Uint8Array[]): void {
    const start = this.#position;
    try {
      for (const buffer of buffers) this.append(buffer);
    } catch (error) {
      this.#position = start;
      throw error;
    }
  }

  reserve(size: number): void {
    this.#check();
    this.#disk.beginChange(this.path);
    this.#file.extend(size);
  }

  truncate(size: number): void {
    this.#check();
    this.#disk.beginChange(this.path);
    this.#file.truncate(size);
    this.#position = Math.min(this.#position, size);
  }

  async sync(): Promise<void> {
    this.#beginSync();
    const synced = this.#file.beginSync();
    await this.#disk.syncTurn();
    this.#endSync(synced);
  }

  syncNow(): void {
    this.#beginSync();
    this.#endSync(this.#file.beginSync());
  }

  close(): void {
    this.#open = false;
  }

  #beginSync(): void {
    this.#check();
    if (this.#file.poisoned) throw poisonedFile(this.path, undefined);
    this.#disk.beginChange(this.path);
  }

  #endSync(synced: SyncedContent): void {
    this.#disk.requirePower(this.path);
    if (this.#disk.takeSyncFault()) {
      this.#file.poisoned = true;
      throw diskError('ALX_IO', this.path, { detail: 'fdatasync failed' });
    }
    this.#file.endSync(synced);
  }

  #check(): void {
    this.#disk.requirePower(this.path);
    if (!this.#open) throw fileClosed(this.path);
  }
}
