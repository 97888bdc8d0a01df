/** Installs the peers into this folder when they are missing, then runs the benchmarks. They are part of nothing else. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

function run(command, parameters) {
  const { status } = spawnSync(command, parameters, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(new URL('node_modules/.package-lock.json', import.meta.url)))
  run('npm', ['ci', '--no-audit', '--no-fund']);
run(process.execPath, ['--expose-gc', 'src/main.ts', ...process.argv.slice(2)]);
