/**
 * One vector column of a table, held in memory as of a version, for exact search under snapshots.
 *
 * Transactional by subtraction: the copy is what snapshot `version` saw, and every later commit has left the keys it changed
 * in a log. A search at snapshot S >= version therefore
 *   1. leaves out the rows whose keys changed in (version, S], and those the transaction itself has written;
 *   2. hands those keys to its caller, who reads each of them at S, computes its distance and merges;
 * and together that is exactly what S sees. `absorb` moves the copy forward to S with the same reads, so that the log stays
 * short. Older snapshots than `version` are not served: whoever has yielded since `find` asks `isUsableAt` again.
 *
 * Rows whose vector is NULL are not in the index. SQL puts them last: a caller that finds fewer than k hits while
 * `mayHoldNulls` falls back to a plan that sees them.
 */
import { assert } from '../base/assert.ts';
import type { Version } from '../base/brand.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Metric } from '../types/data-type.ts';
import { ChangeLog } from './change-log.ts';
import { FlatIndex } from './flat-index.ts';
import type { RowBitmap } from './row-bitmap.ts';
import { RowKeyTable } from './row-key-table.ts';
import type { IndexSearch } from './vector-index.ts';

/** Rows that were removed, of all, before a new copy is better than this one (and never for fewer than a thousand). */
const REMOVED_SHARE_MAX = 0.3;
const REMOVED_MIN = 1000;
/** Changed rows at which a search should absorb them: each costs a point read, absorbing costs one more copy. */
const ABSORB_AT = 64;
/** Changed rows, of all, at which the log has become longer than a new copy is worth. */
const CHANGED_SHARE_MAX = 0.5;
const CHANGED_MIN = 10_000;

export interface ResidentSearchOptions {
  readonly vector: Float32Array;
  readonly metric: Metric;
  readonly k: number;
  /** At least `version` of the column. */
  readonly snapshot: Version;
  /** Only these rows, by ordinal; absent = all. */
  readonly only?: RowBitmap | undefined;
  /** Keys the transaction has written itself: left out as if they had changed. */
  readonly ownKeys?: Iterable<Uint8Array> | undefined;
}

export interface ResidentSearch {
  readonly search: IndexSearch;
  /**
   * Keys of rows that changed up to the snapshot: read each at the snapshot, and offer its distance (and its filter) beside
   * the hits. A key may have no row there, or a NULL. `ownKeys` are not repeated here.
   */
  readonly changedKeys: readonly Uint8Array[];
}

/** What a row's vector is at a snapshot: null for NULL, undefined where there is no row. */
export type RowVector = Float32Array | null | undefined;

export class ResidentColumn {
  readonly dimension: number;
  readonly #index: FlatIndex;
  readonly #keys = new RowKeyTable();
  #changes = new ChangeLog();
  #version: Version;
  #mayHoldNulls = false;

  constructor(kernels: Kernels, dimension: number, version: Version, expectedRows = 0) {
    this.dimension = dimension;
    this.#version = version;
    this.#index = new FlatIndex(kernels, dimension, expectedRows);
  }

  /** The snapshot whose rows are held here. */
  get version(): Version {
    return this.#version;
  }

  get mayHoldNulls(): boolean {
    return this.#mayHoldNulls;
  }

  /** Rows present at `version`, those with a NULL vector not counted. */
  get rowCount(): number {
    return this.#index.rowCount;
  }

  /** Length for a bitmap of ordinals. */
  get ordinalCount(): number {
    return this.#index.ordinalCount;
  }

  /** Rows in the log, at whatever version they changed. */
  get changedCount(): number {
    return this.#changes.count;
  }

  get byteLength(): number {
    return this.#index.byteLength + this.#keys.byteLength + this.#changes.byteLength;
  }

  /** True when a search should be followed by `absorb` at its snapshot. */
  get wantsAbsorb(): boolean {
    return this.#changes.count >= ABSORB_AT;
  }

  /** True when this copy holds so much that is gone, or lags so far behind, that a new one should take its place. */
  get wantsRebuild(): boolean {
    const { ordinalCount, rowCount } = this.#index;
    const removed = ordinalCount - rowCount;
    if (removed >= Math.max(REMOVED_MIN, ordinalCount * REMOVED_SHARE_MAX)) return true;
    return this.#changes.count >= Math.max(CHANGED_MIN, rowCount * CHANGED_SHARE_MAX);
  }

  isUsableAt(snapshot: Version): boolean {
    return snapshot >= this.#version;
  }

  /** Adds a row while the copy is being built. Keys and elements are copied; no key comes twice. */
  add(key: Uint8Array, vector: Float32Array | null): void {
    if (vector === null) {
      this.#mayHoldNulls = true;
      return;
    }
    assert(vector.length === this.dimension, 'a row has the dimension of its column');
    const ordinal = this.#index.add(vector);
    const keyOrdinal = this.#keys.add(key);
    assert(ordinal === keyOrdinal, 'a row and its key have one ordinal');
  }

  /** Notes that a commit at `version` wrote or deleted the row of `key`. */
  noteChange(key: Uint8Array, version: Version): void {
    if (version > this.#version) this.#changes.note(key, version);
  }

  beginSearch(options: ResidentSearchOptions): ResidentSearch {
    const { vector, metric, k, snapshot, only, ownKeys } = options;
    assert(this.isUsableAt(snapshot), 'a resident column is searched at a snapshot it can serve');
    const changedKeys = this.#changes.keysAt(snapshot);
    const except: number[] = [];
    for (const key of changedKeys) this.#pushOrdinal(except, key);
    for (const key of ownKeys ?? []) this.#pushOrdinal(except, key);
    const exclusion = except.length === 0 ? undefined : except;
    return {
      search: this.#index.beginSearch({ vector, metric, k, only, except: exclusion }),
      changedKeys,
    };
  }

  /** The key of a hit's row: a copy. */
  keyOf(ordinal: number): Uint8Array {
    return this.#keys.keyAt(ordinal);
  }

  /**
   * The ordinal of a key's row, or -1: how a predicate over other columns becomes a bitmap. Asked for in key order, pass the
   * answer before plus one as `guess`: rows were added in key order, so that it is right most of the time.
   */
  ordinalOf(key: Uint8Array, guess = -1, start = 0, end = key.length): number {
    const guessed = this.#keys.find(key, start, end, guess);
    if (guessed < 0 || !this.#index.isRemoved(guessed)) return guessed;
    // The guess may have met the key's old row, moved by `absorb` to a later ordinal.
    const latest = this.#keys.find(key, start, end);
    return this.#index.isRemoved(latest) ? -1 : latest;
  }

  /**
   * Moves the copy forward to `snapshot`, reading through `read` every row that changed up to it. Answers `PENDING` when
   * `read` does, having changed nothing. Does nothing when the copy is there already. Searches under way are not disturbed.
   */
  absorb(snapshot: Version, read: (key: Uint8Array) => RowVector | Pending): void | Pending {
    if (snapshot <= this.#version) return;
    const keys = this.#changes.keysAt(snapshot);
    const vectors: RowVector[] = [];
    for (const key of keys) {
      const vector = read(key);
      if (vector === PENDING) return PENDING;
      vectors.push(vector?.slice());
      if (vector === null) this.#mayHoldNulls = true;
    }
    for (let index = 0; index < keys.length; index += 1)
      this.#replace(keys[index]!, vectors[index]);
    this.#changes = this.#changes.after(snapshot);
    this.#version = snapshot;
  }

  #replace(key: Uint8Array, vector: RowVector): void {
    const ordinal = this.#keys.find(key);
    if (ordinal >= 0) this.#index.remove(ordinal);
    if (vector !== undefined && vector !== null) this.add(key, vector);
  }

  #pushOrdinal(ordinals: number[], key: Uint8Array): void {
    const ordinal = this.#keys.find(key);
    if (ordinal >= 0) ordinals.push(ordinal);
  }
}
