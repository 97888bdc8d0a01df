/**
 * `npm run soak:seeds [-- --rounds N]`: runs every randomised test again and again, each round with a fresh seed, and stops at
 * the first that fails. `npm test` itself always draws the same seed, so that a red run is the change's doing.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const files = globSync('packages/*/{src,test}/**/*.test.ts', { cwd: root }).filter((path) =>
  readFileSync(`${root}/${path}`, 'utf8').includes('ALOPEX_TEST_SEED'),
);

const startedAt = performance.now();
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const seed = String(randomInt(1_000_000));
  const { status } = spawnSync(
    'node',
    ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', ...files],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ALOPEX_TEST_SEED: seed },
    },
  );
  if (status !== 0) {
    console.error(`seed ${seed} fails; replay with ALOPEX_TEST_SEED=${seed} npm test`);
    process.exit(1);
  }
  const perMinute = round / ((performance.now() - startedAt) / 60_000);
  console.log(
    `round ${round}: seed ${seed} passed ${files.length} files, ${perMinute.toFixed(1)} seeds a minute`,
  );
}
