/**
 * Exact search over float32 rows against the bandwidth of memory.
 *
 *   node --conditions=@alopex-db/source packages/core/bench/vector-scan.ts [rows] [dimension] [--json]
 *
 * Default 100,000 x 384 (154 MB, beyond every cache). Probes and searches take turns, so that both meet the same machine;
 * each figure is the median of its runs.
 */
import { parseArgs } from 'node:util';
import { FlatIndex } from '../src/vector/flat-index.ts';
import { RowBitmap } from '../src/vector/row-bitmap.ts';
import { loadKernels } from '../src/kernels/load-kernels.ts';
import { pagesFor } from '../src/kernels/linear-memory.ts';
import type { KernelKind } from '../src/kernels/kernels.ts';
import { METRIC_CODE } from '../src/kernels/metric-code.ts';
import type { Metric } from '../src/types/data-type.ts';
import { memoryProbes, type Probe } from './memory-probe.ts';

const ROUNDS = 15;
const METRICS = Object.keys(METRIC_CODE) as readonly Metric[];

interface Figure {
  readonly name: string;
  readonly medianMs: number;
  readonly gigabytesPerSecond: number;
}

function searches(kind: KernelKind, rows: number, dimension: number): readonly Probe[] {
  const index = new FlatIndex(loadKernels({ kind }), dimension, rows);
  const block = Float32Array.from({ length: 1024 * dimension }, (_, at) => Math.sin(at * 0.7));
  for (let row = 0; row < rows; row += 1) index.add(block, (row % 1024) * dimension);
  const vector = block.slice(0, dimension);
  const bytes = rows * dimension * 4;
  const probes: Probe[] = METRICS.map((metric) => ({
    name: `search, ${metric}, k = 10, ${kind}`,
    bytes,
    run: () => index.search({ vector, metric, k: 10 }),
  }));
  const tenth = new RowBitmap(rows);
  for (let row = 0; row < rows; row += 10) tenth.add(row);
  probes.push({
    name: `search, cosine, k = 10, every tenth row, ${kind}`,
    bytes: bytes / 10,
    run: () => index.search({ vector, metric: 'cosine', k: 10, only: tenth }),
  });
  return probes;
}

function measure(probes: readonly Probe[]): readonly Figure[] {
  const times = probes.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, probe] of probes.entries()) {
      const start = performance.now();
      probe.run();
      times[at]!.push(performance.now() - start);
    }
  }
  return probes.map(({ name, bytes }, at) => {
    const medianMs = times[at]!.sort((left, right) => left - right)[ROUNDS >> 1]!;
    return { name, medianMs, gigabytesPerSecond: bytes / medianMs / 1e6 };
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [rows = 100_000, dimension = 384] = positionals.map(Number);
  const bytes = Math.ceil((rows * dimension * 4) / 64) * 64;
  const pages = pagesFor(bytes);
  const memory = loadKernels().createMemory({ initialPages: pages, maximumPages: pages });
  new Float32Array(memory.buffer).fill(1);
  const probes = await memoryProbes(memory, 0, bytes);
  const figures = measure([
    ...probes,
    ...searches('relaxed', rows, dimension),
    ...searches('simd', rows, dimension),
  ]);
  const bandwidth = Math.max(
    ...figures.slice(0, probes.length).map(({ gigabytesPerSecond }) => gigabytesPerSecond),
  );
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ rows, dimension, bandwidth, figures })}\n`);
    return;
  }
  process.stdout.write(
    `${rows} x ${dimension} float32, ${(bytes / 1e6).toFixed(0)} MB, one thread\n`,
  );
  for (const { name, medianMs, gigabytesPerSecond } of figures) {
    const share = `${((100 * gigabytesPerSecond) / bandwidth).toFixed(0)} %`;
    process.stdout.write(
      `${name.padEnd(52)} ${medianMs.toFixed(2).padStart(9)} ms ${gigabytesPerSecond.toFixed(1).padStart(6)} GB/s ${share.padStart(6)}\n`,
    );
  }
}

await main();
