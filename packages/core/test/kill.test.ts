/** 20 rounds of the kill test; `test/soak/kill.ts` runs as many as wanted. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import { runKillRound } from './soak/kill-rounds.ts';

describe('a writer that is killed at a random time', () => {
  it.each(['fsync', 'os'] as const)(
    'leaves every commit acknowledged under %s, and each other one whole or not at all',
    async (durability) => {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'alopex-kill-'));
      const random = new SeededRandom(durability === 'fsync' ? 11 : 12);
      let before = 0;
      for (let round = 0; round < 10; round += 1) {
        const found = await runKillRound({ directory, durability, random, lifeMsMax: 200 });
        expect(found).toBeGreaterThan(before);
        before = found;
      }
      fs.rmSync(directory, { recursive: true });
    },
    120_000,
  );
});
