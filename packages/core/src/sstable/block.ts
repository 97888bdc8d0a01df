/**
 * A decoded block under search. Everything is read in place (`format` draws the layout).
 *
 * Searching compares the first six bytes behind the common prefix of all keys as one number ("head"), kept in an array that
 * is made at the first search and costs 8 bytes an entry. Only equal heads make it look at key bytes.
 *
 * Measured, block of 125 entries in the processor's cache, a search with heads / comparing bytes: random 16-byte keys 75 / 73 ns,
 * 'user:' and twelve digits 71 / 149 ns, row keys of two integers 66 / 143 ns.
 */
import type { EntryKind } from '../memtable/entry.ts';
import { BLOCK_HEADER_WORDS, KIND_VARIES, SIZE_VARIES, VERSION_MODE } from './format.ts';

const HEAD_SIZE = 6;
// Object, views and array slots of a resident block, for the accounts of the cache.
const OVERHEAD_BYTES = 320;

export class Block {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** The array in which the block's table finds it by number, so that a hit is one array access. The cache empties the place. */
  readonly home: (Block | undefined)[];
  readonly number: number;
  /** Set by every hit; the cache spares what was used since it last came by. */
  used = false;
  /** Where the cache keeps the block; belongs to the cache. */
  place = -1;
  readonly #words: Uint32Array;
  readonly #prefixLength: number;
  /** Size of every key and value, -1 where it varies: small integers, or every access would follow a boxed number. */
  readonly #keySize: number;
  readonly #valueSize: number;
  readonly #kind: number;
  readonly #versionMode: number;
  readonly #versionBase: number;
  readonly #keyEndsAt: number;
  readonly #valueEndsAt: number;
  readonly #versionsAt: number;
  readonly #kindsAt: number;
  readonly #keysAt: number;
  readonly #valuesAt: number;
  #heads: Float64Array | undefined;

  private constructor(
    bytes: Uint8Array,
    words: Uint32Array,
    home: (Block | undefined)[],
    number: number,
  ) {
    this.bytes = bytes;
    this.home = home;
    this.number = number;
    this.#words = words;
    const count = words[0]!;
    this.count = count;
    this.#prefixLength = words[1]!;
    this.#keySize = words[2] === SIZE_VARIES ? -1 : words[2]!;
    this.#valueSize = words[3] === SIZE_VARIES ? -1 : words[3]!;
    this.#kind = words[4]!;
    this.#versionMode = words[5]!;
    this.#versionBase = words[6]! + words[7]! * 0x1_0000_0000;
    this.#keyEndsAt = BLOCK_HEADER_WORDS;
    this.#valueEndsAt = this.#keyEndsAt + (this.#keySize < 0 ? count : 0);
    this.#versionsAt = this.#valueEndsAt + (this.#valueSize < 0 ? count : 0);
    this.#kindsAt = (this.#versionsAt + this.#versionMode * count) * 4;
    this.#keysAt = this.#kindsAt + (this.#kind === KIND_VARIES ? count : 0);
    this.#valuesAt = this.keyEnd(count - 1);
  }

  /** Undefined when the bytes have not the shape of a block, which a sound checksum makes all but impossible. */
  static decode(
    bytes: Uint8Array,
    home: (Block | undefined)[] = [],
    number = 0,
  ): Block | undefined {
    if (bytes.length < BLOCK_HEADER_WORDS * 4) return undefined;
    const owned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const words = new Uint32Array(owned.buffer, owned.byteOffset, owned.length >>> 2);
    const count = words[0]!;
    if (count === 0 || count > bytes.length || words[5]! > VERSION_MODE.full) return undefined;
    const block = new Block(owned, words, home, number);
    return block.valueEnd(count - 1) === owned.length ? block : undefined;
  }

  /** Bytes of memory that the block takes, heads included. */
  get memoryBytes(): number {
    return this.bytes.length + this.count * 8 + OVERHEAD_BYTES;
  }

  keyStart(index: number): number {
    if (this.#keySize >= 0) return this.#keysAt + index * this.#keySize;
    return index === 0 ? this.#keysAt : this.#keysAt + this.#words[this.#keyEndsAt + index - 1]!;
  }

  keyEnd(index: number): number {
    if (this.#keySize >= 0) return this.#keysAt + (index + 1) * this.#keySize;
    return this.#keysAt + this.#words[this.#keyEndsAt + index]!;
  }

  valueStart(index: number): number {
    if (this.#valueSize >= 0) return this.#valuesAt + index * this.#valueSize;
    return index === 0
      ? this.#valuesAt
      : this.#valuesAt + this.#words[this.#valueEndsAt + index - 1]!;
  }

  valueEnd(index: number): number {
    if (this.#valueSize >= 0) return this.#valuesAt + (index + 1) * this.#valueSize;
    return this.#valuesAt + this.#words[this.#valueEndsAt + index]!;
  }

  version(index: number): number {
    const mode = this.#versionMode;
    if (mode === VERSION_MODE.same) return this.#versionBase;
    const low = this.#words[this.#versionsAt + index]!;
    if (mode === VERSION_MODE.distance) return this.#versionBase + low;
    return low + this.#words[this.#versionsAt + this.count + index]! * 0x1_0000_0000;
  }

  kind(index: number): EntryKind {
    // A codec: what else the file may hold is for newer readers, which a version guards.
    return (
      this.#kind === KIND_VARIES ? this.bytes[this.#kindsAt + index]! : this.#kind
    ) as EntryKind;
  }

  /** Whether the user key of an entry is exactly `key`. */
  keyEquals(index: number, key: Uint8Array): boolean {
    const start = this.keyStart(index);
    const length = key.length;
    if (this.keyEnd(index) - start !== length) return false;
    const bytes = this.bytes;
    for (let at = 0; at < length; at += 1) if (bytes[start + at] !== key[at]) return false;
    return true;
  }

  /** Index of the first entry that is not before (key, version); `count` when there is none. */
  lowerBound(key: Uint8Array, version: number): number {
    const side = this.#comparePrefix(key);
    if (side !== 0) return side < 0 ? 0 : this.count;
    const heads = this.#heads ?? this.#makeHeads();
    const head = headOf(key, this.#prefixLength, key.length);
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (heads[middle]! < head) low = middle + 1;
      else high = middle;
    }
    // Mostly the first entry with an equal head is the one, or there is none.
    if (low === this.count || heads[low] !== head || !this.#isBefore(low, key, version)) return low;
    low += 1;
    high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (heads[middle] === head && this.#isBefore(middle, key, version)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Negative when the key sorts before every key with the block's prefix, positive when behind, 0 when it has the prefix. */
  #comparePrefix(key: Uint8Array): number {
    const length = this.#prefixLength;
    const bytes = this.bytes;
    const start = this.#keysAt;
    for (let at = 0; at < length; at += 1) {
      if (at === key.length) return -1;
      const difference = key[at]! - bytes[start + at]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** Whether an entry with the prefix sorts before (key, version): by user key, then the newer version first. */
  #isBefore(index: number, key: Uint8Array, version: number): boolean {
    const bytes = this.bytes;
    const start = this.keyStart(index);
    const length = this.keyEnd(index) - start;
    const common = length < key.length ? length : key.length;
    for (let at = this.#prefixLength; at < common; at += 1) {
      const difference = bytes[start + at]! - key[at]!;
      if (difference !== 0) return difference < 0;
    }
    if (length !== key.length) return length < key.length;
    return this.version(index) > version;
  }

  #makeHeads(): Float64Array {
    const heads = new Float64Array(this.count);
    for (let index = 0; index < this.count; index += 1) {
      heads[index] = headOf(
        this.bytes,
        this.keyStart(index) + this.#prefixLength,
        this.keyEnd(index),
      );
    }
    this.#heads = heads;
    return heads;
  }
}

/** The next six bytes as a big-endian number; bytes behind the end count as zero, so equal heads are no equal keys. */
function headOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= HEAD_SIZE) {
    const high = (bytes[start]! << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!;
    return (
      high * 0x100_0000 + ((bytes[start + 3]! << 16) | (bytes[start + 4]! << 8) | bytes[start + 5]!)
    );
  }
  let head = 0;
  for (let at = start; at < start + HEAD_SIZE; at += 1)
    head = head * 256 + (at < end ? bytes[at]! : 0);
  return head;
}
