/** Gathers ascending entries and lays them out as one block (`format`). Used again for block after block. */
import { assert } from '../base/assert.ts';
import type { EntryKind } from '../memtable/entry.ts';
import {
  BLOCK_HEADER_WORDS,
  KIND_VARIES,
  SIZE_VARIES,
  VERSION_MODE,
  type VersionMode,
} from './format.ts';

const ENTRIES_INITIAL = 256;
const BYTES_INITIAL = 16 * 1024;

export class BlockWriter {
  #count = 0;
  #keys: Uint8Array = new Uint8Array(BYTES_INITIAL);
  #values: Uint8Array = new Uint8Array(BYTES_INITIAL);
  #keyEnds = new Uint32Array(ENTRIES_INITIAL);
  #valueEnds = new Uint32Array(ENTRIES_INITIAL);
  #versions = new Float64Array(ENTRIES_INITIAL);
  #kinds: Uint8Array = new Uint8Array(ENTRIES_INITIAL);
  #keysLength = 0;
  #valuesLength = 0;

  get count(): number {
    return this.#count;
  }

  /** About the size of the block if it were finished now; off by less than a word per entry. */
  get sizeBytes(): number {
    return this.#keysLength + this.#valuesLength + this.#count * 12;
  }

  add(
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    version: number,
    kind: EntryKind,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    const index = this.#count;
    if (index === this.#keyEnds.length) this.#growEntries();
    const keysEnd = this.#keysLength + (keyEnd - keyStart);
    const valuesEnd = this.#valuesLength + (valueEnd - valueStart);
    assert(keysEnd < SIZE_VARIES && valuesEnd < SIZE_VARIES, 'a block stays below 4 GiB');
    if (keysEnd > this.#keys.length) this.#keys = grown(this.#keys, keysEnd);
    if (valuesEnd > this.#values.length) this.#values = grown(this.#values, valuesEnd);
    copyRange(keyBytes, keyStart, keyEnd, this.#keys, this.#keysLength);
    copyRange(valueBytes, valueStart, valueEnd, this.#values, this.#valuesLength);
    this.#keysLength = keysEnd;
    this.#valuesLength = valuesEnd;
    this.#keyEnds[index] = keysEnd;
    this.#valueEnds[index] = valuesEnd;
    this.#versions[index] = version;
    this.#kinds[index] = kind;
    this.#count = index + 1;
  }

  /** The block in a buffer of its own; the writer is empty afterwards. */
  finish(): Uint8Array {
    const count = this.#count;
    assert(count > 0, 'a block holds at least one entry');
    const keySize = fixedSize(this.#keyEnds, count);
    const valueSize = fixedSize(this.#valueEnds, count);
    const kind = sameKind(this.#kinds, count);
    const { mode, base } = versionMode(this.#versions, count);
    const keyEndWords = keySize === SIZE_VARIES ? count : 0;
    const valueEndWords = valueSize === SIZE_VARIES ? count : 0;
    const words = BLOCK_HEADER_WORDS + keyEndWords + valueEndWords + mode * count;
    const kindBytes = kind === KIND_VARIES ? count : 0;
    const size = words * 4 + kindBytes + this.#keysLength + this.#valuesLength;
    const buffer = new ArrayBuffer(size);
    const view = new Uint32Array(buffer, 0, words);
    view.set([
      count,
      this.#prefixLength(),
      keySize,
      valueSize,
      kind,
      mode,
      base % 0x1_0000_0000,
      base / 0x1_0000_0000,
    ]);
    let at = BLOCK_HEADER_WORDS;
    if (keyEndWords > 0) view.set(this.#keyEnds.subarray(0, count), at);
    at += keyEndWords;
    if (valueEndWords > 0) view.set(this.#valueEnds.subarray(0, count), at);
    at += valueEndWords;
    writeVersions(view, at, this.#versions, count, mode, base);
    const bytes = new Uint8Array(buffer);
    if (kindBytes > 0) bytes.set(this.#kinds.subarray(0, count), words * 4);
    bytes.set(this.#keys.subarray(0, this.#keysLength), words * 4 + kindBytes);
    bytes.set(this.#values.subarray(0, this.#valuesLength), size - this.#valuesLength);
    this.#reset();
    return bytes;
  }

  #reset(): void {
    this.#count = 0;
    this.#keysLength = 0;
    this.#valuesLength = 0;
  }

  /** Keys ascend, so what the first and the last share is shared by all. */
  #prefixLength(): number {
    const firstEnd = this.#keyEnds[0]!;
    const lastStart = this.#count === 1 ? 0 : this.#keyEnds[this.#count - 2]!;
    const limit = Math.min(firstEnd, this.#keysLength - lastStart);
    let length = 0;
    while (length < limit && this.#keys[length] === this.#keys[lastStart + length]) length += 1;
    return length;
  }

  #growEntries(): void {
    const capacity = this.#keyEnds.length * 2;
    const keyEnds = new Uint32Array(capacity);
    const valueEnds = new Uint32Array(capacity);
    const versions = new Float64Array(capacity);
    const kinds = new Uint8Array(capacity);
    keyEnds.set(this.#keyEnds);
    valueEnds.set(this.#valueEnds);
    versions.set(this.#versions);
    kinds.set(this.#kinds);
    this.#keyEnds = keyEnds;
    this.#valueEnds = valueEnds;
    this.#versions = versions;
    this.#kinds = kinds;
  }
}

/** The size of every range, or SIZE_VARIES. */
function fixedSize(ends: Uint32Array, count: number): number {
  const size = ends[0]!;
  for (let index = 1, end = size * 2; index < count; index += 1, end += size) {
    if (ends[index] !== end) return SIZE_VARIES;
  }
  return size;
}

function sameKind(kinds: Uint8Array, count: number): number {
  const kind = kinds[0]!;
  for (let index = 1; index < count; index += 1) if (kinds[index] !== kind) return KIND_VARIES;
  return kind;
}

function versionMode(
  versions: Float64Array,
  count: number,
): { readonly mode: VersionMode; readonly base: number } {
  let smallest = versions[0]!;
  let largest = smallest;
  for (let index = 1; index < count; index += 1) {
    const version = versions[index]!;
    if (version < smallest) smallest = version;
    if (version > largest) largest = version;
  }
  if (smallest === largest) return { mode: VERSION_MODE.same, base: smallest };
  if (largest - smallest < 0x1_0000_0000) return { mode: VERSION_MODE.distance, base: smallest };
  return { mode: VERSION_MODE.full, base: 0 };
}

function writeVersions(
  view: Uint32Array,
  at: number,
  versions: Float64Array,
  count: number,
  mode: VersionMode,
  base: number,
): void {
  if (mode === VERSION_MODE.same) return;
  for (let index = 0; index < count; index += 1) {
    const distance = versions[index]! - base;
    view[at + index] = distance % 0x1_0000_0000;
    if (mode === VERSION_MODE.full) view[at + count + index] = Math.floor(distance / 0x1_0000_0000);
  }
}

function grown(bytes: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(needed, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

/** A loop beats `set(subarray)` for short ranges, because it makes no view. */
function copyRange(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  if (end - start > 64) {
    target.set(source.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from += 1, to += 1) target[to] = source[from]!;
}
