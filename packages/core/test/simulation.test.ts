/** Some runs of the whole-store simulation; `npm run soak:simulate` runs them for as long as one likes. */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulation/simulation.ts';

const SEED = process.env['ALOPEX_TEST_SEED'] ?? '';
const seeds = SEED === '' ? Array.from({ length: 16 }, (_, index) => index + 1) : [Number(SEED)];
const STEPS = 400;

describe('a simulated store', () => {
  it.each(seeds)('keeps its laws whatever fails (seed %i)', async (seed) => {
    const report = await simulate(seed, STEPS);
    expect(report.operations).toBe(STEPS);
  });

  it('does the same again for the same seed', async () => {
    const [seed] = seeds;
    const first = await simulate(seed!, STEPS);
    expect(await simulate(seed!, STEPS)).toEqual(first);
    expect((await simulate(seed! + 1, STEPS)).traceHash).not.toBe(first.traceHash);
  });
});
