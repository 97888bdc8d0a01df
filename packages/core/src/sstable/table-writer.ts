/**
 * Writes a table from ascending entries, block after block; holds one data block, the index and the hashes of the keys in
 * memory, never the table. `finish` writes the sections and the footer; making the file durable is the caller's step, who may
 * prefer to sync several tables at once. A writer that threw is of no use: remove the file.
 */
import { assert } from '../base/assert.ts';
import { compareRanges } from '../base/bytes.ts';
import type { Checksum } from '../base/checksum.ts';
import { hashBytes } from '../base/hash.ts';
import { ENTRY_KIND, type EntryKind } from '../memtable/entry.ts';
import type { WritableFile } from '../vfs/vfs.ts';
import { BlockWriter } from './block-writer.ts';
import { BITS_PER_KEY_DEFAULT, buildBloom } from './bloom.ts';
import type { Compression } from './compression.ts';
import { encodeDirectory, encodeFooter, type Extent, type Section } from './footer.ts';
import {
  BLOCK_SIZE_DEFAULT,
  BLOCK_TRAILER_SIZE,
  FOOTER_SIZE,
  SECTION,
  type SectionKind,
} from './format.ts';
import { addIndexEntry, separatorBetween, type DataBlockHandle } from './index-block.ts';
import { storeBlock } from './stored-block.ts';
import { encodeMetadata, type TableMetadata } from './table-metadata.ts';

export interface TableWriterOptions {
  /** An empty file, which the writer fills and does not close. */
  readonly file: WritableFile;
  readonly checksum: Checksum;
  /** Tries to compress every block; without it blocks are stored as they are. */
  readonly compression?: Compression | undefined;
  /** Bytes of a data block before compression. Default 16 KiB. */
  readonly blockSizeBytes?: number | undefined;
  /** Size of the bloom filter. Default 10, which lets 1 % of absent keys pass. */
  readonly bitsPerKey?: number | undefined;
}

/** A section that is written beside those of every table, as it is. */
export interface SectionContent {
  readonly kind: SectionKind;
  readonly bytes: Uint8Array;
}

export interface TableSummary extends TableMetadata {
  readonly fileSizeBytes: number;
}

const NO_KEY = new Uint8Array(0);
const HASHES_INITIAL = 1024;

export class TableWriter {
  readonly #file: WritableFile;
  readonly #checksum: Checksum;
  readonly #compression: Compression | undefined;
  readonly #blockSizeBytes: number;
  readonly #bitsPerKey: number;
  readonly #block = new BlockWriter();
  readonly #index = new BlockWriter();
  readonly #sections: Section[] = [];

  /** The newest entry's key, in a buffer used again. */
  #lastKey: Uint8Array = new Uint8Array(64);
  #lastKeyLength = -1;
  #lastVersion = 0;
  #lastKind: EntryKind = ENTRY_KIND.put;
  #minKey: Uint8Array = NO_KEY;
  /** The finished data block whose index entry waits for the first key of the next one. */
  #waiting: DataBlockHandle | undefined;

  #hashes = new Uint32Array(HASHES_INITIAL);
  #keyCount = 0;
  #entryCount = 0;
  readonly #kindCounts = [0, 0, 0, 0, 0, 0];
  #keyBytes = 0;
  #valueBytes = 0;
  #minVersion = Number.MAX_SAFE_INTEGER;
  #maxVersion = 0;

  constructor(options: TableWriterOptions) {
    assert(options.file.position === 0, 'a table begins an empty file');
    this.#file = options.file;
    this.#checksum = options.checksum;
    this.#compression = options.compression;
    this.#blockSizeBytes = options.blockSizeBytes ?? BLOCK_SIZE_DEFAULT;
    this.#bitsPerKey = options.bitsPerKey ?? BITS_PER_KEY_DEFAULT;
  }

  get entryCount(): number {
    return this.#entryCount;
  }

  /** About the size of the file if it were finished now: what decides when to begin the next table. */
  get sizeBytes(): number {
    return this.#file.position + this.#block.sizeBytes;
  }

  /** Adds the next entry; entries come in the order of `EntryCursor` without repetition. */
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
    const order = this.#lastKeyLength < 0 ? 1 : this.#compareWithLast(keyBytes, keyStart, keyEnd);
    assert(order > 0 || (order === 0 && this.#isOlder(version, kind)), 'entries of a table ascend');
    if (this.#block.sizeBytes >= this.#blockSizeBytes) this.#finishBlock();
    if (this.#waiting !== undefined)
      this.#indexWaiting(keyBytes.subarray(keyStart, keyEnd), order === 0);
    if (order > 0) this.#addKey(keyBytes, keyStart, keyEnd);
    this.#lastVersion = version;
    this.#lastKind = kind;
    this.#block.add(keyBytes, keyStart, keyEnd, version, kind, valueBytes, valueStart, valueEnd);
    this.#entryCount += 1;
    this.#kindCounts[kind]! += 1;
    this.#keyBytes += keyEnd - keyStart;
    this.#valueBytes += valueEnd - valueStart;
    if (version < this.#minVersion) this.#minVersion = version;
    if (version > this.#maxVersion) this.#maxVersion = version;
  }

  /** Writes what makes it a table, and the sections asked for. No call may follow. */
  finish(more: readonly SectionContent[] = []): TableSummary {
    if (this.#block.count > 0) this.#finishBlock();
    if (this.#waiting !== undefined) this.#indexWaiting(undefined, false);
    const metadata = this.#metadata();
    if (this.#index.count > 0)
      this.#writeSection(SECTION.index, this.#index.finish(), this.#compression);
    const bloom = buildBloom(this.#hashes, this.#keyCount, this.#bitsPerKey);
    // Random bits do not compress.
    this.#writeSection(SECTION.bloom, new Uint8Array(bloom.buffer), undefined);
    this.#writeSection(SECTION.meta, encodeMetadata(metadata), undefined);
    for (const { kind, bytes } of more) this.#writeSection(kind, bytes, undefined);
    const directory = this.#write(encodeDirectory(this.#sections), undefined);
    const fileSizeBytes = this.#file.position + FOOTER_SIZE;
    this.#file.append(encodeFooter(directory, fileSizeBytes, this.#checksum));
    return { ...metadata, fileSizeBytes };
  }

  #compareWithLast(keyBytes: Uint8Array, keyStart: number, keyEnd: number): number {
    return compareRanges(keyBytes, keyStart, keyEnd, this.#lastKey, 0, this.#lastKeyLength);
  }

  #isOlder(version: number, kind: EntryKind): boolean {
    return version < this.#lastVersion || (version === this.#lastVersion && kind < this.#lastKind);
  }

  #addKey(keyBytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#lastKey.length) this.#lastKey = new Uint8Array(length * 2);
    for (let index = 0; index < length; index += 1) this.#lastKey[index] = keyBytes[start + index]!;
    this.#lastKeyLength = length;
    if (this.#keyCount === 0) this.#minKey = keyBytes.slice(start, end);
    if (this.#keyCount === this.#hashes.length) {
      const larger = new Uint32Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#keyCount] = hashBytes(keyBytes, start, end);
    this.#keyCount += 1;
  }

  #finishBlock(): void {
    const entryCount = this.#block.count;
    const extent = this.#write(this.#block.finish(), this.#compression);
    this.#waiting = { ...extent, entryCount };
  }

  #indexWaiting(nextKey: Uint8Array | undefined, sameKey: boolean): void {
    const lastKey = this.#lastKey.slice(0, this.#lastKeyLength);
    // The version tells apart only blocks that share a user key.
    const separator =
      nextKey === undefined || sameKey ? lastKey : separatorBetween(lastKey, nextKey);
    addIndexEntry(this.#index, separator, sameKey ? this.#lastVersion : 0, this.#waiting!);
    this.#waiting = undefined;
  }

  #writeSection(kind: SectionKind, raw: Uint8Array, compression: Compression | undefined): void {
    this.#sections.push({ kind, ...this.#write(raw, compression) });
  }

  #write(raw: Uint8Array, compression: Compression | undefined): Extent {
    const offset = this.#file.position;
    const { payload, trailer } = storeBlock(raw, offset, compression, this.#checksum);
    this.#file.appendAll([payload, trailer]);
    assert(
      this.#file.position === offset + payload.length + BLOCK_TRAILER_SIZE,
      'an append moves the position',
    );
    return { offset, size: payload.length };
  }

  #metadata(): TableMetadata {
    return {
      entryCount: this.#entryCount,
      keyCount: this.#keyCount,
      deleteCount: this.#kindCounts[ENTRY_KIND.delete]!,
      rangeDeleteCount: this.#kindCounts[ENTRY_KIND.rangeDelete]!,
      expiringCount:
        this.#kindCounts[ENTRY_KIND.putExpiring]! + this.#kindCounts[ENTRY_KIND.putLargeExpiring]!,
      keyBytes: this.#keyBytes,
      valueBytes: this.#valueBytes,
      minVersion: this.#entryCount === 0 ? 0 : this.#minVersion,
      maxVersion: this.#maxVersion,
      blockCount: this.#index.count,
      minKey: this.#minKey,
      maxKey: this.#lastKey.slice(0, Math.max(0, this.#lastKeyLength)),
    };
  }
}
