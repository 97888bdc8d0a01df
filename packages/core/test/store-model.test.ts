/**
 * Random scripts by seed, run against a store and against `KvModel`: several transactions at once with reads, scans both ways,
 * writes, savepoints, commits and conflicts; flushes, reopenings, crashes of the process and of the machine in between.
 * Set ALOPEX_TEST_SEED to run one seed again.
 */
import { describe, expect, it } from 'vitest';
import { StoreScript } from './store-script.ts';

const SEEDS = process.env['ALOPEX_TEST_SEED'] ?? '';
const seeds = SEEDS === '' ? Array.from({ length: 40 }, (_, index) => index + 1) : [Number(SEEDS)];

describe('a store behaves like the model', () => {
  it.each(seeds)('in memory (seed %i)', async (seed) => {
    await new StoreScript({ seed, disk: false, crashes: false }).run(400, expect);
  });
  it.each(seeds)('on a disk with flushes and reopenings (seed %i)', async (seed) => {
    await new StoreScript({ seed, disk: true, crashes: false }).run(400, expect);
  });
  it.each(seeds)('on a disk that crashes (seed %i)', async (seed) => {
    await new StoreScript({ seed, disk: true, crashes: true }).run(400, expect);
  });
});
