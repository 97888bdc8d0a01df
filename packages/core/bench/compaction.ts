/**
 * Compaction on the machine's disk: how long a load of random keys takes with compaction in it, what is written for each byte flushed,
 * how long a full compaction takes, what reads cost before and after, and what they lose while a compaction runs beside them.
 *
 *   node --conditions=@alopex-db/source bench/compaction.ts [--keys 1000000] [--overwrites 1] [--plain] [--durability os]
 *     [--memtable 64] [--base 256]
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { keyspaceId } from '../src/base/brand.ts';
import { systemChecksum } from '../src/node/checksum.ts';
import { NodeVfs } from '../src/node/node-vfs.ts';
import { systemClock } from '../src/node/system-clock.ts';
import { systemPause } from '../src/node/system-pause.ts';
import { zstdCompression } from '../src/node/zstd.ts';
import { Store } from '../src/store/store.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { Durability } from '../src/txn/transaction.ts';

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    overwrites: { type: 'string', default: '1' },
    plain: { type: 'boolean', default: false },
    durability: { type: 'string', default: 'os' },
    memtable: { type: 'string', default: '64' },
    // MiB of level 1; files take a quarter of it.
    base: { type: 'string', default: '256' },
  },
});
const KEYS = Number(values.keys);
const KEYSPACE = keyspaceId(1);
const BATCH = 1000;
const VALUE_SIZE = 100;
const MIB = 1024 * 1024;

const random = new SeededRandom(1);
// Half of each value compresses, as texts and rows do.
const VALUES = Array.from({ length: 256 }, () => {
  const value = random.bytes(VALUE_SIZE);
  value.fill(32, VALUE_SIZE / 2);
  return value;
});

function keyOf(number: number, key: Uint8Array): Uint8Array {
  const view = new DataView(key.buffer);
  // A bijection of 32 bits spreads the numbers over the key space.
  view.setUint32(0, Math.imul(number ^ (number >>> 16), 0x45d9f3b) >>> 0);
  view.setUint32(4, number);
  return key;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function report(what: string, count: number, ms: number): void {
  print(
    `${what.padEnd(44)} ${((ms * 1000) / count).toFixed(2).padStart(9)} us  ${(count / ms).toFixed(0).padStart(7)} k/s`,
  );
}

function percentile(sorted: Float64Array, share: number): string {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(3);
}

function load(store: Store, what: string, keys = KEYS): void {
  const key = new Uint8Array(16);
  const batches = Math.floor(keys / BATCH);
  const times = new Float64Array(batches);
  const begin = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    const start = performance.now();
    const transaction = store.begin();
    for (let index = 0; index < BATCH; index += 1) {
      const number = random.below(KEYS);
      transaction.put(KEYSPACE, keyOf(number, key), VALUES[number & 255]!);
    }
    transaction.commitNow();
    times[batch] = performance.now() - start;
  }
  report(`${what}, batches of ${BATCH}`, keys, performance.now() - begin);
  times.sort();
  print(
    `  a batch: p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms, longest ${percentile(times, 1)} ms`,
  );
}

function singles(store: Store, count: number): void {
  const key = new Uint8Array(16);
  const times = new Float64Array(count);
  const begin = performance.now();
  for (let index = 0; index < count; index += 1) {
    const start = performance.now();
    const number = random.below(KEYS);
    const transaction = store.begin();
    transaction.put(KEYSPACE, keyOf(number, key), VALUES[number & 255]!);
    transaction.commitNow();
    times[index] = performance.now() - start;
  }
  report('single puts with compaction due', count, performance.now() - begin);
  times.sort();
  print(
    `  a put: p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms, p99.9 ${percentile(times, 0.999)} ms, longest ${percentile(times, 1)} ms`,
  );
}

function gets(store: Store, what: string, count: number, offset = 0): number {
  const key = new Uint8Array(16);
  const slot = { bytes: key, start: 0, end: 0 };
  let hits = 0;
  const begin = performance.now();
  for (let index = 0; index < count; index += 1) {
    if (store.readLatest(KEYSPACE, keyOf(random.below(KEYS) + offset, key), slot) === true)
      hits += 1;
  }
  const ms = performance.now() - begin;
  if (what !== '') report(`${what} (${((hits / count) * 100).toFixed(0)} % found)`, count, ms);
  return ms;
}

function scans(store: Store, what: string): void {
  const begin = performance.now();
  const transaction = store.begin({ readOnly: true });
  const cursor = transaction.scan(KEYSPACE);
  let rows = 0;
  while (cursor.advance() === true) rows += 1;
  cursor.close();
  report(`${what}: full scan`, rows, performance.now() - begin);
  const key = new Uint8Array(16);
  const start = performance.now();
  for (let index = 0; index < 5000; index += 1) {
    const short = transaction.scan(KEYSPACE, { start: keyOf(random.below(KEYS), key).slice() });
    for (let row = 0; row < 100 && short.advance() === true; row += 1);
    short.close();
  }
  report(`${what}: scan of 100`, 5000, performance.now() - start);
  transaction.rollback();
}

function describe(store: Store): void {
  const { compaction, flushedBytes, levels, tableBytes, removedTableCount } = store.metrics();
  if (compaction === undefined) return;
  const amplification = (flushedBytes + compaction.writtenBytes) / flushedBytes;
  print(
    `  levels ${levels.map(({ tables }) => tables).join(' ')}, ${(tableBytes / MIB).toFixed(0)} MiB, flushed ${(flushedBytes / MIB).toFixed(0)} MiB,` +
      ` compacted ${(compaction.writtenBytes / MIB).toFixed(0)} MiB in ${compaction.merges} merges, moved ${compaction.movedTables},` +
      ` write amplification ${amplification.toFixed(2)}, stalls ${compaction.stalls} (${compaction.stalledMs.toFixed(0)} ms),` +
      ` debt ${(compaction.debtBytes / MIB).toFixed(0)} MiB, removed and read ${removedTableCount}`,
  );
}

/** Gets in turns of the loop, as an application does that gives the loop a turn now and then: how many a second. */
async function getsInTurns(store: Store, forMs: number, latencies: number[]): Promise<number> {
  const begin = performance.now();
  let count = 0;
  while (performance.now() - begin < forMs) {
    latencies.push((gets(store, '', 100) * 1000) / 100);
    count += 100;
    await systemPause(0);
  }
  return count / (performance.now() - begin);
}

/** The same reads with and without a compaction beside, in turn, so that both share what else the machine does. */
async function readsBeside(store: Store): Promise<void> {
  store.pauseCompaction();
  for (let round = 0; round < 8; round += 1) {
    load(store, `overwrite ${round + 1} of 8`, KEYS / 8);
    store.flush();
  }
  describe(store);
  const quiet: number[] = [];
  const beside: number[] = [];
  const ratios: number[] = [];
  await getsInTurns(store, 3000, []);
  const debt = (): number => store.metrics().compaction?.debtBytes ?? 0;
  const debtAtFirst = debt();
  for (let window = 0; window < 20 && debt() > 0; window += 1) {
    const without = await getsInTurns(store, 400, quiet);
    store.resumeCompaction();
    const within = await getsInTurns(store, 400, beside);
    store.pauseCompaction();
    ratios.push(within / without);
  }
  const sorted = new Float64Array(ratios).sort();
  print(
    `gets beside a compaction that did ${((debtAtFirst - debt()) / MIB).toFixed(0)} MiB: ${percentile(sorted, 0.5)} of the rate without (worst window ${percentile(sorted, 0)}, best ${percentile(sorted, 1)})`,
  );
  for (const [what, list] of [
    ['quiet', quiet],
    ['beside', beside],
  ] as const) {
    const times = new Float64Array(list).sort();
    print(
      `  a get within 100, ${what}: p50 ${percentile(times, 0.5)} us, p99 ${percentile(times, 0.99)} us`,
    );
  }
  store.resumeCompaction();
  describe(store);
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'alopex-bench-'));
const store = Store.open({
  clock: systemClock,
  vfs: new NodeVfs(directory),
  checksum: systemChecksum,
  compression: values.plain ? undefined : zstdCompression(),
  durability: values.durability as Durability,
  memtableSizeBytes: Number(values.memtable) * MIB,
  compaction: {
    baseLevelBytes: Number(values.base) * MIB,
    fileSizeBytes: (Number(values.base) * MIB) / 4,
  },
  pause: async () => systemPause(0),
});
print(
  `${KEYS} keys of 16 bytes, values of ${VALUE_SIZE}, ${values.plain ? 'plain' : 'zstd'}, durability ${values.durability}, memtable ${values.memtable} MiB, level 1 ${values.base} MiB`,
);
for (let round = 0; round < Number(values.overwrites); round += 1) load(store, `load ${round + 1}`);
describe(store);
gets(store, 'gets after the load', 200_000);
let begin = performance.now();
store.compactNow();
report('full compaction', KEYS, performance.now() - begin);
describe(store);
gets(store, 'gets after compaction, cold', 300_000);
gets(store, 'gets after compaction', 300_000);
gets(store, 'absent keys', 300_000, KEYS);
scans(store, 'compacted');
await readsBeside(store);
singles(store, 300_000);
begin = performance.now();
await store.compact();
report('full compaction, awaited', KEYS, performance.now() - begin);
describe(store);
scans(store, 'compacted again');
await store.close();
fs.rmSync(directory, { recursive: true });
