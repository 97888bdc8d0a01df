/**
 * Checks one table against itself and against what the manifest says of it.
 *
 *   1. its size is the manifest's; footer, directory and sections are sound, and together with the data blocks they cover every
 *      byte of the file, so that no byte escapes a checksum
 *   2. every block is sound, holds as many entries as the index says, and the index leads to its first and last entry
 *   3. entries ascend by key, versions of a key descend, and the filter knows every key
 *   4. counts, sizes, least and greatest key and version are those of the metadata, which are the manifest's
 *
 * A generator, so that whoever drives it can let others have the thread: it yields the bytes checked since the last time.
 */
import { compareRanges, equalBytes } from '../base/bytes.ts';
import { hashBytes } from '../base/hash.ts';
import type { Table, TablePlace } from '../lsm/table.ts';
import { ENTRY_KIND, type EntryKind } from '../memtable/entry.ts';
import { isExpiring } from '../memtable/expiry.ts';
import type { Block } from '../sstable/block.ts';
import { decodeDirectory, decodeFooter, type Extent } from '../sstable/footer.ts';
import { BLOCK_TRAILER_SIZE, FOOTER_SIZE } from '../sstable/format.ts';
import type { Residency } from '../sstable/residency.ts';
import { openBlock } from '../sstable/stored-block.ts';
import { encodeMetadata, type TableMetadata } from '../sstable/table-metadata.ts';
import { TableReader } from '../sstable/table-reader.ts';
import type { ReadableFile } from '../vfs/vfs.ts';
import { readHere } from './read-whole-file.ts';
import type { VerifyFindings } from './verify-findings.ts';

/** Keeps no block: each is looked at once. */
const NOTHING_STAYS: Residency = Object.freeze({
  readAheadBytes: 0,
  admit: (block: Block) => {
    block.home[block.number] = undefined;
  },
  evictAll: () => undefined,
});

export function* verifyTable(
  place: TablePlace,
  table: Table,
  findings: VerifyFindings,
): Generator<number, void> {
  const { path } = table;
  findings.tables += 1;
  if (!place.vfs.exists(path)) {
    findings.problem(path, undefined, 'the table is missing');
    return;
  }
  const size = place.vfs.size(path);
  if (size !== table.fileSizeBytes) {
    const at = Math.min(size, table.fileSizeBytes);
    findings.problem(path, at, `it has ${size} bytes, the manifest says ${table.fileSizeBytes}`);
  }
  const frame = readFrame(place, path, findings);
  const reader = frame === undefined ? undefined : openQuietly(place, path, findings);
  if (frame === undefined || reader === undefined) return;
  try {
    checkCover(reader, frame, findings);
    if (!equalBytes(encodeMetadata(reader.metadata), encodeMetadata(table.metadata)))
      findings.problem(path, undefined, 'its metadata are not those that the manifest has of it');
    const blockBytes = yield* verifyBlocks(reader, findings);
    yield Math.max(0, size - blockBytes);
  } finally {
    reader.close();
  }
}

/** Where everything behind the data blocks lies. */
interface Frame {
  readonly sections: readonly Extent[];
  readonly directory: Extent;
  readonly fileSizeBytes: number;
}

/** Reads footer, directory and every section, also of kinds that this release does not know. */
function readFrame(place: TablePlace, path: string, findings: VerifyFindings): Frame | undefined {
  let file: ReadableFile | undefined;
  let at = 0;
  try {
    file = place.vfs.openRead(path);
    const fileSizeBytes = file.size();
    at = Math.max(0, fileSizeBytes - FOOTER_SIZE);
    const footer = readHere(file.read(at, FOOTER_SIZE), path);
    const directory = decodeFooter(footer, path, fileSizeBytes, place.checksum);
    at = directory.offset;
    const sections = decodeDirectory(readStored(place, file, directory));
    for (const section of sections) {
      at = section.offset;
      readStored(place, file, section);
    }
    return { sections, directory, fileSizeBytes };
  } catch (error) {
    findings.failure(path, at, error);
    return undefined;
  } finally {
    file?.close();
  }
}

function openQuietly(
  place: TablePlace,
  path: string,
  findings: VerifyFindings,
): TableReader | undefined {
  const { checksum, compressions } = place;
  try {
    const file = place.vfs.openRead(path);
    return readHere(TableReader.open({ file, checksum, compressions, cache: NOTHING_STAYS }), path);
  } catch (error) {
    findings.failure(path, undefined, error);
    return undefined;
  }
}

/** Data blocks, sections, directory and footer follow each other without a gap. */
function checkCover(reader: TableReader, frame: Frame, findings: VerifyFindings): void {
  const { path, index } = reader;
  const extents: Extent[] = [];
  for (let number = 0; number < index.count; number += 1)
    extents.push({ offset: index.offset(number), size: index.size(number) });
  extents.push(...frame.sections, frame.directory);
  let end = 0;
  for (const extent of extents) {
    if (extent.offset !== end)
      findings.problem(path, end, `the next part lies at ${extent.offset}: a gap or an overlap`);
    end = extent.offset + extent.size + BLOCK_TRAILER_SIZE;
  }
  if (end !== frame.fileSizeBytes - FOOTER_SIZE)
    findings.problem(path, end, 'the footer does not follow');
}

function readStored(place: TablePlace, file: ReadableFile, extent: Extent): Uint8Array {
  const bytes = readHere(file.read(extent.offset, extent.size + BLOCK_TRAILER_SIZE), file.path);
  const { checksum, compressions } = place;
  const source = { path: file.path, checksum, compressions };
  return openBlock(source, bytes, 0, extent.size, extent.offset);
}

/** Answers the bytes of all blocks. */
function* verifyBlocks(reader: TableReader, findings: VerifyFindings): Generator<number, number> {
  const { path, index } = reader;
  const walk = new EntryWalk(reader, findings);
  let isWhole = true;
  let bytes = 0;
  for (let number = 0; number < index.count; number += 1) {
    try {
      walk.block(readHere(reader.block(number, 1), path), number);
    } catch (error) {
      findings.failure(path, index.offset(number), error);
      isWhole = false;
    }
    const size = index.size(number) + BLOCK_TRAILER_SIZE;
    bytes += size;
    yield size;
  }
  // Without some of the blocks the sums cannot agree, and say nothing more.
  if (isWhole) walk.compareWith(reader.metadata);
  return bytes;
}

/** Steps 2 to 4. */
class EntryWalk {
  readonly #reader: TableReader;
  readonly #findings: VerifyFindings;
  #lastKey: Uint8Array | undefined;
  #lastVersion = 0;
  #lastKind: EntryKind = ENTRY_KIND.put;
  readonly #sums = {
    entryCount: 0,
    keyCount: 0,
    deleteCount: 0,
    rangeDeleteCount: 0,
    expiringCount: 0,
    keyBytes: 0,
    valueBytes: 0,
    minVersion: Number.MAX_SAFE_INTEGER,
    maxVersion: 0,
  };
  #minKey: Uint8Array | undefined;

  constructor(reader: TableReader, findings: VerifyFindings) {
    this.#reader = reader;
    this.#findings = findings;
  }

  block(block: Block, number: number): void {
    const { index, path } = this.#reader;
    const offset = index.offset(number);
    const said = index.entriesBefore(number + 1) - index.entriesBefore(number);
    if (said !== block.count)
      this.#findings.problem(path, offset, `it has ${block.count} entries, the index says ${said}`);
    for (let entry = 0; entry < block.count; entry += 1) this.#entry(block, entry, offset);
    for (const entry of [0, block.count - 1]) {
      const key = block.bytes.subarray(block.keyStart(entry), block.keyEnd(entry));
      if (index.find(key, block.version(entry)) !== number)
        this.#findings.problem(path, offset, `the index does not lead to entry ${entry}`);
    }
    const last = block.count - 1;
    this.#lastKey = block.bytes.slice(block.keyStart(last), block.keyEnd(last));
    this.#lastVersion = block.version(last);
    this.#lastKind = block.kind(last);
    this.#findings.blocks += 1;
    this.#findings.entries += block.count;
  }

  compareWith(metadata: TableMetadata): void {
    const { path } = this.#reader;
    const sums = { ...this.#sums, blockCount: this.#reader.index.count };
    if (sums.entryCount === 0) sums.minVersion = metadata.minVersion;
    for (const [name, sum] of Object.entries(sums)) {
      const said = metadata[name as keyof typeof sums]; // the keys are those of the literal above
      if (said !== sum)
        this.#findings.problem(path, undefined, `metadata say ${name} ${said}, it is ${sum}`);
    }
    if (this.#minKey === undefined || this.#lastKey === undefined) return;
    if (!equalBytes(this.#minKey, metadata.minKey) || !equalBytes(this.#lastKey, metadata.maxKey))
      this.#findings.problem(path, undefined, 'metadata say another least or greatest key');
  }

  #entry(block: Block, entry: number, offset: number): void {
    const { bytes } = block;
    const start = block.keyStart(entry);
    const end = block.keyEnd(entry);
    const version = block.version(entry);
    const order = this.#compareWithLast(block, entry, start, end);
    if (order > 0 || (order === 0 && !this.#isOlder(block, entry)))
      this.#findings.problem(this.#reader.path, offset, `entry ${entry} is out of order`);
    const isNewKey = order !== 0 || this.#sums.entryCount === 0;
    if (isNewKey && !this.#reader.mayContain(hashBytes(bytes, start, end)))
      this.#findings.problem(this.#reader.path, offset, `the filter does not know entry ${entry}`);
    this.#count(block, entry, isNewKey, end - start, version);
    this.#minKey ??= bytes.slice(start, end);
  }

  /** Order of the entry before, against this one: negative as it should be, 0 for the same key. */
  #compareWithLast(block: Block, entry: number, start: number, end: number): number {
    const { bytes } = block;
    if (entry > 0) {
      const before = entry - 1;
      return compareRanges(bytes, block.keyStart(before), block.keyEnd(before), bytes, start, end);
    }
    const last = this.#lastKey;
    return last === undefined ? -1 : compareRanges(last, 0, last.length, bytes, start, end);
  }

  /** Of two entries with one key the newer stands first; of one version the greater kind. */
  #isOlder(block: Block, entry: number): boolean {
    const version = entry > 0 ? block.version(entry - 1) : this.#lastVersion;
    const kind = entry > 0 ? block.kind(entry - 1) : this.#lastKind;
    return (
      block.version(entry) < version ||
      (block.version(entry) === version && block.kind(entry) < kind)
    );
  }

  #count(block: Block, entry: number, isNewKey: boolean, keySize: number, version: number): void {
    const sums = this.#sums;
    const kind = block.kind(entry);
    sums.entryCount += 1;
    if (isNewKey) sums.keyCount += 1;
    if (kind === ENTRY_KIND.delete) sums.deleteCount += 1;
    if (kind === ENTRY_KIND.rangeDelete) sums.rangeDeleteCount += 1;
    if (isExpiring(kind)) sums.expiringCount += 1;
    sums.keyBytes += keySize;
    sums.valueBytes += block.valueEnd(entry) - block.valueStart(entry);
    sums.minVersion = Math.min(sums.minVersion, version);
    sums.maxVersion = Math.max(sums.maxVersion, version);
  }
}
