/** The two steps that make the workspace ready: install the packages, build them. Node 18 syntax. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropStamp, filesBelow, hashFiles, stampMatches, writeStamp } from './stamp.mjs';
import { holding } from './lock.mjs';
import { run } from './child.mjs';

/** Folders of workspace packages; tooling packages are not built. */
const BUILT = ['packages', 'apps'];
const WORKSPACE = [...BUILT, 'examples', 'tooling'];

export class StepFailed extends Error {
  constructor(step, code) {
    super(`set-up: ${step} failed, see its output above`);
    this.code = code;
  }
}

/** `pnpm install`, unless no manifest and no lock file changed since the last one. */
export function installStep(root, tools) {
  const manifests = WORKSPACE.flatMap((folder) => manifestsIn(root, folder));
  const files = [
    ...['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'].map((name) => join(root, name)),
    ...manifests,
  ];
  return {
    name: 'installing packages',
    stamp: join(root, '.tools/stamps/install'),
    hash: () => hashFiles(root, files),
    isThere: () => existsSync(join(root, 'node_modules/.modules.yaml')),
    command: [
      tools.node,
      [tools.pnpm, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'],
    ],
  };
}

/** `turbo run build`, unless no source changed since the last one. Turbo then builds only what depends on the change. */
export function buildStep(root, tools) {
  const packages = BUILT.flatMap((folder) => manifestsIn(root, folder)).filter(
    (file) => 'build' in (JSON.parse(readFileSync(file, 'utf8')).scripts ?? {}),
  );
  const folders = packages.map((file) => join(file, '..'));
  const isSource = (name) => !/\.(test|test-d|gen)\.ts$/.test(name);
  return {
    name: 'building',
    stamp: join(root, '.tools/stamps/build'),
    hash: () => {
      const sources = folders.flatMap((folder) =>
        ['src', 'assembly', 'scripts'].flatMap((part) => filesBelow(join(folder, part), isSource)),
      );
      const settings = folders.flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith('.json'))
          .sort()
          .map((name) => join(folder, name)),
      );
      const shared = [
        ...filesBelow(join(root, 'tooling/tsconfig'), () => true),
        ...filesBelow(join(root, 'tooling/bundle/src'), () => true),
        join(root, 'turbo.json'),
        join(root, 'pnpm-lock.yaml'),
      ];
      return hashFiles(root, [...sources, ...settings, ...shared]);
    },
    isThere: () =>
      folders.every((folder) => existsSync(join(folder, 'dist'))) &&
      existsSync(join(root, 'packages/core/src/kernels/wasm-module.gen.ts')),
    command: [
      tools.node,
      [
        join(root, 'node_modules/turbo/bin/turbo'),
        'run',
        'build',
        '--output-logs=errors-only',
        '--log-order=grouped',
      ],
    ],
  };
}

/** Performs a step if its stamp is out of date. The hash is taken before the work: what changes meanwhile is done next time. */
export async function perform(root, step, environment) {
  const isDone = () => step.isThere() && stampMatches(step.stamp, step.hash());
  if (isDone()) return;
  await holding(join(root, '.tools/set-up.lock'), async () => {
    if (isDone()) return;
    process.stderr.write(`set-up: ${step.name}\n`);
    const hash = step.hash();
    dropStamp(step.stamp);
    const [command, parameters] = step.command;
    const code = await run(command, parameters, {
      cwd: root,
      env: environment,
      stdio: ['ignore', process.stderr, 'inherit'],
    });
    if (code !== 0) throw new StepFailed(step.name, code);
    writeStamp(step.stamp, hash);
  });
}

function manifestsIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .sort()
    .map((name) => join(root, folder, name, 'package.json'))
    .filter((file) => existsSync(file));
}
