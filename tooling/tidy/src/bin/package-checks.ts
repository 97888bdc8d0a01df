/**
 * `npm run package-checks`: what a user of the published packages would meet.
 *
 *   1. publint and attw (esm-only) find no problem in any package
 *   2. `@alopex-db/embedded` with everything it needs unpacks to less than 10 MB
 *   3. importing `@alopex-db/embedded` takes less than 50 ms; reported only, because a busy machine must not fail a run
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publicPackages, type PublicPackage } from '../public-packages.ts';

const UNPACKED_BYTES_MAX = 10_000_000;
const IMPORT_MS_AIM = 50;
/** The least of several fresh processes: what is above it is other work of the machine. */
const IMPORT_RUNS = 9;

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const binaries = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const packages = publicPackages(root);
const embedded = packages.find((one) => one.short === 'embedded');
const failures: string[] = [];

for (const one of packages) checkPackage(one);
if (embedded === undefined) failures.push('there is no published package in packages/embedded');
else {
  checkSize(embedded);
  checkImportTime(embedded);
}
for (const failure of failures) process.stdout.write(`FAILED  ${failure}\n`);
process.stdout.write(`package checks: ${failures.length} failed\n`);
if (failures.length > 0) process.exitCode = 1;

/** On the packed tarball, where version placeholders are replaced and only published files are left. */
function checkPackage(one: PublicPackage): void {
  const folder = mkdtempSync(join(tmpdir(), 'alopex-pack-'));
  try {
    execFileSync('pnpm', ['pack', '--pack-destination', folder], {
      cwd: one.folder,
      stdio: 'pipe',
    });
    const [tarball = ''] = readdirSync(folder);
    const file = join(folder, tarball);
    runCheck(one, 'publint', [file, '--strict']);
    runCheck(one, 'attw', [file, '--profile', 'esm-only', '--no-emoji']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runCheck(one: PublicPackage, tool: string, parameters: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(join(binaries, tool), parameters, {
    encoding: 'utf8',
  });
  process.stdout.write(`${status === 0 ? 'ok      ' : 'FAILED  '}${tool} ${one.name}\n`);
  if (status === 0) return;
  failures.push(`${tool} ${one.name}`);
  process.stdout.write(`${stdout}${stderr}`);
}

/** Published files of our packages, all files of the libraries below them; optional peers are not followed. */
function checkSize(start: PublicPackage): void {
  const sizes = new Map<string, number>();
  const ours = (name: string): PublicPackage | undefined =>
    packages.find((one) => one.name === name);
  const visit = (name: string, folder: string): void => {
    if (sizes.has(folder)) return;
    sizes.set(folder, ours(name) === undefined ? folderBytes(folder) : packedBytes(folder));
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const dependency of Object.keys(manifest.dependencies ?? {}))
      visit(dependency, installed(folder, dependency));
  };
  visit(start.name, start.folder);
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const text = `${start.name} and the ${sizes.size - 1} packages below it unpack to ${(total / 1e6).toFixed(2)} MB (limit ${UNPACKED_BYTES_MAX / 1e6})`;
  process.stdout.write(`${total < UNPACKED_BYTES_MAX ? 'ok      ' : 'FAILED  '}${text}\n`);
  if (total >= UNPACKED_BYTES_MAX) failures.push(text);
}

/** Where pnpm put a dependency: beside the package in the store, or in its own node_modules for packages of the workspace. */
function installed(folder: string, dependency: string): string {
  for (let at = folder; at !== join(at, '..'); at = join(at, '..')) {
    const candidate = join(at, 'node_modules', dependency);
    if (statSync(candidate, { throwIfNoEntry: false }) !== undefined)
      return realpathSync(candidate);
  }
  throw new Error(`${dependency}, needed by ${folder}, is not installed`);
}

function packedBytes(folder: string): number {
  const dist = folderBytes(join(folder, 'dist'));
  return dist + statSync(join(folder, 'package.json')).size;
}

function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : folderBytes(path);
    else if (entry.isFile() && !entry.name.endsWith('.tsbuildinfo')) bytes += statSync(path).size;
  }
  return bytes;
}

function checkImportTime(one: PublicPackage): void {
  const entry = new URL('dist/index.js', `file://${one.folder}/`).href;
  const script = `const start = performance.now(); await import('${entry}'); console.log(performance.now() - start);`;
  const times = Array.from({ length: IMPORT_RUNS }, () =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    ),
  );
  const least = Math.min(...times);
  const verdict = least < IMPORT_MS_AIM ? 'ok      ' : 'SLOW    ';
  process.stdout.write(
    `${verdict}importing ${one.name} takes ${least.toFixed(1)} ms, the least of ${IMPORT_RUNS} (aim ${IMPORT_MS_AIM})\n`,
  );
}
