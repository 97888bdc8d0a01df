/**
 * Exact vector search over 100,000 x 384 float32 in gigabytes a second, through SQL and all, beside what the memory gives: the
 * fastest of three probes over as many bytes (a JavaScript sum over doubles, a buffer copy, a WASM SIMD sum).
 */
import { memoryProbes } from '../../../packages/core/bench/memory-probe.ts';
import { loadKernels, pagesFor } from '../../../packages/core/dist/kernels/index.js';
import { Database } from '../../../packages/embedded/dist/index.js';
import type { Contender, Workload } from './measure.ts';
import { scratchDirectory } from './scratch.ts';

const COUNT = 100_000;
const DIMENSION = 384;
const BYTES = COUNT * DIMENSION * 4;

export function vectorWorkloads(): Workload[] {
  return [
    {
      name: 'Exact vector search through SQL, top 10 by cosine',
      data: `${COUNT.toLocaleString('en-US')} x ${DIMENSION} float32`,
      unit: 'GB',
      rounds: 15,
      goal: { peer: 'memory bandwidth', ratio: 0.8 },
      contenders: async () => [await search(), await bandwidth()],
    },
  ];
}

async function search(): Promise<Contender> {
  const database = await Database.open(scratchDirectory('alopex'), { durability: 'os' });
  await database.execute(
    `CREATE TABLE items (id INTEGER PRIMARY KEY, embedding VECTOR(${DIMENSION}))`,
  );
  await database.executeMany('INSERT INTO items VALUES ($1, $2)', vectors(COUNT));
  const [[, query]] = [...vectors(1)] as [[number, Float32Array]];
  const statement = database.sync.prepare(
    'SELECT id FROM items ORDER BY embedding <=> $1 LIMIT 10',
  );
  statement.query([query]);
  return {
    name: 'alopex db.sync',
    durability: '-',
    run() {
      if (statement.query([query]).length !== 10) throw new Error('ten rows expected');
      return BYTES / 1e9;
    },
    close: () => database.close(),
  };
}

async function bandwidth(): Promise<Contender> {
  const pages = pagesFor(BYTES);
  const memory = loadKernels().createMemory({ initialPages: pages, maximumPages: pages });
  // Untouched pages are one page of zeros to the system, and would be read from a cache.
  new Float32Array(memory.buffer).fill(0.5);
  const probes = await memoryProbes(memory, 0, BYTES);
  const speeds = probes.map(() => 0);
  return {
    name: 'memory bandwidth',
    durability: '-',
    // Answers the gigabytes that the fastest probe would have read in the time this round took.
    run() {
      const startedAt = performance.now();
      for (const [index, probe] of probes.entries()) {
        const probedAt = performance.now();
        probe.run();
        speeds[index] = Math.max(
          speeds[index]!,
          probe.bytes / (performance.now() - probedAt) / 1e6,
        );
      }
      return (Math.max(...speeds) * (performance.now() - startedAt)) / 1000;
    },
  };
}

function* vectors(count: number): Generator<[number, Float32Array]> {
  let state = 42;
  for (let id = 0; id < count; id += 1) {
    const vector = new Float32Array(DIMENSION);
    for (let index = 0; index < DIMENSION; index += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      vector[index] = state / 2 ** 31 - 1;
    }
    yield [id, vector];
  }
}
