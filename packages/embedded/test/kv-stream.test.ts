/** `kv.putStream` and `kv.getStream`: whole or not at all, in pieces, from one snapshot. */
import { describe, expect, it } from 'vitest';
import { equalBytes } from '@alopex-db/core/base';
import { MemoryVfs } from '@alopex-db/core/vfs';
import { Database, type KvStream } from '../src/index.ts';

const PIECE = Uint8Array.from(
  { length: 64 * 1024 },
  (_, index) => (index * 7 + (index >> 8)) & 255,
);

async function* pieces(count: number, failAt = -1): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < count; number += 1) {
    if (number === failAt) throw new TypeError('the source has failed');
    yield PIECE;
  }
}

async function sizeOf(stream: KvStream | undefined): Promise<number> {
  let size = 0;
  for await (const piece of stream ?? []) size += piece.length;
  return size;
}

describe('streams of values', () => {
  it('put 64 MiB and get them back, past memtables and caches of 4 MB', async () => {
    await using db = await Database.open('db', {
      vfs: new MemoryVfs(),
      compression: 'none',
      memtableSize: '4MB',
      blockCacheSize: '4MB',
    });
    const count = 1024;
    await db.kv.putStream('big', pieces(count));
    const stream = await db.kv.getStream('big');
    expect(stream?.size).toBe(count * PIECE.length);
    let seen = 0;
    let isSame = true;
    for await (const piece of stream!) {
      isSame &&= equalBytes(piece, PIECE);
      seen += 1;
    }
    expect({ seen, isSame }).toEqual({ seen: count, isSame: true });
  });

  it('take any source of bytes', async () => {
    await using db = await Database.openInMemory();
    await db.kv.putStream('list', [PIECE, PIECE]);
    const blob = new Blob([new Uint8Array(PIECE), new Uint8Array(PIECE)]);
    await db.kv.putStream('web', blob.stream());
    // A stream without an iterator of its own, as some browsers have it.
    const stream = blob.stream();
    const bare = { getReader: () => stream.getReader() } as ReadableStream<Uint8Array>;
    await db.kv.putStream('bare', bare);
    for (const key of ['web', 'bare']) {
      expect(equalBytes((await db.kv.get(key))!, (await db.kv.get('list'))!)).toBe(true);
    }
    await db.kv.putStream('empty', []);
    expect(await db.kv.get('empty')).toEqual(new Uint8Array(0));
    await expect(db.kv.putStream('bad', ['text'] as unknown as Uint8Array[])).rejects.toMatchObject(
      {
        code: 'ALX_INVALID_ARGUMENT',
      },
    );
  });

  it('read a range, and nothing for no value', async () => {
    await using db = await Database.openInMemory();
    await db.kv.putStream('big', pieces(40));
    const parts: Uint8Array[] = [];
    const stream = await db.kv.getStream('big', { start: 1_000_000, end: 1_100_000 });
    for await (const piece of stream!) parts.push(piece);
    const whole = (await db.kv.get('big'))!;
    expect(equalBytes(Buffer.concat(parts), whole.subarray(1_000_000, 1_100_000))).toBe(true);
    expect(await sizeOf(await db.kv.getStream('big', { start: 9_000_000 }))).toBe(0);
    expect(await db.kv.getStream('none')).toBeUndefined();
    await expect(db.kv.getStream('big', { start: -1 })).rejects.toMatchObject({
      code: 'ALX_INVALID_ARGUMENT',
    });
  });

  it('change nothing when the source fails or is cancelled', async () => {
    const vfs = new MemoryVfs();
    const db = await Database.open('db', { vfs });
    await db.kv.put('big', 'before');
    await expect(db.kv.putStream('big', pieces(40, 30))).rejects.toThrow('the source has failed');
    const stop = new AbortController();
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces(20);
      stop.abort();
      yield PIECE;
    };
    await expect(db.kv.putStream('big', source(), { signal: stop.signal })).rejects.toMatchObject({
      code: 'ALX_CANCELLED',
    });
    expect(await db.kv.getText('big')).toBe('before');
    await db.close();
    expect((await (await Database.open('db', { vfs })).kv.get('big'))?.length).toBe(6);
  });

  it('see one snapshot, whatever is written meanwhile, and let go of it when left or closed', async () => {
    await using db = await Database.openInMemory();
    await db.kv.putStream('big', pieces(40));
    const stream = (await db.kv.getStream('big'))!;
    await db.kv.delete('big');
    expect(await sizeOf(stream)).toBe(40 * PIECE.length);
    await db.kv.putStream('big', pieces(40));
    for await (const piece of (await db.kv.getStream('big'))!) {
      expect(piece.length).toBe(PIECE.length);
      break;
    }
    const closed = (await db.kv.getStream('big'))!;
    await closed.close();
    expect(await sizeOf(closed)).toBe(0);
  });

  it('are part of a transaction', async () => {
    await using db = await Database.openInMemory();
    const rolledBack = await db.begin();
    await rolledBack.kv.putStream('big', pieces(40));
    expect(await sizeOf(await rolledBack.kv.getStream('big'))).toBe(40 * PIECE.length);
    expect(await db.kv.get('big')).toBeUndefined();
    await rolledBack.rollback();
    expect(await db.kv.get('big')).toBeUndefined();
    await db.transaction(async (tx) => {
      await tx.kv.putStream('big', pieces(20));
      await tx.kv.put('small', '1');
    });
    expect(await sizeOf(await db.kv.getStream('big'))).toBe(20 * PIECE.length);
  });
});
