/**
 * Writes the JavaScript of the package in the current folder: one file per entry of its `exports`, and chunks for what
 * entries share or load later. `tsc -b` has written the declarations before and is the one that checks types.
 *
 * Why: a file per source module made 390 modules of `@alopex-db/embedded`, and finding and reading them took four times as
 * long as running them. Other packages stay imports, so every module exists once however it is reached.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { rolldown } from 'rolldown';

/** The oldest Node we support; newer syntax is rewritten for it. */
const TARGET = 'node22.15';

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Output name without suffix to source file: `base/index` to `./src/base/index.ts`. */
function entries(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const target of Object.values(manifest.exports)) {
    const { default: output, '@alopex-db/source': source } = target;
    if (output === undefined || source === undefined) continue;
    found[posix.relative('dist', output).replace(/\.js$/, '')] = source;
  }
  return found;
}

function isExternal(specifier: string): boolean {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  const names = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  return (
    specifier.startsWith('node:') ||
    names.some((name) => specifier === name || specifier.startsWith(`${name}/`))
  );
}

const bundle = await rolldown({
  cwd: folder,
  input: entries(),
  platform: 'neutral',
  external: isExternal,
  transform: { target: TARGET },
  // A specifier that resolves to nothing would become an import that fails at run time.
  onLog(level, log, defaultHandler) {
    defaultHandler(level === 'warn' && log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log);
  },
});
rmSync(join(folder, 'dist/chunks'), { recursive: true, force: true });
await bundle.write({
  dir: join(folder, 'dist'),
  format: 'esm',
  sourcemap: true,
  // Maps say which line of which file; the text of all files would be half of what is installed.
  sourcemapExcludeSources: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();
