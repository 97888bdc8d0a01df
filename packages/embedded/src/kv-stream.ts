/**
 * `kv.putStream` and `kv.getStream`: values in pieces, of any size that a key may have, in memory for one chunk.
 *
 * A value that is put becomes visible whole, with the commit at its end; a source that fails, or a signal, leaves nothing. A value that
 * is got is read from one snapshot, which the stream holds until it was read to its end, left or closed.
 */
import { AlopexError, keyspaceId } from '@alopex-db/core/base';
import type { ValuePieces, ValueWriter } from '@alopex-db/core';
import { KV_KEYSPACE, type HeldBlock, type StatementHost } from '@alopex-db/sql';
import type {
  Bytes,
  KvByteSource,
  KvPutStreamOptions,
  KvStream,
  KvStreamRange,
} from '@alopex-db/sql/session';
import { ownBytesOf } from './kv-bytes.ts';
import { checkedTtl } from './kv-operations.ts';
import { settled } from './settled.ts';

const KEYSPACE = keyspaceId(KV_KEYSPACE);
const WRITE = Object.freeze({ readOnly: false });
const NO_BYTES = new Uint8Array(0);
/** A piece that is handed out. */
const PIECE_SIZE = 64 * 1024;

export async function putStream(
  host: StatementHost,
  key: Bytes,
  source: KvByteSource,
  options: KvPutStreamOptions,
): Promise<void> {
  const keyBytes = ownBytesOf('key', key);
  const ttlMs = checkedTtl(options.ttlMs);
  const { store } = host.engine.services;
  host.check();
  const writer = store.writeValue(KEYSPACE, ttlMs);
  try {
    await fill(writer, source, options.signal);
    await host.within(WRITE, ({ transaction }) =>
      settled(transaction, () => transaction.putWritten(keyBytes, writer)),
    );
  } catch (error) {
    await abandon(writer);
    throw error;
  }
}

async function fill(
  writer: ValueWriter,
  source: KvByteSource,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const piece of piecesOf(source)) {
    if (signal?.aborted === true) {
      throw new AlopexError('ALX_CANCELLED', 'the stream was cancelled', { cause: signal.reason });
    }
    if (!(piece instanceof Uint8Array)) {
      throw new AlopexError(
        'ALX_INVALID_ARGUMENT',
        `a stream of bytes has pieces of Uint8Array, got ${typeof piece}`,
      );
    }
    await writer.write(piece);
  }
}

/** Not every ReadableStream can be iterated. */
function piecesOf(source: KvByteSource): AsyncIterable<unknown> | Iterable<unknown> {
  if (Symbol.asyncIterator in source || Symbol.iterator in source) return source;
  return readPieces(source);
}

async function* readPieces(source: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = source.getReader();
  let isDone = false;
  try {
    while (!isDone) {
      const { done, value } = await reader.read();
      isDone = done;
      if (!done) yield value;
    }
  } finally {
    if (!isDone) await reader.cancel();
    reader.releaseLock();
  }
}

/** What is left of it goes at the next opening, should it not go now: the failure that led here is the one to tell. */
async function abandon(writer: ValueWriter): Promise<void> {
  try {
    await writer.abort();
  } catch (error) {
    if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
  }
}

export async function getStream(
  host: StatementHost,
  key: Bytes,
  range: KvStreamRange,
): Promise<KvStream | undefined> {
  const keyBytes = ownBytesOf('key', key);
  const from = checkedPosition('start', range.start) ?? 0;
  const to = checkedPosition('end', range.end);
  const held = host.hold();
  let reader: ValuePieces | undefined;
  try {
    const { transaction } = held.block;
    reader = await held.step(() =>
      settled(transaction, () => transaction.openValue(KEYSPACE, keyBytes)),
    );
  } catch (error) {
    held.release(true);
    throw error;
  }
  if (reader === undefined) {
    held.release(false);
    return undefined;
  }
  return new ValueStream(held, reader, from, Math.min(to ?? reader.sizeBytes, reader.sizeBytes));
}

function checkedPosition(name: string, position: number | undefined): number | undefined {
  if (position === undefined || (Number.isSafeInteger(position) && position >= 0)) return position;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `${name} is a position in bytes from 0, got ${String(position)}`,
  );
}

class ValueStream implements KvStream {
  readonly size: number;
  readonly #held: HeldBlock;
  readonly #reader: ValuePieces;
  readonly #end: number;
  #at: number;
  #isClosed = false;

  constructor(held: HeldBlock, reader: ValuePieces, from: number, to: number) {
    this.#held = held;
    this.#reader = reader;
    this.#at = from;
    this.#end = to;
    this.size = reader.sizeBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    let failed = false;
    try {
      for (let piece = await this.#next(); piece !== undefined; piece = await this.#next())
        yield piece;
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      this.#release(failed);
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#isClosed || this.#at >= this.#end) return undefined;
    const { transaction } = this.#held.block;
    const slot = { bytes: NO_BYTES, start: 0, end: 0 };
    return this.#held.step(async () => {
      await settled(transaction, () => this.#reader.read(this.#at, slot));
      const size = Math.min(slot.end - slot.start, this.#end - this.#at, PIECE_SIZE);
      this.#at += size;
      return slot.bytes.slice(slot.start, slot.start + size);
    });
  }

  #release(failed: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#held.release(failed);
  }

  async close(): Promise<void> {
    this.#release(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
