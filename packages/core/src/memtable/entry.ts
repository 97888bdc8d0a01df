/**
 * What a tree stores: versions of keys. An entry is (user key, version, kind, value); entries order by user key ascending as
 * unsigned bytes, then version descending (the newest first), then kind descending. Memtable, SSTable and merge iterator speak
 * this interface; keys and versions stay apart so that nobody compares a trailer as bytes.
 *
 * On disk the trailer of a key is 8 bytes big-endian, (2^56 - 1 - version) << 8 | (255 - kind), so that trailers of one user
 * key sort as bytes too; a raw comparison of whole internal keys would be wrong where one user key is a prefix of another.
 */
import type { Pending } from '../base/pending.ts';

/** Part of the file format, do not change. */
export const ENTRY_KIND = Object.freeze({
  delete: 0,
  put: 1,
  putExpiring: 2,
  rangeDelete: 3,
  putLarge: 4,
  putLargeExpiring: 5,
} as const);
export type EntryKind = (typeof ENTRY_KIND)[keyof typeof ENTRY_KIND];

/** Reads every version: larger than any commit version, and still a safe integer. Part of the file format. */
export const VERSION_MAX = Number.MAX_SAFE_INTEGER;

/**
 * Walks the entries of one source in both directions. The fields describe the current entry while `valid`, until the next
 * call. A movement that answers `PENDING` has not moved. Ranges of bytes are [start, end) of buffers owned by the source, which does
 * not change them while anybody holds them: only the fields move on.
 */
export interface EntryCursor {
  readonly valid: boolean;
  readonly keyBytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly version: number;
  readonly kind: EntryKind;
  readonly valueBytes: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;

  seekFirst(): void | Pending;
  seekLast(): void | Pending;
  /** To the first entry that is not before (key, version): with VERSION_MAX the newest version of the key or what follows. */
  seek(key: Uint8Array, version: number): void | Pending;
  /** To the last entry whose user key is before `key`. */
  seekBefore(key: Uint8Array): void | Pending;
  next(): void | Pending;
  previous(): void | Pending;
  /** Idempotent; frees what the cursor pins. */
  close(): void;
}

/**
 * Where a point read puts what it found. Owned by the caller and used again for every read; the bytes belong to the source,
 * which does not change them while anybody holds them.
 */
export interface EntrySlot {
  version: number;
  kind: EntryKind;
  valueBytes: Uint8Array;
  valueStart: number;
  valueEnd: number;
}
