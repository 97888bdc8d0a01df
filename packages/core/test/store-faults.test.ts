/**
 * One script per seed, run once undisturbed to count the changes it makes to its disk, and then once for every change with a
 * fault there: an error, a full disk, a power cut. Afterwards the store is opened again and must hold every
 * commit that was acknowledged as durably as it asked, each open one whole or not at all, and nothing else.
 */
import { describe, expect, it } from 'vitest';
import { AlopexError } from '../src/base/errors.ts';
import { FaultVfs } from '../src/testing/fault-vfs.ts';
import {
  FaultScript,
  openStore,
  sameState,
  stateOf,
  statesAfter,
  type State,
} from './fault-script.ts';

const SEED = process.env['ALOPEX_TEST_SEED'] ?? '';
const seeds = SEED === '' ? [1, 2, 3, 4] : [Number(SEED)];

async function countChanges(seed: number): Promise<number> {
  const disk = new FaultVfs(seed);
  const script = new FaultScript(seed, disk);
  await script.run();
  expect(script.errors, `seed ${seed}: nothing fails undisturbed`).toEqual([]);
  return disk.changeCount;
}

async function stateOnDisk(disk: FaultVfs): Promise<State> {
  const store = openStore(disk);
  const state = stateOf(store);
  await store.close();
  return state;
}

function expectOneOf(state: State, allowed: readonly State[], where: string): void {
  const found = allowed.some((candidate) => sameState(candidate, state));
  if (!found) expect(Object.fromEntries(state), where).toEqual(Object.fromEntries(allowed.at(-1)!));
}

describe('a store on a disk that fails once', () => {
  it.each(seeds)('keeps what it acknowledged, whichever change fails (seed %i)', async (seed) => {
    const changes = await countChanges(seed);
    for (const fault of ['ALX_IO', 'ALX_DISK_FULL'] as const) {
      for (let at = 1; at <= changes; at += 1) {
        const where = `seed ${seed}, ${fault} at change ${at}`;
        const disk = new FaultVfs(seed);
        disk.failChange(at, fault);
        const script = new FaultScript(seed, disk);
        await script.run();
        const state = await stateOnDisk(disk.restart());
        expectOneOf(state, statesAfter(script.commits, script.commits.length), where);
      }
    }
  });

  it.each(seeds)(
    'keeps what it made durable, wherever the power is cut (seed %i)',
    async (seed) => {
      const changes = await countChanges(seed);
      for (let at = 1; at <= changes; at += 1) {
        const disk = new FaultVfs(seed);
        disk.cutPower(at);
        const script = new FaultScript(seed, disk);
        await script.run();
        for (let crash = 1; crash <= 4; crash += 1) {
          const state = await stateOnDisk(disk.crash(seed * 1000 + crash));
          const allowed: State[] = [];
          for (let count = script.durableCount; count <= script.commits.length; count += 1) {
            allowed.push(...statesAfter(script.commits, count));
          }
          expectOneOf(state, allowed, `seed ${seed}, power cut at change ${at}, crash ${crash}`);
        }
      }
    },
  );

  it.each(seeds)('never shows wrong data after a flipped bit (seed %i)', async (seed) => {
    const disk = new FaultVfs(seed);
    const script = new FaultScript(seed, disk);
    await script.run();
    const right = await stateOnDisk(disk.restart());
    for (const name of disk.list('')) {
      if (name.startsWith('LOCK')) continue;
      const size = disk.size(name);
      for (let offset = 0; offset < size; offset += 1 + (offset % 7)) {
        const where = `seed ${seed}, "${name}" at ${offset}`;
        const damaged = disk.restart();
        damaged.flipBit(name, offset, offset % 8);
        try {
          const state = await stateOnDisk(damaged);
          // The newest record of the log may have been lost with its own torn tail; then an older state is there.
          const older = Array.from({ length: script.commits.length }, (_, count) =>
            statesAfter(script.commits, count),
          ).flat();
          expectOneOf(state, name.endsWith('.wal') ? [...older, right] : [right], where);
        } catch (error) {
          if (!(error instanceof AlopexError)) throw error;
          expect(
            ['ALX_CORRUPT', 'ALX_INCOMPATIBLE_VERSION'],
            `${where}: ${error.message}`,
          ).toContain(error.code);
          expect(error.message, where).toMatch(/offset \d+|missing|version/u);
        }
      }
    }
  });
});
