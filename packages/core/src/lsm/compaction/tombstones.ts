/**
 * Whether a delete still hides something. Asks the tables that are not part of the compaction, above and below: the one of each
 * level whose range holds the key, if it has an entry old enough and its filter does not exclude the key. Levels above are asked as
 * well because a store does not assume that versions arrive in order; what arrives later is newer than every snapshot.
 *
 * Keys come ascending, so each level is walked once.
 */
import { compareRanges } from '../../base/bytes.ts';
import { hashBytes } from '../../base/hash.ts';
import { PENDING } from '../../base/pending.ts';
import type { Table } from '../table.ts';
import type { Levels } from '../version.ts';
import type { OlderEntries } from '../version-gc.ts';

interface SortedRun {
  readonly tables: readonly Table[];
  /** The first table that does not end before the key asked for last. */
  at: number;
}

export class OutsideTables implements OlderEntries {
  readonly #runs: readonly SortedRun[];
  readonly #settled: number;

  /** Entries newer than `settled` may still be in memtables together with older ones. */
  constructor(levels: Levels<Table>, inputs: ReadonlySet<Table>, settled: number) {
    const others = levels.map((tables) => tables.filter((table) => !inputs.has(table)));
    const [level0 = [], ...below] = others;
    // The tables of level 0 overlap: each is a run of its own.
    const runs = [...level0.map((table) => [table]), ...below];
    this.#runs = runs.filter((tables) => tables.length > 0).map((tables) => ({ tables, at: 0 }));
    this.#settled = settled;
  }

  mayExist(bytes: Uint8Array, start: number, end: number, version: number): boolean {
    if (version > this.#settled) return true;
    let hash = -1;
    for (const run of this.#runs) {
      const table = tableOf(run, bytes, start, end);
      if (table === undefined || table.metadata.minVersion >= version) continue;
      if (hash < 0) hash = hashBytes(bytes, start, end);
      const reader = table.reader();
      if (reader === PENDING || reader.mayContain(hash)) return true;
    }
    return false;
  }
}

/** The table of a run whose range holds the key. */
function tableOf(run: SortedRun, bytes: Uint8Array, start: number, end: number): Table | undefined {
  const { tables } = run;
  while (run.at < tables.length) {
    const { minKey, maxKey } = tables[run.at]!.metadata;
    if (compareRanges(maxKey, 0, maxKey.length, bytes, start, end) >= 0) {
      const isInside = compareRanges(minKey, 0, minKey.length, bytes, start, end) <= 0;
      return isInside ? tables[run.at] : undefined;
    }
    run.at += 1;
  }
  return undefined;
}
