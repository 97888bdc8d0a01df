/**
 * Memory that only grows: bytes are placed once, never move and are given back all together. Memtables and write sets keep
 * their entries here and speak of them by reference, a 32-bit integer:
 *
 *   reference := slab number (12 bits) | offset in the slab (20 bits)
 *
 * A slab is 1 MiB, the first ones less, so that a store of a few rows stays small; what does not fit well into a slab gets
 * one of its own and starts at offset 0. Shared memory, where there is any, lets a worker read a frozen memtable in place.
 *
 * Relies on nobody changing bytes behind a reference that was handed out: readers keep views for as long as they like.
 */
import { AlopexError } from '../base/errors.ts';

const OFFSET_BITS = 20;
const OFFSET_MASK = (1 << OFFSET_BITS) - 1;
const SLAB_SIZE_MAX = 1 << OFFSET_BITS;
const SLAB_COUNT_MAX = 1 << (32 - OFFSET_BITS);
/** Above this size a piece gets its own slab: at most this much of a slab is ever left unused. */
const OWN_SLAB_FROM = SLAB_SIZE_MAX / 4;

export interface ArenaOptions {
  /** Whether slabs lie in shared memory (ignored where the platform has none). */
  readonly shared: boolean;
  /** Bytes of the first slab; each following one is four times as large, up to 1 MiB. */
  readonly firstSlabSizeBytes: number;
}

export class Arena {
  /** Slabs by number. Callers index it with `slabOf(reference)`. */
  readonly slabs: Uint8Array[] = [];
  readonly #shared: boolean;
  readonly #firstSlabSizeBytes: number;
  /** Bytes used of each slab. */
  readonly #used: number[] = [];
  #current = -1;
  #nextSlabSize: number;
  #allocatedBytes = 0;

  constructor(options: ArenaOptions) {
    this.#shared = options.shared && typeof SharedArrayBuffer !== 'undefined';
    this.#firstSlabSizeBytes = Math.min(options.firstSlabSizeBytes, SLAB_SIZE_MAX);
    this.#nextSlabSize = this.#firstSlabSizeBytes;
  }

  /** Bytes of all slabs. */
  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  get slabCount(): number {
    return this.slabs.length;
  }

  /** Bytes of a slab in use: all from its beginning. */
  usedOf(slab: number): number {
    return this.#used[slab]!;
  }

  /** Room for `size` contiguous bytes. */
  allocate(size: number): number {
    const current = this.#current;
    if (current >= 0) {
      const used = this.#used[current]!;
      if (used + size <= this.slabs[current]!.length) {
        this.#used[current] = used + size;
        return (current << OFFSET_BITS) | used;
      }
    }
    return this.#allocateInNewSlab(size);
  }

  /** Gives back the unused end of the newest piece, which was `size` bytes at `reference`. */
  shrinkLast(reference: number, size: number): void {
    this.#used[slabOf(reference)] = offsetOf(reference) + size;
  }

  /**
   * Takes over a slab of another arena, `used` bytes of it in use, which nobody else writes to or gives back from now on. Returns
   * the reference of its beginning.
   */
  adopt(slab: Uint8Array, used: number): number {
    this.#checkSlabCount();
    this.slabs.push(slab);
    this.#used.push(used);
    this.#allocatedBytes += slab.length;
    return (this.slabs.length - 1) << OFFSET_BITS;
  }

  /** Whether `count` more slabs can be had. */
  hasRoomForSlabs(count: number): boolean {
    return this.slabs.length + count <= SLAB_COUNT_MAX;
  }

  /** Forgets everything; keeps the first slab when it is a small one. */
  clear(): void {
    const keep =
      this.slabs.length > 0 && this.slabs[0]!.length === this.#firstSlabSizeBytes ? 1 : 0;
    if (this.slabs.length === keep && keep === 1) {
      this.#used[0] = 0;
      this.#current = 0;
      return;
    }
    this.slabs.length = keep;
    this.#used.length = keep;
    if (keep === 1) this.#used[0] = 0;
    this.#current = keep - 1;
    this.#nextSlabSize = keep === 1 ? nextSize(this.#firstSlabSizeBytes) : this.#firstSlabSizeBytes;
    this.#allocatedBytes = keep === 1 ? this.#firstSlabSizeBytes : 0;
  }

  #allocateInNewSlab(size: number): number {
    const own = size > OWN_SLAB_FROM || size > this.#nextSlabSize;
    const slabSize = own ? size : this.#nextSlabSize;
    const slab = this.slabs.length;
    this.#checkSlabCount();
    const buffer = this.#shared ? new SharedArrayBuffer(slabSize) : new ArrayBuffer(slabSize);
    this.slabs.push(new Uint8Array(buffer));
    this.#used.push(size);
    this.#allocatedBytes += slabSize;
    if (!own) {
      this.#current = slab;
      this.#nextSlabSize = nextSize(slabSize);
    }
    return slab << OFFSET_BITS;
  }
  #checkSlabCount(): void {
    if (this.slabs.length < SLAB_COUNT_MAX) return;
    throw new AlopexError(
      'ALX_MEMORY_LIMIT',
      `a memory arena is full at ${this.#allocatedBytes} bytes`,
      { hint: 'Commit in smaller transactions.' },
    );
  }
}

export function slabOf(reference: number): number {
  return reference >>> OFFSET_BITS;
}

export function offsetOf(reference: number): number {
  return reference & OFFSET_MASK;
}

/** The reference of a place in a slab. */
export function referenceOf(slab: number, offset: number): number {
  return (slab << OFFSET_BITS) | offset;
}

function nextSize(size: number): number {
  return Math.min(size * 4, SLAB_SIZE_MAX);
}
