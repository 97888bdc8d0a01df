/**
 * The waist `Vfs`: bytes in named files. Everything the engine stores goes through here; one contract, several disks
 * (node files, memory, a faulty disk in tests, a browser snapshot), one contract suite in `testing/`.
 *
 * Laws
 * - Paths are relative to the root that the Vfs was made for, separated by `/`, without `.` and `..` parts; anything else
 *   is refused with ALX_INVALID_ARGUMENT, so nothing outside the root can be touched.
 * - Calls answer at once. Only `read` of a remote snapshot may answer `PENDING`, having changed nothing.
 * - What was appended or written is visible to every later read of this process at once, and survives the end of the
 *   process. It survives the end of the machine only after `sync` of the file and, for a file that was created, renamed
 *   or removed, `syncDirectory` of its folder.
 * - Until then a crash may keep any prefix of appended bytes, tear a write at any byte, and reorder writes.
 * - Buffers handed in are copied or written before the call returns; buffers handed out belong to the caller.
 * - Errors are AlopexErrors that name the path: ALX_FILE_NOT_FOUND, ALX_FILE_ACCESS, ALX_DISK_FULL, else ALX_IO with the
 *   system's code. After a failed `sync` the file is poisoned: every later sync of it fails too, because the kernel may
 *   have dropped the dirty pages (the fsync lesson of 2018).
 */
import type { Pending } from '../base/pending.ts';

export interface Vfs {
  /** Opens an existing file for reading at any position. */
  openRead(path: string): ReadableFile;
  /** Creates a file, or empties an existing one, for appending. The folder must exist. */
  create(path: string): WritableFile;
  /** Opens an existing file for appending at its end. */
  openAppend(path: string): WritableFile;
  /** Names (not paths) of the files and folders in a folder, in no particular order. */
  list(directory: string): string[];
  exists(path: string): boolean;
  /** Size in bytes. */
  size(path: string): number;
  /** Removes a file. Removing one that does not exist is an error. Open handles keep working where the system lets them. */
  remove(path: string): void;
  /** Replaces `to` by `from` atomically. */
  rename(from: string, to: string): void;
  /** Makes a folder and its parents; fine when it exists. */
  makeDirectory(path: string): void;
  /** Makes created, renamed and removed names of a folder durable. */
  syncDirectory(path: string): void;
  /**
   * Takes the exclusive writer lock of a folder, or throws ALX_ALREADY_OPEN with the holder's pid in the message.
   * The lock ends with `release` or with the process.
   */
  lock(directory: string): DirectoryLock;
}

export interface DirectoryLock {
  /** Idempotent. */
  release(): void;
}

export interface ReadableFile {
  readonly path: string;
  size(): number;
  /**
   * Reads exactly `length` bytes at `position` into a new buffer. Past the end of the file it throws ALX_CORRUPT naming
   * path and offset: a caller never asks for more than the file should hold.
   */
  read(position: number, length: number): Uint8Array | Pending;
  /** Idempotent. */
  close(): void;
}

export interface WritableFile {
  readonly path: string;
  /** Bytes in the file so far, which is where the next append lands. */
  readonly position: number;
  append(bytes: Uint8Array): void;
  /** Appends several buffers as one write where the system can. */
  appendAll(buffers: readonly Uint8Array[]): void;
  /**
   * Makes the file at least `size` bytes long; appends still land at `position`, and what lies behind it reads as zeros. Syncs
   * of later appends within these bytes have no new file size to make durable, which is what most of their time goes to.
   */
  reserve(size: number): void;
  /** Shortens the file to `size` bytes. */
  truncate(size: number): void;
  /** Makes the file's bytes durable (fdatasync), off the calling thread. Covers everything appended before the call. */
  sync(): Promise<void>;
  /** The same, blocking. */
  syncNow(): void;
  /** Closes without syncing. Idempotent. */
  close(): void;
}
