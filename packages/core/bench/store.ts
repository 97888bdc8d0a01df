/**
 * What a store costs, in nanoseconds of processor time a call, so that a busy machine changes little:
 * `node --conditions=@alopex-db/source bench/store.ts [rows] [--disk]`. Keys of 16 bytes, values of 100, durability `os`.
 * Comparisons with other databases are the business of `tooling/bench`.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { keyspaceId } from '../src/base/brand.ts';
import { systemChecksum } from '../src/node/checksum.ts';
import { NodeVfs } from '../src/node/node-vfs.ts';
import { systemClock } from '../src/node/system-clock.ts';
import { zstdCompression } from '../src/node/zstd.ts';
import { Store } from '../src/store/store.ts';
import type { ValueSlot } from '../src/txn/transaction.ts';

const T = keyspaceId(16384);
const HOT_KEYS = 1000;
const key = new Uint8Array(16);
const keyView = new DataView(key.buffer);
const value = new Uint8Array(100);

/** Key number `n`. The multiplier scatters consecutive numbers over the key space. */
function setKey(n: number, scattered: boolean): void {
  keyView.setUint32(4, scattered ? Math.imul(n, 2654435761) : n);
}

function measure(name: string, calls: number, body: () => void): void {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  const nanoseconds = ((user + system) * 1000) / calls;
  process.stdout.write(`${name.padEnd(44)} ${nanoseconds.toFixed(0).padStart(7)} ns\n`);
}

function insertRows(store: Store, rows: number, round: number): void {
  const transaction = store.begin();
  measure(`insert ${rows} ascending rows, one transaction`, rows, () => {
    for (let n = 0; n < rows; n += 1) {
      setKey(round * rows + n, false);
      transaction.insert(T, key, value);
    }
  });
  measure('  and commit them', rows, () => transaction.commitNow());
}

function putRows(store: Store, rows: number, scattered: boolean): void {
  measure(`put and commit one row, ${scattered ? 'random' : 'ascending'}`, rows, () => {
    for (let n = 0; n < rows; n += 1) {
      setKey(0x7000_0000 + n, scattered);
      const transaction = store.begin();
      transaction.put(T, key, value);
      transaction.commitNow();
    }
  });
}

function readRows(store: Store, rows: number): void {
  const slot: ValueSlot = { bytes: value, start: 0, end: 0 };
  for (const [name, distinct] of [
    ['one of 1000 rows', HOT_KEYS],
    ['any row', rows],
  ] as const) {
    measure(`read ${name}`, rows, () => {
      for (let n = 0; n < rows; n += 1) {
        setKey((n * 7919) % distinct, false);
        store.readLatest(T, key, slot);
      }
    });
  }
  measure('begin, read one of 1000 rows, end', rows, () => {
    for (let n = 0; n < rows; n += 1) {
      setKey((n * 7919) % HOT_KEYS, false);
      const transaction = store.begin({ readOnly: true });
      transaction.read(T, key, slot);
      transaction.rollback();
    }
  });
}

function scanRows(store: Store, rows: number, reverse: boolean): void {
  const transaction = store.begin({ readOnly: true });
  const cursor = transaction.scan(T, { reverse });
  measure(`scan, a row${reverse ? ', backward' : ''}`, rows, () => {
    let left = rows;
    while (left > 0 && cursor.advance() === true) left -= 1;
  });
  transaction.rollback();
}

const { values, positionals } = parseArgs({
  options: { disk: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const rows = Number(positionals[0] ?? 200_000);
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'alopex-bench-'));
const disk = {
  vfs: new NodeVfs(directory),
  checksum: systemChecksum,
  compression: zstdCompression(),
};
const store = Store.open({ clock: systemClock, durability: 'os', ...(values.disk ? disk : {}) });
for (let round = 0; round < 3; round += 1) {
  process.stdout.write(`-- round ${round + 1}\n`);
  insertRows(store, rows, round);
  readRows(store, rows);
  putRows(store, rows, false);
  putRows(store, rows, true);
  scanRows(store, rows, false);
  scanRows(store, rows, true);
}
await store.close();
fs.rmSync(directory, { recursive: true });
