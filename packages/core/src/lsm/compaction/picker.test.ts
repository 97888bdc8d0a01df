/** The picker's golden script is `test/golden/compaction/picker.golden`; here random trees are compacted on paper. */
import { describe, expect, it } from 'vitest';
import { fileId, keyspaceId, type FileId } from '../../base/brand.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { checkVersion } from '../invariants.ts';
import { rangeOf } from '../key-range.ts';
import type { TableDescription } from '../version-edit.ts';
import { applyEdit, EMPTY_VERSION, tablesOf, type Version } from '../version.ts';
import { compactionDebt, levelScore, type LeveledOptions } from './leveled.ts';
import { pickCompaction, pickFullCompaction, type Work } from './picker.ts';

const OPTIONS: LeveledOptions = {
  level0Trigger: 4,
  level0Stop: 12,
  baseLevelBytes: 4000,
  levelFactor: 4,
  fileSizeBytes: 500,
};

/** A store on paper: tables with ranges, sizes and counts, and merges that go on while others begin. */
class PaperStore {
  version: Version = EMPTY_VERSION;
  readonly rewritten = new Set<FileId>();
  readonly running: Work<TableDescription>[] = [];
  readonly #random: SeededRandom;
  #nextId = 1;
  #lastVersion = 1;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get input(): Parameters<typeof pickCompaction<TableDescription>>[0] {
    const busy = new Set<FileId>();
    for (const work of this.running) for (const table of inputsOf(work)) busy.add(table.fileId);
    const { version, rewritten } = this;
    return { version, busy, rewritten, settled: this.#lastVersion, options: OPTIONS };
  }

  flush(): void {
    const keyspace = keyspaceId(1 + this.#random.below(3));
    const low = this.#random.below(200);
    this.#lastVersion += 10;
    const table = this.#table(
      keyspace,
      0,
      low,
      low + this.#random.below(80),
      100 + this.#random.below(900),
    );
    this.#apply([], [table]);
  }

  begin(work: Work<TableDescription>): void {
    const { busy } = this.input;
    for (const table of inputsOf(work)) expect(busy.has(table.fileId)).toBe(false);
    this.running.push(work);
    if (work.kind !== 'merge') this.end(work);
  }

  /** Replaces the inputs by tables within their range, or by the same ones on another level. */
  end(work: Work<TableDescription>): void {
    this.running.splice(this.running.indexOf(work), 1);
    const inputs = inputsOf(work);
    const { keyspace, into } = work;
    if (work.kind === 'drop') this.#apply(inputs, []);
    else if (work.kind === 'move')
      this.#apply(
        inputs,
        inputs.map((table) => ({ ...table, level: into })),
      );
    else {
      const { minKey, maxKey } = rangeOf(inputs);
      const bytes = inputs.reduce((sum, table) => sum + table.fileSizeBytes, 0);
      const count = Math.max(1, Math.ceil(bytes / OPTIONS.fileSizeBytes));
      const width = (keyNumber(maxKey) - keyNumber(minKey) + 1) / count;
      const outputs: TableDescription[] = [];
      for (let index = 0; index < count && width >= 2; index += 1) {
        const low = keyNumber(minKey) + Math.floor(index * width);
        const high = keyNumber(minKey) + Math.floor((index + 1) * width) - 1;
        outputs.push(this.#table(keyspace, into, low, high, Math.ceil(bytes / count)));
      }
      if (width < 2)
        outputs.push(this.#table(keyspace, into, keyNumber(minKey), keyNumber(maxKey), bytes));
      this.#apply(inputs, outputs);
      for (const { fileId: id } of inputs) this.rewritten.delete(id);
      if (work.from === into) for (const { fileId: id } of outputs) this.rewritten.add(id);
    }
  }

  #apply(removed: readonly TableDescription[], added: readonly TableDescription[]): void {
    const edit = {
      removedTables: removed.map((table) => table.fileId),
      addedTables: added,
      nextFileId: this.#nextId,
      lastVersion: this.#lastVersion,
    };
    this.version = applyEdit<TableDescription>(this.version, edit, (table) => table);
    checkVersion(this.version);
  }

  #table(
    keyspace: TableDescription['keyspace'],
    level: number,
    low: number,
    high: number,
    fileSizeBytes: number,
  ): TableDescription {
    const id = fileId(this.#nextId);
    this.#nextId += 1;
    const entryCount = 2000;
    const heavy = this.#random.below(6);
    return {
      fileId: id,
      keyspace,
      level,
      fileSizeBytes,
      metadata: {
        entryCount,
        keyCount: heavy === 1 ? 900 : entryCount,
        deleteCount: heavy === 2 ? 1500 : heavy === 3 ? entryCount : 0,
        rangeDeleteCount: 0,
        expiringCount: 0,
        keyBytes: 0,
        valueBytes: 0,
        minVersion: level === 0 ? this.#lastVersion - 9 : 1,
        maxVersion: this.#lastVersion,
        blockCount: 1,
        minKey: keyOf(low),
        maxKey: keyOf(high),
      },
    };
  }
}

function inputsOf(work: Work<TableDescription>): readonly TableDescription[] {
  return work.kind === 'merge' ? [...work.upper, ...work.lower] : work.upper;
}

function keyOf(number: number): Uint8Array {
  return Uint8Array.of(number >>> 8, number & 255);
}

function keyNumber(key: Uint8Array): number {
  return key[0]! * 256 + key[1]!;
}

describe('The picker, on random trees', () => {
  it.each(Array.from({ length: 60 }, (_, index) => index + 1))(
    'keeps levels disjoint, never picks what is busy, and comes to an end (seed %i)',
    (seed) => {
      const random = new SeededRandom(seed);
      const store = new PaperStore(random);
      for (let step = 0; step < 300; step += 1) {
        const roll = random.below(10);
        if (roll < 4) store.flush();
        else if (roll < 8 && store.running.length < 3) {
          const choice = pickCompaction(store.input);
          if (choice.kind !== 'none') store.begin(choice);
        } else if (store.running.length > 0) store.end(random.pick(store.running));
      }
      while (store.running.length > 0) store.end(store.running[0]!);
      let rounds = 0;
      for (;;) {
        const choice = pickCompaction(store.input);
        if (choice.kind === 'none') break;
        store.begin(choice);
        if (choice.kind === 'merge') store.end(choice);
        rounds += 1;
        expect(rounds, `seed ${seed}: it ends`).toBeLessThan(3000);
      }
      for (const levels of store.version.trees.values()) {
        for (let level = 0; level < levels.length - 1; level += 1)
          expect(levelScore(levels, level, OPTIONS), `seed ${seed}, level ${level}`).toBeLessThan(
            1,
          );
        expect(compactionDebt(levels, OPTIONS)).toBe(0);
      }
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'brings a keyspace to one level in a full compaction (seed %i)',
    (seed) => {
      const random = new SeededRandom(seed);
      const store = new PaperStore(random);
      for (let step = 0; step < 60; step += 1) {
        store.flush();
        const choice = random.chance(0.5)
          ? pickCompaction(store.input)
          : ({ kind: 'none' } as const);
        if (choice.kind === 'none') continue;
        store.begin(choice);
        if (choice.kind === 'merge') store.end(choice);
      }
      for (const [keyspace] of store.version.trees) {
        for (let level = 0, rounds = 0; level < 7; level += 1) {
          for (;;) {
            const choice = pickFullCompaction(store.input, keyspace, level);
            if (choice.kind === 'none') break;
            store.begin(choice);
            if (choice.kind === 'merge') store.end(choice);
            rounds += 1;
            expect(rounds, `seed ${seed}: it ends`).toBeLessThan(3000);
          }
        }
        const used = new Set(
          tablesOf(store.version)
            .filter((table) => table.keyspace === keyspace)
            .map((table) => table.level),
        );
        expect(used.size, `seed ${seed}, keyspace ${keyspace}`).toBe(1);
      }
    },
  );
});
