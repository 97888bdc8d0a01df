/**
 * `npm run soak:large-value [-- MEGABYTES]`: streams one value (1 GiB by default) into a database on the disk and out again, and prints the
 * time of each and the most memory that the process has had. The value does not repeat, so that compression does not help.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AlopexError } from '@alopex-db/core/base';
import { systemChecksum } from '@alopex-db/core/node';
import { SeededRandom } from '@alopex-db/core/testing';
import { Database } from '../../src/index.ts';

const MEBIBYTE = 1024 * 1024;
const KEY = 'value';

async function run(sizeMebibytes: number, directory: string): Promise<void> {
  const before = rss();
  await using db = await Database.open(directory);
  let written = 0;
  const write = performance.now();
  await db.kv.putStream(
    KEY,
    pieces(sizeMebibytes, (sum) => (written = sum)),
  );
  report('put', sizeMebibytes, performance.now() - write, before);
  const read = performance.now();
  let sum = 0;
  for await (const piece of (await db.kv.getStream(KEY)) ?? [])
    sum = systemChecksum(piece, 0, piece.length, sum);
  if (sum !== written) throw new AlopexError('ALX_INTERNAL', 'what was read is not what was put');
  report('get', sizeMebibytes, performance.now() - read, before);
}

function* pieces(count: number, noteSum: (sum: number) => void): Generator<Uint8Array> {
  const random = new SeededRandom(1);
  let sum = 0;
  for (let number = 0; number < count; number += 1) {
    const piece = random.bytes(MEBIBYTE);
    sum = systemChecksum(piece, 0, piece.length, sum);
    noteSum(sum);
    yield piece;
  }
}

function report(what: string, sizeMebibytes: number, ms: number, before: number): void {
  const rate = (sizeMebibytes / ms) * 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${what} ${sizeMebibytes} MiB in ${(ms / 1000).toFixed(1)} s, ${rate.toFixed(0)} MiB/s; ` +
      `resident at the most ${peak.toFixed(0)} MiB (${before.toFixed(0)} before)\n`,
  );
}

function rss(): number {
  return process.memoryUsage.rss() / MEBIBYTE;
}

const directory = mkdtempSync(path.join(tmpdir(), 'alopex-large-value-'));
try {
  await run(Number(process.argv[2] ?? 1024), directory);
} finally {
  rmSync(directory, { recursive: true });
}
