/** Runs every example as its reader would, and compares what it prints with `expected.txt` beside it. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const folder = import.meta.dirname;
const examples = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')));

test.each(examples)('%s prints what its page promises', async (name) => {
  const { stdout } = await run(process.execPath, ['--conditions=@alopex-db/source', 'main.ts'], {
    cwd: join(folder, name),
  });
  expect(stdout).toBe(readFileSync(join(folder, name, 'expected.txt'), 'utf8'));
});

test('there are examples to run', () => {
  expect(examples.length).toBeGreaterThanOrEqual(3);
});
