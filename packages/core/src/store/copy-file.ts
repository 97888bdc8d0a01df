/** Copies files from disk to disk, a piece at a time, and tells copies that are there already from what only has their name. */
import { equalBytes } from '../base/bytes.ts';
import type { Vfs } from '../vfs/vfs.ts';
import { readHere } from './read-whole-file.ts';

export interface FilePlace {
  readonly vfs: Vfs;
  readonly path: string;
}

const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Writes the bytes of `from` to `to` and syncs them; the folder is the caller's to sync. Yields the bytes of each piece once it
 * is written, so that the caller may let others have the thread.
 */
export function* copyFile(from: FilePlace, to: FilePlace): Generator<number, void> {
  const source = from.vfs.openRead(from.path);
  try {
    const target = to.vfs.create(to.path);
    try {
      const size = source.size();
      for (let at = 0; at < size; at += PIECE_BYTES) {
        const length = Math.min(PIECE_BYTES, size - at);
        target.append(readHere(source.read(at, length), from.path));
        yield length;
      }
      target.syncNow();
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

/** Whether both files hold the same bytes. Yields the bytes of each piece once it is compared. */
export function* isSameFile(left: FilePlace, right: FilePlace): Generator<number, boolean> {
  if (!right.vfs.exists(right.path)) return false;
  const size = left.vfs.size(left.path);
  if (right.vfs.size(right.path) !== size) return false;
  const leftFile = left.vfs.openRead(left.path);
  try {
    const rightFile = right.vfs.openRead(right.path);
    try {
      for (let at = 0; at < size; at += PIECE_BYTES) {
        const length = Math.min(PIECE_BYTES, size - at);
        const leftBytes = readHere(leftFile.read(at, length), left.path);
        if (!equalBytes(leftBytes, readHere(rightFile.read(at, length), right.path))) return false;
        yield length;
      }
      return true;
    } finally {
      rightFile.close();
    }
  } finally {
    leftFile.close();
  }
}
