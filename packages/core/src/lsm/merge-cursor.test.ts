import { describe, expect, it } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { VERSION_MAX, type EntryCursor } from '../memtable/entry.ts';
import { entrySizeMax, writeEntry } from '../memtable/entry-codec.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import { OrderedMap } from '../memtable/ordered-map.ts';
import { Arena, offsetOf, slabOf } from '../memory/arena.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { mergeCursors } from './merge-cursor.ts';

const NO_BYTES = new Uint8Array(0);

function mapOf(rows: readonly Row[]): OrderedMap {
  const arena = new Arena({ shared: false, firstSlabSizeBytes: 1024 });
  const map = new OrderedMap(arena, false);
  for (const { key, version } of rows) {
    const bytes = Uint8Array.of(key);
    const reference = arena.allocate(entrySizeMax(1, 0));
    writeEntry(arena.slabs[slabOf(reference)]!, offsetOf(reference), 1, bytes, NO_BYTES);
    map.insert(reference, bytes, 0, 1, version);
  }
  return map;
}

interface Row {
  readonly key: number;
  readonly version: number;
}

const inOrder = (left: Row, right: Row): number =>
  left.key - right.key || right.version - left.version;

function shown(cursor: EntryCursor): string {
  if (!cursor.valid) return 'end';
  return `${toHex(cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd))}@${cursor.version}`;
}

const told = (row: Row | undefined): string =>
  row === undefined ? 'end' : `${toHex(Uint8Array.of(row.key))}@${row.version}`;

describe('MergeCursor', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'walks like one sorted list, whichever way it turns (seed %i)',
    (seed) => {
      const random = new SeededRandom(seed);
      const sources: Row[][] = Array.from({ length: 1 + random.below(5) }, () => []);
      const seen = new Set<string>();
      for (let count = random.below(60); count > 0; count -= 1) {
        const row = { key: random.below(20), version: 1 + random.below(6) };
        if (seen.has(told(row))) continue;
        seen.add(told(row));
        random.pick(sources).push(row);
      }
      const all = sources.flat().toSorted(inOrder);
      const cursor = mergeCursors(sources.map((rows) => new MapCursor(mapOf(rows))));
      for (let walk = 0; walk < 30; walk += 1) {
        let at: number;
        const key = random.below(21);
        const version = random.pick([VERSION_MAX, random.below(7)]);
        const start = random.below(4);
        if (start === 0) {
          cursor.seekFirst();
          at = 0;
        } else if (start === 1) {
          cursor.seekLast();
          at = all.length - 1;
        } else if (start === 2) {
          cursor.seek(Uint8Array.of(key), version);
          at = all.findIndex((row) => inOrder(row, { key, version }) >= 0);
          if (at < 0) at = all.length;
        } else {
          cursor.seekBefore(Uint8Array.of(key));
          at = all.findLastIndex((row) => row.key < key);
        }
        expect(shown(cursor)).toBe(told(all[at]));
        for (let step = 0; step < 40 && cursor.valid; step += 1) {
          if (random.chance(0.5)) {
            cursor.next();
            at += 1;
          } else {
            cursor.previous();
            at -= 1;
          }
          expect(shown(cursor), `walk ${walk}, step ${step}`).toBe(told(all[at]));
        }
      }
      cursor.close();
    },
  );
});
