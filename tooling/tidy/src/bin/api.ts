/**
 * `npm run api`: compares the public surface of every published package with the snapshot in `tooling/tidy/api`, and fails
 * if one differs; `-- --update` writes the snapshots anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiSnapshot } from '../api-snapshot.ts';
import { publicPackages } from '../public-packages.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = fileURLToPath(new URL('../../api', import.meta.url));
const update = process.argv.includes('--update');

let changed = 0;
for (const one of publicPackages(root)) {
  const file = join(folder, `${one.short}.txt`);
  const actual = apiSnapshot(one);
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (actual === expected) continue;
  changed += 1;
  process.stdout.write(
    `${one.name}: the public surface ${update ? 'was written anew' : 'changed'}\n`,
  );
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, actual);
  } else process.stdout.write(difference(expected, actual));
}
process.stdout.write(
  `api: ${changed} of ${publicPackages(root).length} surfaces ${update ? 'written' : 'differ'}\n`,
);
if (changed > 0 && !update) {
  process.stdout.write(
    'If the change is meant, run "npm run api -- --update" and commit the snapshots with it.\n',
  );
  process.exitCode = 1;
}

/** Lines that went and lines that came; enough to see what changed, the snapshots' diff in review shows where. */
function difference(expected: string, actual: string): string {
  const before = new Set(expected.split('\n'));
  const after = new Set(actual.split('\n'));
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `  - ${line}\n`);
  const come = [...after].filter((line) => !before.has(line)).map((line) => `  + ${line}\n`);
  return [...gone, ...come].join('');
}
