/** abstract-level's own published suite, run by its runner, tape: every assertion of it has to hold. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import tape from 'tape';
import { expect, test } from 'vitest';
import { AlopexLevel, type AlopexLevelOptions } from '../src/abstract-level/index.ts';
import { Database } from '../src/index.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

/** The suite has no declarations. */
const suite = createRequire(import.meta.url)('abstract-level/test/index.js') as (options: {
  readonly test: unknown;
  readonly factory: (options?: AlopexLevelOptions) => AlopexLevel;
}) => void;

test('the suite that abstract-level publishes holds completely', async () => {
  using directory = new TemporaryDirectory();
  const harness = tape.createHarness();
  const failures: string[] = [];
  let assertions = 0;
  let skipped = 0;
  const results = harness.createStream({ objectMode: true });
  let current = '';
  results.on('data', (row: { type: string; name?: string; ok?: boolean; skip?: unknown }) => {
    if (row.type === 'test') current = row.name ?? '';
    if (row.type !== 'assert') return;
    assertions += 1;
    if (row.skip !== undefined && row.skip !== false) skipped += 1;
    if (row.ok !== true) failures.push(`${current}: ${row.name}`);
  });
  let opened = 0;
  suite({
    test: harness,
    factory: (options?: AlopexLevelOptions) => {
      opened += 1;
      return new AlopexLevel(directory.join(`level-${opened}`), options);
    },
  });
  await once(results, 'end');
  expect(failures).toEqual([]);
  expect(skipped).toBe(0);
  expect(assertions).toBeGreaterThan(5_000);
}, 120_000);

test('its keys are those of the database', async () => {
  using directory = new TemporaryDirectory();
  const level = new AlopexLevel(directory.path);
  await level.batch([{ type: 'put', key: 'a', value: '1' }]);
  await level.put('b', '2', { sync: true } as object);
  await level.close();
  await using db = await Database.open(directory.path);
  expect(await db.kv.getText('a')).toBe('1');
  expect(await db.kv.getText('b')).toBe('2');
});
