/**
 * Memory that kernels work on. `WebAssembly.Memory` is one; where WebAssembly is missing an ArrayBuffer stands in. The
 * interface is ours because the language's library has no WebAssembly without a browser's.
 */
import { AlopexError } from '../base/errors.ts';

export const PAGE_BYTES = 65_536;
/** 4 GiB: addresses are 32 bits wide. */
export const PAGES_MAX = 65_536;

export interface LinearMemory {
  /** Take it anew after `grow`: the old buffer is detached then, and views of it are empty. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Adds pages of zeros and returns the number there were before; throws RangeError when there is no room. */
  grow(pages: number): number;
}

export interface MemorySize {
  readonly initialPages: number;
  readonly maximumPages: number;
  /** Default false. Workers can be handed a shared memory; without cross-origin isolation a page has none. */
  readonly shared?: boolean | undefined;
}

export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/** A linear memory without WebAssembly: growing copies. */
export class PlainMemory implements LinearMemory {
  #buffer: ArrayBuffer;
  readonly #bytesMax: number;

  constructor(size: MemorySize) {
    this.#buffer = new ArrayBuffer(size.initialPages * PAGE_BYTES);
    this.#bytesMax = size.maximumPages * PAGE_BYTES;
  }

  get buffer(): ArrayBuffer {
    return this.#buffer;
  }

  grow(pages: number): number {
    const before = this.#buffer.byteLength;
    const after = before + pages * PAGE_BYTES;
    if (after > this.#bytesMax) {
      throw new AlopexError(
        'ALX_MEMORY_LIMIT',
        `a memory of ${before} bytes may not grow to ${after} bytes`,
      );
    }
    this.#buffer = this.#buffer.transfer(after);
    return before / PAGE_BYTES;
  }
}
