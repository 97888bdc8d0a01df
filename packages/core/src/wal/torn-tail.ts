/**
 * Tells a torn tail from damage. Something at `offset` of a segment is no record; what does that mean?
 *
 *   torn         no valid record follows: the write that was under way when the machine stopped. Cut.
 *   lost writes  valid records follow, but a disk block within the gap was never written (it reads as zeros) and no sync mark
 *                says that the gap had been durable: a crash of the machine reordered unsynced writes, as disks may. Nothing
 *                that was acknowledged as durable is missing. Cut, and tell.
 *   corrupt      anything else: bytes that were whole are not any more.
 *
 * Searching for a record that may start at any byte costs one look per byte. Candidates are verified by checksums of ranges
 * made from checksums of prefixes, or a torn record of 50 MB of random bytes would take minutes.
 */
import { combineCrc32, shiftCrc32, type Checksum } from '../base/checksum.ts';
import { readUint32, readUint64 } from '../base/little-endian.ts';
import { plausibleLength, RECORD_HEADER_SIZE, RECORD_TYPE, recordType } from './record.ts';

export type Damage =
  | { readonly kind: 'torn' }
  | { readonly kind: 'lost writes' }
  | { readonly kind: 'corrupt'; readonly nextRecordAt: number };

export interface SegmentBytes {
  readonly bytes: Uint8Array;
  /** CRC of the segment id. */
  readonly seed: number;
  readonly checksum: Checksum;
}

// What disks write as a whole, at the least.
const DISK_BLOCK_SIZE = 512;

/** Offset behind the last byte that is not zero: the rest of a file is what was reserved and never written. */
export function writtenEnd(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

export function classifyDamage(segment: SegmentBytes, offset: number): Damage {
  const { bytes } = segment;
  const search = new RecordSearch(segment, offset);
  const nextRecordAt = search.nextValid(offset + 1);
  if (nextRecordAt < 0) return { kind: 'torn' };
  if (!holdsLostBlock(bytes, offset, nextRecordAt)) return { kind: 'corrupt', nextRecordAt };
  for (let at = nextRecordAt; at >= 0;) {
    const data = at + RECORD_HEADER_SIZE;
    const marked =
      recordType(bytes, at) === RECORD_TYPE.syncMark && readUint64(bytes, data) > offset;
    if (marked) return { kind: 'corrupt', nextRecordAt };
    at = search.nextValid(data + readUint32(bytes, at));
  }
  return { kind: 'lost writes' };
}

/**
 * Whether some disk block that touches [start, end) was never written. It then holds zeros: all of it, or, where an earlier write
 * had filled its beginning, from `start` on, because earlier writes end with a record.
 */
function holdsLostBlock(bytes: Uint8Array, start: number, end: number): boolean {
  for (let from = start; from < end;) {
    const blockEnd = from - (from % DISK_BLOCK_SIZE) + DISK_BLOCK_SIZE;
    if (blockEnd > bytes.length) return false;
    let at = from;
    while (at < blockEnd && bytes[at] === 0) at += 1;
    if (at === blockEnd) return true;
    from = blockEnd;
  }
  return false;
}

class RecordSearch {
  readonly #segment: SegmentBytes;
  readonly #ranges: RangeChecksum;

  constructor(segment: SegmentBytes, from: number) {
    this.#segment = segment;
    this.#ranges = new RangeChecksum(segment, from);
  }

  /** Offset of the first valid record at or behind `from`, or -1. */
  nextValid(from: number): number {
    const { bytes, seed } = this.#segment;
    for (let at = from; at + RECORD_HEADER_SIZE <= bytes.length; at += 1) {
      const length = plausibleLength(bytes, at, bytes.length);
      if (length < 0) continue;
      const ofLength = this.#ranges.sum(at, at + 4, seed);
      const ofAll = this.#ranges.sum(at + 8, at + RECORD_HEADER_SIZE + length, ofLength);
      if (ofAll === readUint32(bytes, at + 4)) return at;
    }
    return -1;
  }
}

const GRID = 4096;

/** CRC of any range in constant time, after one pass that notes the CRC of every prefix in steps of GRID bytes. */
class RangeChecksum {
  readonly #bytes: Uint8Array;
  readonly #checksum: Checksum;
  readonly #from: number;
  #prefixes: Uint32Array | undefined;

  constructor(segment: SegmentBytes, from: number) {
    this.#bytes = segment.bytes;
    this.#checksum = segment.checksum;
    this.#from = from;
  }

  sum(start: number, end: number, seed: number): number {
    if (end - start < 2 * GRID) return this.#checksum(this.#bytes, start, end, seed);
    const prefixes = (this.#prefixes ??= this.#sumPrefixes());
    const first = Math.ceil((start - this.#from) / GRID);
    const last = Math.floor((end - this.#from) / GRID);
    const middle = (last - first) * GRID;
    const ofMiddle = prefixes[last]! ^ shiftCrc32(prefixes[first]!, middle);
    const ofHead = this.#checksum(this.#bytes, start, this.#from + first * GRID, seed);
    return this.#checksum(
      this.#bytes,
      this.#from + last * GRID,
      end,
      combineCrc32(ofHead, ofMiddle, middle),
    );
  }

  #sumPrefixes(): Uint32Array {
    const count = Math.floor((this.#bytes.length - this.#from) / GRID);
    const prefixes = new Uint32Array(count + 1);
    for (let index = 0; index < count; index += 1) {
      const start = this.#from + index * GRID;
      prefixes[index + 1] = this.#checksum(this.#bytes, start, start + GRID, prefixes[index]!);
    }
    return prefixes;
  }
}
