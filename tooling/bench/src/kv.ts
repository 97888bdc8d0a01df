/**
 * Keys and values: 16-byte keys in random order, 100-byte values, beside lmdb, classic-level and better-sqlite3. Every side
 * uses its synchronous API where it has one, prepared statements, and the same durability as ours in that row.
 */
import Sqlite from 'better-sqlite3';
import { ClassicLevel } from 'classic-level';
import { open as openLmdb } from 'lmdb';
import { Database } from '../../../packages/embedded/dist/index.js';
import type { Contender, Workload } from './measure.ts';
import { scratchDirectory } from './scratch.ts';

const VALUE_BYTES = 100;

export function kvWorkloads(count: number): Workload[] {
  const data = `${count.toLocaleString('en-US')} keys of 16 B, values of ${VALUE_BYTES} B`;
  const gets = Math.min(count, 200_000);
  const durable = 1_500;
  return [
    {
      name: 'KV put, one per commit, unsynced',
      data,
      unit: 'put',
      rounds: 1,
      goal: { peer: 'lmdb', ratio: 1.5 },
      contenders: () =>
        Promise.all(ENGINES.map(async (open) => putter(await open('os'), keysOf(count)))),
    },
    {
      name: 'KV put, one per commit, durable',
      data: `${durable} keys of 16 B, values of ${VALUE_BYTES} B`,
      unit: 'put',
      rounds: 1,
      contenders: () =>
        Promise.all(ENGINES.map(async (open) => putter(await open('fsync'), keysOf(durable)))),
    },
    {
      name: 'KV get, random, warm cache, at rest',
      data,
      unit: 'get',
      rounds: 3,
      goal: { peer: 'lmdb', ratio: 0.8 },
      contenders: () => Promise.all(ENGINES.map((open) => reader(open, count, gets))),
    },
    {
      name: 'KV scan of 100 keys, at rest',
      data,
      unit: 'scan',
      rounds: 3,
      contenders: () =>
        Promise.all(ENGINES.map((open) => scanner(open, count, Math.min(5_000, count / 100), 100))),
    },
    {
      name: 'KV full scan, at rest',
      data,
      unit: 'key',
      rounds: 2,
      contenders: () => Promise.all(ENGINES.map((open) => scanner(open, count, 1, count))),
    },
  ];
}

type Durability = 'os' | 'fsync';

interface Engine {
  readonly name: string;
  readonly durability: string;
  put(key: Buffer, value: Buffer): void | Promise<void>;
  get(key: Buffer): unknown;
  /** Reads `limit` pairs from `start` on; answers how many there were. */
  scan(start: Buffer, limit: number): number | Promise<number>;
  fill(keys: readonly Buffer[]): void | Promise<void>;
  /** Merges what the writes left to merge, as idle time would: reads are measured at rest. */
  settle?(): Promise<void>;
  close(): void | Promise<void>;
}

const ENGINES = [openAlopex, openLmdbEngine, openLevel, openSqlite] as const;

async function openAlopex(durability: Durability): Promise<Engine> {
  const database = await Database.open(scratchDirectory('alopex'), { durability });
  const { kv } = database.sync;
  return {
    name: 'alopex db.sync.kv',
    durability,
    put: (key, value) => kv.put(key, value),
    get: (key) => kv.get(key),
    scan(start, limit) {
      let count = 0;
      for (const [key, value] of kv.scan({ start, limit }))
        if (key.length + value.length > 0) count += 1;
      return count;
    },
    fill(keys) {
      for (let at = 0; at < keys.length; at += 1_000) {
        kv.batch(
          keys.slice(at, at + 1_000).map((key) => ({ type: 'put', key, value: valueOf(key) })),
        );
      }
    },
    settle: () => database.compact(),
    close: () => database.close(),
  };
}

async function openLmdbEngine(durability: Durability): Promise<Engine> {
  const database = openLmdb<Buffer, Buffer>({
    path: scratchDirectory('lmdb'),
    encoding: 'binary',
    keyEncoding: 'binary',
    mapSize: 2 ** 32,
    noSync: durability === 'os',
    overlappingSync: false,
  });
  return {
    name: 'lmdb',
    durability: durability === 'os' ? 'noSync' : 'sync',
    put(key, value) {
      database.putSync(key, value);
    },
    get: (key) => database.getBinary(key),
    scan(start, limit) {
      let count = 0;
      for (const { key, value } of database.getRange({ start, limit }))
        if (key.length + value.length > 0) count += 1;
      return count;
    },
    fill(keys) {
      database.transactionSync(() => {
        for (const key of keys) database.putSync(key, valueOf(key));
      });
    },
    close: () => database.close(),
  };
}

async function openLevel(durability: Durability): Promise<Engine> {
  const options = {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    cacheSize: 512 * 2 ** 20,
    writeBufferSize: 64 * 2 ** 20,
  };
  const database = new ClassicLevel<Buffer, Buffer>(scratchDirectory('level'), options);
  await database.open();
  return {
    name: 'classic-level',
    durability: durability === 'os' ? 'sync: false' : 'sync: true',
    put: (key, value) => database.put(key, value, { sync: durability === 'fsync' }),
    get: (key) => database.getSync(key),
    async scan(start, limit) {
      const iterator = database.iterator({ gte: start, limit });
      let count = 0;
      for (
        let entries = await iterator.nextv(1_000);
        entries.length > 0;
        entries = await iterator.nextv(1_000)
      ) {
        count += entries.length;
      }
      await iterator.close();
      return count;
    },
    async fill(keys) {
      for (let at = 0; at < keys.length; at += 1_000) {
        await database.batch(
          keys.slice(at, at + 1_000).map((key) => ({ type: 'put', key, value: valueOf(key) })),
        );
      }
    },
    settle: () => database.compactRange(Buffer.alloc(0), Buffer.alloc(16, 0xff)),
    close: () => database.close(),
  };
}

async function openSqlite(durability: Durability): Promise<Engine> {
  const database = new Sqlite(`${scratchDirectory('sqlite')}/kv.sqlite`);
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${durability === 'os' ? 'OFF' : 'FULL'}`);
  database.pragma('cache_size = -524288');
  database.exec('CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID');
  const put = database.prepare('INSERT OR REPLACE INTO kv VALUES (?, ?)');
  const get = database.prepare('SELECT v FROM kv WHERE k = ?').pluck();
  const scan = database.prepare('SELECT k, v FROM kv WHERE k >= ? ORDER BY k LIMIT ?').raw();
  return {
    name: 'better-sqlite3',
    durability: durability === 'os' ? 'WAL, synchronous OFF' : 'WAL, synchronous FULL',
    put: (key, value) => void put.run(key, value),
    get: (key) => get.get(key),
    scan(start, limit) {
      let count = 0;
      for (const _row of scan.iterate(start, limit)) count += 1;
      return count;
    },
    fill: (keys) =>
      database.transaction(() => {
        for (const key of keys) put.run(key, valueOf(key));
      })(),
    close: () => void database.close(),
  };
}

function putter(engine: Engine, keys: readonly Buffer[]): Contender {
  return {
    name: engine.name,
    durability: engine.durability,
    async run() {
      for (const key of keys) {
        const done = engine.put(key, valueOf(key));
        if (done !== undefined) await done;
      }
      return keys.length;
    },
    close: () => engine.close(),
  };
}

async function reader(
  open: (durability: Durability) => Promise<Engine>,
  count: number,
  gets: number,
): Promise<Contender> {
  const engine = await open('os');
  const keys = keysOf(count);
  await engine.fill(keys);
  await engine.settle?.();
  // A second order, so that reads do not follow the order of the writes.
  const order = Array.from({ length: gets }, (_, index) => keys[(index * 7_919) % count]!);
  for (const key of order)
    if (engine.get(key) === undefined) throw new Error(`${engine.name} lost a key`);
  return {
    name: engine.name,
    durability: '-',
    run() {
      for (const key of order) engine.get(key);
      return order.length;
    },
    close: () => engine.close(),
  };
}

async function scanner(
  open: (durability: Durability) => Promise<Engine>,
  count: number,
  scans: number,
  limit: number,
): Promise<Contender> {
  const engine = await open('os');
  const keys = keysOf(count);
  await engine.fill(keys);
  await engine.settle?.();
  const starts = scans === 1 ? [Buffer.alloc(0)] : keys.slice(0, scans);
  return {
    name: engine.name,
    durability: '-',
    async run() {
      let rows = 0;
      for (const start of starts) rows += await engine.scan(start, limit);
      if (scans === 1 && rows !== count)
        throw new Error(`${engine.name} scanned ${rows} of ${count} keys`);
      return scans === 1 ? rows : scans;
    },
    close: () => engine.close(),
  };
}

/** `count` distinct keys in an order that looks random and is the same in every run (a bijection on 32 bits). */
function keysOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    let hash = Math.imul(index ^ (index >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
    return Buffer.from(((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(16, '0'));
  });
}

const VALUE = Buffer.alloc(VALUE_BYTES, 'alopex value ');

function valueOf(key: Buffer): Buffer {
  const value = Buffer.from(VALUE);
  key.copy(value);
  return value;
}
