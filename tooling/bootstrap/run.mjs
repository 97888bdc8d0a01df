/**
 * The one door: `node tooling/bootstrap/run.mjs JOB [arguments]`, behind every script of the root package.json. It brings
 * the tools, installs, builds, and runs the job, on a machine that has only Node (18 starts it) and npm.
 *
 *   1. tools    .tools/bootstrap   pnpm, and Node when the running one is too old         (toolchain.mjs)
 *   2. install  node_modules       pnpm install --frozen-lockfile                         (workspace.mjs)
 *   3. build    packages/x/dist    turbo run build, for the jobs that need it             (workspace.mjs)
 *   4. the job, with the terminal handed on, whose exit code becomes ours
 *
 * Each step leaves a stamp only after it succeeded and is skipped while its inputs stay the same, without the network.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStep, installStep, perform, StepFailed } from './workspace.mjs';
import { run } from './child.mjs';
import { toolchain } from './toolchain.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(root, 'packages/cli/dist/bin/alopex.js');
const REPORT = join(root, '.tools/test-report.json');

/** Each job: whether it needs the build, and the commands it runs one after the other until one fails. */
const JOBS = {
  setup: { build: true, commands: () => [] },
  start: { build: true, commands: (rest) => [['node', CLI, 'demo', ...rest]] },
  test: { build: true, commands: testCommands },
  check: { build: true, commands: checkCommands },
  exec: { build: false, commands: (rest) => [rest] },
  'exec-built': { build: true, commands: (rest) => [rest] },
};

function testCommands(rest) {
  // A report of an earlier run must not be taken for this one's.
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  return [['node', join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...rest]];
}

function checkCommands() {
  const checks = ['typecheck', 'lint', 'format:check', 'tidy', 'api'];
  return [...checks.map((script) => ['pnpm', 'run', script]), ...testCommands([])];
}

async function main([name, ...rest]) {
  const job = JOBS[name];
  if (job === undefined) {
    process.stderr.write(`unknown job ${name}: one of ${Object.keys(JOBS).join(', ')}\n`);
    return 2;
  }
  const tools = await toolchain(root);
  await perform(root, installStep(root, tools), tools.environment);
  if (job.build) await perform(root, buildStep(root, tools), tools.environment);
  for (const [command, ...parameters] of job.commands(rest)) {
    const code = await runTool(tools, command, parameters);
    if (code !== 0) return code;
  }
  return 0;
}

function runTool(tools, command, parameters) {
  const options = { cwd: root, env: tools.environment };
  if (command === 'node') return run(tools.node, parameters, options);
  if (command === 'pnpm') return run(tools.node, [tools.pnpm, ...parameters], options);
  return run(command, parameters, { ...options, shell: process.platform === 'win32' });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof StepFailed ? error.code : 1;
}
