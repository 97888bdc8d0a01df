/**
 * The vector columns that are held in memory, within the budget `vector_index_memory`; the least recently used go first.
 *
 * How a statement uses it, at snapshot S:
 *   column = resident.find(keyspace, columnId, S)
 *   if there is none:  build = resident.begin(...), add every row of a scan at S, build.finish()
 *                      (none either: the column does not fit, or somebody is building it; scan without it)
 *   column.beginSearch(...), advance with yields, merge hits with the changed keys (see `resident-column.ts`)
 *   if (column.wantsAbsorb) column.absorb(S, read)
 *
 * How commits keep it true: from the opening of the store on, `noteChange` is called for every key of a commit before its
 * version can be anybody's snapshot; what removes rows without naming them (DROP, TRUNCATE, a range delete) calls `drop`.
 * A build notes changes from `begin` on. A snapshot that commits have already passed would miss those in between: `begin`
 * refuses it, and such a statement scans.
 */
import { assert } from '../base/assert.ts';
import type { KeyspaceId, Version } from '../base/brand.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { ResidentColumn } from './resident-column.ts';

export interface ResidentVectorsOptions {
  /** Bytes that all columns may take together; default 1 GiB. */
  readonly memoryBytesMax?: number | undefined;
}

export const RESIDENT_VECTOR_BYTES_DEFAULT = 2 ** 30;

export interface ResidentColumnPlan {
  readonly keyspace: KeyspaceId;
  readonly columnId: number;
  readonly dimension: number;
  /** The snapshot whose rows will be added. */
  readonly version: Version;
  /** Spares growing when known; default 0. */
  readonly expectedRows?: number | undefined;
}

interface Slot {
  readonly keyspace: KeyspaceId;
  readonly columnId: number;
  readonly column: ResidentColumn;
  state: 'building' | 'ready';
  usedAt: number;
}

/** Rows between two looks at the budget while building. */
const ROWS_PER_CHECK = 1024;

export class ResidentVectors {
  readonly #kernels: Kernels;
  #memoryBytesMax: number;
  /** By keyspace, because that is what a commit knows. */
  readonly #slots = new Map<KeyspaceId, Slot[]>();
  /** The latest change of each keyspace, resident or not. */
  readonly #lastChange = new Map<KeyspaceId, Version>();
  /** Counts uses; the smallest `usedAt` is the least recent. */
  #uses = 0;

  constructor(kernels: Kernels, options: ResidentVectorsOptions = {}) {
    this.#kernels = kernels;
    this.#memoryBytesMax = options.memoryBytesMax ?? RESIDENT_VECTOR_BYTES_DEFAULT;
  }

  get byteLength(): number {
    let bytes = 0;
    for (const slots of this.#slots.values()) {
      for (const slot of slots) bytes += slot.column.byteLength;
    }
    return bytes;
  }

  /** Changes the budget, `SET alopex.vector_index_memory`; columns that no longer fit are forgotten. */
  resize(memoryBytesMax: number): void {
    this.#memoryBytesMax = memoryBytesMax;
    this.#makeRoom(undefined);
  }

  /** The column if it is here and can serve `snapshot`. One that should be rebuilt is dropped instead. */
  find(keyspace: KeyspaceId, columnId: number, snapshot: Version): ResidentColumn | undefined {
    const slot = this.#slot(keyspace, columnId);
    if (slot === undefined || slot.state === 'building') return undefined;
    if (slot.column.wantsRebuild) {
      this.#remove(slot);
      return undefined;
    }
    if (!slot.column.isUsableAt(snapshot)) return undefined;
    this.#uses += 1;
    slot.usedAt = this.#uses;
    // Columns grow as they absorb changes; this is where that is noticed.
    if (this.#makeRoom(slot)) return slot.column;
    this.#remove(slot);
    return undefined;
  }

  /**
   * Starts a copy. Undefined when there is one (ready or being built, for newer snapshots), when the snapshot is not the
   * latest state of the keyspace, and when the rows expected do not fit.
   */
  begin(plan: ResidentColumnPlan): ResidentColumnBuild | undefined {
    const { keyspace, columnId, dimension, version, expectedRows } = plan;
    if (this.#slot(keyspace, columnId) !== undefined) return undefined;
    if ((this.#lastChange.get(keyspace) ?? 0) > version) return undefined;
    // What cannot fit is not begun: its rows would be copied for nothing, at every search.
    if ((expectedRows ?? 0) * dimension * 4 > this.#memoryBytesMax) return undefined;
    const column = new ResidentColumn(this.#kernels, dimension, version, expectedRows);
    this.#uses += 1;
    const slot: Slot = { keyspace, columnId, column, state: 'building', usedAt: this.#uses };
    const slots = this.#slots.get(keyspace);
    if (slots === undefined) this.#slots.set(keyspace, [slot]);
    else slots.push(slot);
    return new ResidentColumnBuild(column, {
      isAlive: () => this.#slot(keyspace, columnId) === slot,
      makeRoom: () => this.#makeRoom(slot),
      publish: () => {
        slot.state = 'ready';
      },
      remove: () => this.#remove(slot),
    });
  }

  /** A commit at `version` wrote or deleted `key`. Cheap where no column of the keyspace is resident. */
  noteChange(keyspace: KeyspaceId, key: Uint8Array, version: Version): void {
    this.#noteVersion(keyspace, version);
    const slots = this.#slots.get(keyspace);
    if (slots === undefined) return;
    let hopeless: Slot | undefined;
    for (const slot of slots) {
      slot.column.noteChange(key, version);
      if (slot.column.wantsRebuild) hopeless = slot;
    }
    // A column nobody searches any more must not collect changes for ever. One a call is enough: the next change is near.
    if (hopeless !== undefined) this.#remove(hopeless);
  }

  /** A commit at `version` removed rows wholesale: forgets the keyspace's columns; builds under way come to nothing. */
  drop(keyspace: KeyspaceId, version: Version): void {
    this.#noteVersion(keyspace, version);
    this.#slots.delete(keyspace);
  }

  #noteVersion(keyspace: KeyspaceId, version: Version): void {
    if (version > (this.#lastChange.get(keyspace) ?? 0)) this.#lastChange.set(keyspace, version);
  }

  /** Frees the least recently used columns until the budget holds; false when what may not go is above it. */
  #makeRoom(kept: Slot | undefined): boolean {
    let bytes = this.byteLength;
    while (bytes > this.#memoryBytesMax) {
      const oldest = this.#oldestBut(kept);
      if (oldest === undefined) return false;
      bytes -= oldest.column.byteLength;
      this.#remove(oldest);
    }
    return true;
  }

  #oldestBut(kept: Slot | undefined): Slot | undefined {
    let oldest: Slot | undefined;
    for (const slots of this.#slots.values()) {
      for (const slot of slots) {
        if (slot === kept || slot.state === 'building') continue;
        if (oldest === undefined || slot.usedAt < oldest.usedAt) oldest = slot;
      }
    }
    return oldest;
  }

  #slot(keyspace: KeyspaceId, columnId: number): Slot | undefined {
    return this.#slots.get(keyspace)?.find((slot) => slot.columnId === columnId);
  }

  #remove(slot: Slot): void {
    const rest = (this.#slots.get(slot.keyspace) ?? []).filter((other) => other !== slot);
    if (rest.length === 0) this.#slots.delete(slot.keyspace);
    else this.#slots.set(slot.keyspace, rest);
  }
}

/** What a build may ask of the cache it is for. */
interface BuildOwner {
  readonly isAlive: () => boolean;
  readonly makeRoom: () => boolean;
  readonly publish: () => void;
  readonly remove: () => void;
}

/** A copy being made. End it with `finish`, or dispose of it: `using build = …` does when a statement fails. */
export class ResidentColumnBuild implements Disposable {
  readonly #column: ResidentColumn;
  readonly #owner: BuildOwner;
  #rowsUntilCheck = ROWS_PER_CHECK;
  #ended = false;

  constructor(column: ResidentColumn, owner: BuildOwner) {
    this.#column = column;
    this.#owner = owner;
  }

  /** Adds a row, in key order where possible; false once the column does not fit or was dropped: then stop. */
  add(key: Uint8Array, vector: Float32Array | null): boolean {
    assert(!this.#ended, 'rows are added before a build ends');
    this.#column.add(key, vector);
    this.#rowsUntilCheck -= 1;
    if (this.#rowsUntilCheck > 0) return true;
    this.#rowsUntilCheck = ROWS_PER_CHECK;
    return this.#owner.isAlive() && this.#owner.makeRoom();
  }

  /** Publishes the copy and returns it; undefined when it does not fit or was dropped meanwhile. */
  finish(): ResidentColumn | undefined {
    assert(!this.#ended, 'a build ends once');
    this.#ended = true;
    if (!this.#owner.isAlive()) return undefined;
    if (!this.#owner.makeRoom()) {
      this.#owner.remove();
      return undefined;
    }
    this.#owner.publish();
    return this.#column;
  }

  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#owner.remove();
  }
}
