/**
 * Compiles `assembly/` to WebAssembly and writes the modules, in base64, into `src/kernels/wasm-module.gen.ts`, so that
 * using the package needs no fetch and no file read.
 *
 * Four builds of one source: with and without relaxed SIMD, for unshared and for shared memory (a module says in its import
 * which of the two it takes). The output depends on the sources and the compiler's version alone; their hash stands in the
 * first line, and a file that carries the right hash is left as it is.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = fileURLToPath(new URL('..', import.meta.url));
const assembly = join(core, 'assembly');
const target = join(core, 'src/kernels/wasm-module.gen.ts');

const COMMON = [
  '-O3',
  '--converge',
  '--noAssert',
  '--runtime',
  'stub',
  '--use',
  'abort=',
  '--importMemory',
  '--initialMemory',
  '0',
  '--memoryBase',
  '0',
  '--enable',
  'simd,bulk-memory',
];
const RELAXED = ['--enable', 'relaxed-simd'];
const SHARED = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
const BUILDS = {
  SIMD_MODULE: [],
  SIMD_SHARED_MODULE: SHARED,
  RELAXED_MODULE: RELAXED,
  RELAXED_SHARED_MODULE: [...RELAXED, ...SHARED],
};

function fingerprint() {
  const hash = createHash('sha256');
  const compiler = readFileSync(join(core, 'node_modules/assemblyscript/package.json'), 'utf8');
  hash.update(JSON.parse(compiler).version);
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of readdirSync(assembly)
    .filter((file) => file.endsWith('.ts'))
    .sort()) {
    hash.update(`\n${name}\n`).update(readFileSync(join(assembly, name)));
  }
  return hash.digest('hex');
}

function firstLine(file) {
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0];
  } catch (error) {
    if (error.code === 'ENOENT') return ''; // not built yet
    throw error;
  }
}

async function compile(asc, flags, output) {
  const { error, stderr } = await asc.main([
    'index.ts',
    '--baseDir',
    assembly,
    '--outFile',
    output,
    ...COMMON,
    ...flags,
  ]);
  if (error !== null) {
    process.stderr.write(stderr.toString());
    throw error;
  }
  return readFileSync(output);
}

async function build() {
  const head = `/** Made by scripts/build-kernels.mjs, do not edit. sha256 of the sources: ${fingerprint()} */`;
  if (firstLine(target) === head) return;
  const asc = (await import('assemblyscript/asc')).default;
  const folder = mkdtempSync(join(tmpdir(), 'alopex-kernels-'));
  const lines = [head];
  try {
    for (const [name, flags] of Object.entries(BUILDS)) {
      const module = await compile(asc, flags, join(folder, `${name}.wasm`));
      lines.push(`export const ${name}: string = '${module.toString('base64')}';`);
      process.stdout.write(`${name}: ${module.length} bytes\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  // Renamed into place: a build or a test that runs at the same time sees the old file or the new one.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, `${lines.join('\n')}\n`);
  renameSync(draft, target);
}

await build();
