/** Reads a value piece by piece, wherever it lies: `Transaction.openValue` makes readers. */
import type { KeyspaceId } from '../base/brand.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import { chunkCount, type LargeValue } from '../memtable/large-value.ts';
import { readChunk, type ChunkReader } from './large-values.ts';
import type { ValuePieces, ValueSlot } from './transaction.ts';

/** A value in line: one piece. The bytes stay as they are while the transaction is open. */
export class InlineReader implements ValuePieces {
  readonly sizeBytes: number;
  readonly #value: ValueSlot;
  readonly #check: () => void;

  constructor(value: ValueSlot, check: () => void) {
    this.#value = value;
    this.#check = check;
    this.sizeBytes = value.end - value.start;
  }

  read(at: number, slot: ValueSlot): boolean {
    this.#check();
    if (at >= this.sizeBytes) return false;
    slot.bytes = this.#value.bytes;
    slot.start = this.#value.start + at;
    slot.end = this.#value.end;
    return true;
  }
}

/** A value out of line: a piece is a chunk. */
export class ChunkedReader implements ValuePieces {
  readonly sizeBytes: number;
  readonly #keyspace: KeyspaceId;
  readonly #place: LargeValue;
  readonly #chunks: ChunkReader;

  constructor(keyspace: KeyspaceId, place: LargeValue, chunks: ChunkReader) {
    this.#keyspace = keyspace;
    this.#place = place;
    this.#chunks = chunks;
    this.sizeBytes = place.sizeBytes;
  }

  read(at: number, slot: ValueSlot): boolean | Pending {
    const { chunkSizeBytes } = this.#place;
    const number = Math.floor(at / chunkSizeBytes);
    if (number >= chunkCount(this.#place) || at >= this.sizeBytes) return false;
    if (readChunk(this.#keyspace, this.#place, number, this.#chunks, slot) === PENDING)
      return PENDING;
    slot.start += at - number * chunkSizeBytes;
    return true;
  }
}
