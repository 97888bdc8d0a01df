/** A writer that is killed with SIGKILL at a random time: at the level of SQL, keys and vectors together. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nextBelow } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import type { Database, Durability } from '../src/index.ts';
import { ACCOUNT_COUNT, BALANCE_AT_FIRST, openAccounts } from './children/write-until-killed.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const WRITER = join(import.meta.dirname, 'children', 'write-until-killed.ts');
const ROUNDS = 5;

/** The last transfer that was acknowledged before the writer was killed. */
async function writeUntilKilled(
  path: string,
  durability: Durability,
  lifeMs: number,
): Promise<number> {
  const args = ['--conditions=@alopex-db/source', WRITER, path, durability];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), lifeMs);
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(child.signalCode).toBe('SIGKILL');
  // The last line may be cut off: it counts only when its end was seen.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  const last = Number(lines.at(-1));
  return Number.isNaN(last) ? 0 : last;
}

/** Checks that what is there is the state after some transfer, and answers which. */
async function judge(db: Database): Promise<number> {
  const last = Number((await db.kv.getText('last')) ?? '0');
  const history = await db.query<{ number: number }>('SELECT number FROM history ORDER BY number');
  expect(history.map(({ number }) => number)).toEqual(
    Array.from({ length: last }, (_, i) => i + 1),
  );
  const balances = Array.from({ length: ACCOUNT_COUNT }, () => BALANCE_AT_FIRST);
  const tastes = Array.from({ length: ACCOUNT_COUNT }, () => 0);
  for (let number = 1; number <= last; number += 1) {
    const target = (number * 7 + 3) % ACCOUNT_COUNT;
    balances[number % ACCOUNT_COUNT]! -= 1;
    balances[target]! += 1;
    tastes[target] = number;
  }
  const accounts = await db.query<{ balance: number; taste: Float32Array }>(
    'SELECT balance, taste FROM accounts ORDER BY id',
  );
  expect(accounts.map(({ balance }) => balance)).toEqual(balances);
  expect(accounts.map(({ taste }) => taste[0])).toEqual(tastes);
  if (last > 0) {
    const note = `transfer ${last} ${'.'.repeat(last % 300)}`;
    const again = db.execute('INSERT INTO history VALUES (-1, 0, 0, $1)', [note]);
    await expect(again).rejects.toMatchObject({ sqlState: '23505' });
    const [nearest] = await db.vector.search({
      table: 'accounts',
      queryVector: [last, 0, 0, 1],
      similarity: 'l2',
      limit: 1,
    });
    expect(nearest?.id).toBe((last * 7 + 3) % ACCOUNT_COUNT);
  }
  return last;
}

test.each(['fsync', 'os'] as const)(
  'every transfer acknowledged under %s is there after a kill, and each other one whole or not at all',
  async (durability) => {
    const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
    const random = new SeededRandom(seed);
    using folder = new TemporaryDirectory();
    const path = folder.join('data');
    for (let round = 1; round <= ROUNDS; round += 1) {
      const acknowledged = await writeUntilKilled(path, durability, nextBelow(random, 300));
      await using db = await openAccounts(path, durability);
      const found = await judge(db);
      expect(found, `seed ${seed}, round ${round}`).toBeGreaterThanOrEqual(acknowledged);
    }
  },
  60_000,
);
