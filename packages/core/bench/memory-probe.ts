/**
 * How fast one thread reads this machine's memory, by three probes over the same bytes. The fastest is what a scan is held
 * against: no scan of rows that are not in a cache can be faster.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { assert } from '../src/base/assert.ts';
import type { LinearMemory } from '../src/kernels/linear-memory.ts';
import type { WebAssemblyApi } from '../src/kernels/wasm-kernels.ts';

export interface Probe {
  readonly name: string;
  /** Bytes that cross the memory bus in one run. */
  readonly bytes: number;
  readonly run: () => unknown;
}

/** Probes over bytes [start, end) of a memory; both are multiples of 64. */
export async function memoryProbes(
  memory: LinearMemory,
  start: number,
  end: number,
): Promise<readonly Probe[]> {
  const bytes = end - start;
  const doubles = new Float64Array(memory.buffer, start, bytes / 8);
  const source = Buffer.from(memory.buffer, start, bytes);
  const target = Buffer.alloc(bytes);
  const sumVectors = await compileSum(memory);
  return [
    { name: 'JavaScript, sum of a Float64Array', bytes, run: () => sumDoubles(doubles) },
    { name: 'Buffer copy (read + write)', bytes: 2 * bytes, run: () => source.copy(target) },
    { name: 'WebAssembly SIMD, sum', bytes, run: () => sumVectors(start, end) },
  ];
}

function sumDoubles(doubles: Float64Array): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let index = 0; index < doubles.length; index += 4) {
    sum0 += doubles[index]!;
    sum1 += doubles[index + 1]!;
    sum2 += doubles[index + 2]!;
    sum3 += doubles[index + 3]!;
  }
  return sum0 + sum1 + sum2 + sum3;
}

async function compileSum(memory: LinearMemory): Promise<(start: number, end: number) => number> {
  const source = fileURLToPath(new URL('../assembly/bench/memory-probe.ts', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'alopex-probe-'));
  try {
    const output = join(folder, 'probe.wasm');
    const flags = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort='];
    const memoryFlags = ['--importMemory', '--initialMemory', '0', '--enable', 'simd,bulk-memory'];
    const { error } = await asc.main([
      source,
      '--baseDir',
      '/',
      '--outFile',
      output,
      ...flags,
      ...memoryFlags,
    ]);
    assert(error === null, 'the probe compiles');
    const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };
    const instance = new wasm.Instance(new wasm.Module(readFileSync(output)), { env: { memory } });
    return (instance.exports as { readonly sumVectors: (start: number, end: number) => number })
      .sumVectors;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
