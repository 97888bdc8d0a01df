/**
 * `npm run soak:planted [-- --seconds N] [--only NAME]`: proves that the simulation catches bugs. Each file of `planted/` breaks one law
 * of the store; it is applied to a scratch copy of the sources, and the simulation runs there, seed after seed from 1, until it fails.
 * Prints the table of the documentation. A patch that no longer applies, and a bug that is not caught, fail the command.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const planted = path.join(root, 'tooling/soak/planted');
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, only: { type: 'string' } },
});

interface Verdict {
  readonly seed: string;
  readonly seconds: string;
  readonly how: string;
}

function main(): void {
  const names = readdirSync(planted)
    .filter((name) => name.endsWith('.patch'))
    .filter((name) => values.only === undefined || name === `${values.only}.patch`);
  console.log('| bug | law | caught by seed | after | as |\n|---|---|---|---|---|');
  let missed = 0;
  for (const name of names) {
    const patch = path.join(planted, name);
    const verdict = inScratchCopy((directory) => {
      plant(directory, patch);
      return catchIn(directory);
    });
    if (verdict === undefined) missed += 1;
    const { seed, seconds, how } = verdict ?? { seed: '**none**', seconds: '', how: '' };
    console.log(
      `| ${headerOf(patch, 'Bug')} | ${headerOf(patch, 'Law')} | ${seed} | ${seconds} s | ${how} |`,
    );
  }
  if (missed > 0) {
    console.error(`${missed} planted bugs were not caught`);
    process.exitCode = 1;
  }
}

function inScratchCopy<Result>(action: (directory: string) => Result): Result {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'alopex-planted-'));
  try {
    for (const part of ['src', 'test', 'package.json']) {
      const place = path.join('packages/core', part);
      cpSync(path.join(root, place), path.join(directory, place), { recursive: true });
    }
    return action(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function plant(directory: string, patch: string): void {
  const applied = spawnSync('git', ['apply', '--unidiff-zero', patch], { cwd: directory });
  if (applied.status === 0) return;
  console.error(`${patch} no longer applies: ${applied.stderr.toString()}`);
  process.exit(1);
}

/** Undefined when all seeds of the time given have passed. */
function catchIn(directory: string): Verdict | undefined {
  const begin = performance.now();
  const run = spawnSync(
    process.execPath,
    [
      '--conditions=@alopex-db/source',
      'packages/core/test/soak/simulate.ts',
      '--seed=1',
      `--minutes=${Number(values.seconds) / 60}`,
    ],
    { cwd: directory, encoding: 'utf8' },
  );
  const seed = /^seed (\d+) fails/mu.exec(run.stderr)?.[1];
  if (seed === undefined) return undefined;
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const sentence = /^(?:\w+Error): (?:seed \d+, step \d+: )?(.*)$/mu.exec(run.stderr)?.[1] ?? '';
  return { seed, seconds, how: sentence.replaceAll('|', '\\|').slice(0, 110) };
}

function headerOf(patch: string, field: 'Bug' | 'Law'): string {
  const text = readFileSync(patch, 'utf8');
  return new RegExp(`^${field}: (.*)$`, 'mu').exec(text)?.[1] ?? '';
}

main();
