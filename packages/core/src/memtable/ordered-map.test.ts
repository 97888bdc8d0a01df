import { describe, expect, it } from 'vitest';
import { compareBytes, toHex } from '../base/bytes.ts';
import { nextBelow, type Random } from '../base/random.ts';
import { Arena } from '../memory/arena.ts';
import { entrySizeMax, writeEntry } from './entry-codec.ts';
import { VERSION_MAX } from './entry.ts';
import { MapCursor } from './map-cursor.ts';
import { OrderedMap } from './ordered-map.ts';

interface Row {
  readonly key: Uint8Array;
  readonly version: number;
  readonly value: Uint8Array;
}

/** A small generator of its own, so that the lowest layer's test leans on nothing above it. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return {
    nextUint32: () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state ^ (state >>> 15)) >>> 0;
    },
  };
}

class Fixture {
  readonly arena = new Arena({ shared: true, firstSlabSizeBytes: 512 });
  readonly map = new OrderedMap(this.arena, true);
  rows: Row[] = [];

  put(key: Uint8Array, version: number, value: Uint8Array): void {
    const reference = this.arena.allocate(entrySizeMax(key.length, value.length));
    const slab = this.arena.slabs[reference >>> 20]!;
    writeEntry(slab, reference & 0xfffff, 1, key, value);
    this.map.insert(reference, key, 0, key.length, version);
    this.rows = this.rows.filter(
      (row) => row.version !== version || compareBytes(row.key, key) !== 0,
    );
    this.rows.push({ key, version, value });
  }

  sorted(): Row[] {
    return this.rows.toSorted(
      (left, right) => compareBytes(left.key, right.key) || right.version - left.version,
    );
  }
}

function shown(cursor: MapCursor): string {
  return `${toHex(cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd))}@${cursor.version}`;
}

const told = (row: Row): string => `${toHex(row.key)}@${row.version}`;

/** Keys with long shared prefixes, prefixes of one another, and every length from 0. */
function randomKey(random: Random): Uint8Array {
  const shape = nextBelow(random, 4);
  if (shape === 0) return new Uint8Array(nextBelow(random, 12));
  const key = new Uint8Array(1 + nextBelow(random, 12)).fill(shape === 1 ? 0x80 : 0);
  key[key.length - 1] = nextBelow(random, 256);
  if (key.length > 4) key[3] = nextBelow(random, 3);
  return key;
}

describe('OrderedMap', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'agrees with a sorted list on random keys and versions (seed %i)',
    (seed) => {
      const random = randomOf(seed);
      const fixture = new Fixture();
      const count = 200 + nextBelow(random, 1200);
      for (let step = 0; step < count; step += 1) {
        const version =
          nextBelow(random, 5) === 0 ? VERSION_MAX - nextBelow(random, 9) : nextBelow(random, 40);
        fixture.put(randomKey(random), version, Uint8Array.of(step, step >>> 8));
      }
      const sorted = fixture.sorted();
      const cursor = new MapCursor(fixture.map);
      expect(fixture.map.size).toBe(sorted.length);

      const forward: string[] = [];
      for (cursor.seekFirst(); cursor.valid; cursor.next()) forward.push(shown(cursor));
      expect(forward).toEqual(sorted.map(told));
      const backward: string[] = [];
      for (cursor.seekLast(); cursor.valid; cursor.previous()) backward.push(shown(cursor));
      expect(backward).toEqual(sorted.map(told).toReversed());

      for (let step = 0; step < 400; step += 1) {
        const key = randomKey(random);
        const version = nextBelow(random, 40);
        const expected = sorted.find(
          (row) => compareBytes(row.key, key) === 0 && row.version <= version,
        );
        expect(
          fixture.map.find(key, 0, key.length, version),
          told({ key, version, value: key }),
        ).toBe(expected !== undefined);
        if (expected !== undefined) expect(fixture.map.foundVersion).toBe(expected.version);
        const behind = sorted.find(
          (row) => (compareBytes(row.key, key) || version - row.version) >= 0,
        );
        cursor.seek(key, version);
        expect(cursor.valid ? shown(cursor) : undefined).toBe(
          behind === undefined ? undefined : told(behind),
        );
        const before = sorted.findLast((row) => compareBytes(row.key, key) < 0);
        cursor.seekBefore(key);
        expect(cursor.valid ? shown(cursor) : undefined).toBe(
          before === undefined ? undefined : told(before),
        );
      }
    },
  );

  it.each(['ascending', 'descending'])('holds 20,000 keys put in %s order', (order) => {
    const fixture = new Fixture();
    const key = new Uint8Array(8);
    const view = new DataView(key.buffer);
    const arena = fixture.arena;
    for (let step = 0; step < 20_000; step += 1) {
      view.setUint32(4, order === 'ascending' ? step : 20_000 - step);
      const reference = arena.allocate(entrySizeMax(8, 0));
      writeEntry(arena.slabs[reference >>> 20]!, reference & 0xfffff, 1, key, new Uint8Array(0));
      fixture.map.insert(reference, key, 0, 8, 7);
    }
    const cursor = new MapCursor(fixture.map);
    let count = 0;
    let before = -1;
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const now = new DataView(cursor.keyBytes.buffer).getUint32(cursor.keyStart + 4);
      expect(now).toBeGreaterThan(before);
      before = now;
      count += 1;
    }
    expect(count).toBe(20_000);
  });

  it('lets an open cursor go on while entries are added around it', () => {
    const fixture = new Fixture();
    for (let step = 0; step < 100; step += 2) fixture.put(Uint8Array.of(step), 1, Uint8Array.of());
    const cursor = new MapCursor(fixture.map);
    const seen: number[] = [];
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const now = cursor.keyBytes[cursor.keyStart]!;
      seen.push(now);
      if (now % 2 === 0) fixture.put(Uint8Array.of(now + 1), 1, Uint8Array.of());
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('replaces an entry of the same key and version', () => {
    const fixture = new Fixture();
    fixture.put(Uint8Array.of(1), 5, Uint8Array.of(1));
    fixture.put(Uint8Array.of(1), 5, Uint8Array.of(2));
    const cursor = new MapCursor(fixture.map);
    cursor.seekFirst();
    expect(cursor.valueBytes[cursor.valueStart]).toBe(2);
    expect(fixture.map.size).toBe(1);
  });
});
