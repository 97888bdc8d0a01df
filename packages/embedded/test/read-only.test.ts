/** Databases opened read-only while another process writes to them, flushes and compacts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Database } from '../src/index.ts';
import { KEY_COUNT } from './children/write-rounds.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const WRITER = join(import.meta.dirname, 'children', 'write-rounds.ts');
const OPENINGS_MIN = 40;
const DURATION_MS = 2_500;

async function startWriter(path: string): Promise<ChildProcess> {
  const args = ['--conditions=@alopex-db/source', WRITER, path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** The round that every key is of. */
async function roundOf(db: Database): Promise<number> {
  const rounds = new Set<number>();
  let count = 0;
  for await (const [, value] of db.kv.scan()) {
    rounds.add(Number.parseInt(new TextDecoder().decode(value), 10));
    count += 1;
  }
  expect({ count, rounds: rounds.size }).toEqual({ count: KEY_COUNT, rounds: 1 });
  return [...rounds][0]!;
}

test('readers find whole commits, newer ones than before, and keep their tables while a writer removes them', async () => {
  using place = new TemporaryDirectory();
  const path = place.join('db');
  const writer = await startWriter(path);
  try {
    await using kept = await Database.open(path, { readOnly: true });
    // Nothing of it was read yet: its tables are opened by their first read, long after the writer has removed them.
    const until = performance.now() + DURATION_MS;
    let openings = 0;
    let newest = 0;
    while (performance.now() < until || openings < OPENINGS_MIN) {
      await using reader = await Database.open(path, { readOnly: true });
      const round = await roundOf(reader);
      expect(round).toBeGreaterThanOrEqual(newest);
      newest = round;
      openings += 1;
      await nextTurn();
    }
    expect(newest).toBeGreaterThan(20);
    const early = await roundOf(kept);
    expect(early).toBeLessThan(newest);
    expect(await roundOf(kept)).toBe(early);
  } finally {
    writer.kill('SIGKILL');
    await once(writer, 'close');
  }
});

test('a table that is missing without a writer is still an error', async () => {
  using place = new TemporaryDirectory();
  const path = place.join('db');
  {
    await using db = await Database.open(path);
    await db.kv.put('key', 'value');
    await db.flush();
  }
  const name = readdirSync(path).find((each) => each.endsWith('.sst'))!;
  rmSync(join(path, name));
  await expect(Database.open(path, { readOnly: true })).rejects.toMatchObject({
    code: 'ALX_CORRUPT',
    message: expect.stringContaining(name) as string,
  });
});
