import { describe, expect, it } from 'vitest';
import { keyspaceId, type KeyspaceId } from '../base/brand.ts';
import { toHex } from '../base/bytes.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { PENDING_KIND } from '../memtable/entry-codec.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import { Memtable } from '../memtable/memtable.ts';
import { WriteSet } from '../memtable/write-set.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { batchSize, decodeBatch, encodeBatch } from './write-batch.ts';

function write(
  writes: WriteSet,
  keyspace: KeyspaceId,
  kind: number,
  key: Uint8Array,
  value?: Uint8Array,
): void {
  writes.locate(keyspace, key);
  writes.writeLocated(kind, key, value);
}

function encode(writes: WriteSet): Uint8Array {
  const bytes = new Uint8Array(batchSize(writes));
  expect(encodeBatch(bytes, 0, 3, 1_780_000_000_000_000, writes)).toBe(bytes.length);
  return bytes;
}

function replay(bytes: Uint8Array): Memtable | undefined {
  const memtable = new Memtable(false);
  const header = decodeBatch(bytes, 0, bytes.length, (keyspace, start, end) => {
    memtable.applyEncoded(keyspace, bytes, start, end, 5);
  });
  return header === undefined ? undefined : memtable;
}

function contentOf(memtable: Memtable): string[] {
  return memtable.keyspaces().flatMap((keyspace) => {
    const lines: string[] = [];
    const cursor = new MapCursor(memtable.mapOf(keyspace)!);
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const key = toHex(cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd));
      const value = toHex(cursor.valueBytes.slice(cursor.valueStart, cursor.valueEnd));
      lines.push(`${keyspace}/${key} ${cursor.kind} ${value} @${cursor.version}`);
    }
    return lines;
  });
}

describe('write batches', () => {
  it('keep their bytes: they are a file format', () => {
    const writes = new WriteSet();
    write(writes, keyspaceId(1), ENTRY_KIND.put, Uint8Array.of(1, 2), Uint8Array.of(9));
    write(writes, keyspaceId(16384), ENTRY_KIND.delete, Uint8Array.of(3));
    write(writes, keyspaceId(1), PENDING_KIND.lock, Uint8Array.of(4));
    write(writes, keyspaceId(1), ENTRY_KIND.put, Uint8Array.of(1, 2), Uint8Array.of(8));
    const first = 'ff0201020109' + 'fe010400' + '010201020108';
    expect(toHex(encode(writes))).toBe(
      '03000000' +
        '0040b38be6520600' +
        '01000000' +
        '10000000' +
        first +
        '00400000' +
        '04000000' +
        '00010300',
    );
  });

  it.each([1, 2, 3, 4])('replay into what applying the write set makes (seed %i)', (seed) => {
    const random = new SeededRandom(seed);
    const writes = new WriteSet();
    for (let count = 1 + random.below(3000); count > 0; count -= 1) {
      const key = random.bytes(random.pick([0, 1, 2, 200]));
      const keyspace = keyspaceId(random.below(3));
      const kind = random.pick([ENTRY_KIND.put, ENTRY_KIND.put, ENTRY_KIND.delete]);
      const size = random.pick([0, 3, 150, 20_000]);
      write(
        writes,
        keyspace,
        kind,
        key,
        kind === ENTRY_KIND.put ? random.bytes(random.below(size + 1)) : undefined,
      );
      if (random.chance(0.02)) writes.savepoint();
      if (random.chance(0.02)) writes.rollbackTo(0);
    }
    const replayed = replay(encode(writes));
    const applied = new Memtable(true);
    applied.apply(writes, 5);
    expect(replayed === undefined ? [] : contentOf(replayed)).toEqual(contentOf(applied));
  });

  it('are refused when they end anywhere too early', () => {
    const writes = new WriteSet();
    write(writes, keyspaceId(1), ENTRY_KIND.put, Uint8Array.of(1, 2), new Uint8Array(300));
    const bytes = encode(writes);
    // Without its only part it is a batch that writes nothing.
    for (let size = 0; size < bytes.length; size += 1) {
      if (size !== 12) expect(replay(bytes.subarray(0, size)), `${size} bytes`).toBeUndefined();
    }
  });
});
