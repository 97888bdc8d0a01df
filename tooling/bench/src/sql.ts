/**
 * SQL: prepared point reads, single and bulk inserts, group-by and join over a million rows, beside better-sqlite3 (best
 * settings: WAL, prepared, 512 MB cache) and PGlite. The answers of all sides are compared before anything is timed.
 */
import { PGlite } from '@electric-sql/pglite';
import Sqlite from 'better-sqlite3';
import { Database, type Params } from '../../../packages/embedded/dist/index.js';
import type { Contender, Workload } from './measure.ts';
import { scratchDirectory } from './scratch.ts';

const CREATE_POINTS =
  'CREATE TABLE points (id INTEGER PRIMARY KEY, name TEXT NOT NULL, score DOUBLE PRECISION, payload TEXT)';
const CREATE_FACTS =
  'CREATE TABLE facts (id INTEGER PRIMARY KEY, kind INTEGER, owner INTEGER, amount DOUBLE PRECISION)';
const CREATE_OWNERS = 'CREATE TABLE owners (id INTEGER PRIMARY KEY, region INTEGER)';
const PAYLOAD = 'a payload of some sixty bytes that a row in an application carries';

export function sqlWorkloads(rows: number): Workload[] {
  const points = Math.min(rows, 100_000);
  const data = `${points.toLocaleString('en-US')} rows`;
  const large = `${rows.toLocaleString('en-US')} rows`;
  return [
    {
      name: 'SQL prepared point SELECT, db.sync',
      data,
      unit: 'query',
      rounds: 3,
      goal: { peer: 'better-sqlite3', ratio: 1.3 },
      contenders: () => Promise.all([alopexPoint(points, 'sync'), sqlitePoint(points)]),
    },
    {
      name: 'SQL prepared point SELECT, async',
      data,
      unit: 'query',
      rounds: 3,
      goal: { peer: 'better-sqlite3', ratio: 0.9 },
      contenders: () =>
        Promise.all([alopexPoint(points, 'async'), sqlitePoint(points), pglitePoint(points)]),
    },
    {
      name: 'SQL autocommit INSERT, unsynced',
      data: '50,000 rows',
      unit: 'row',
      rounds: 1,
      contenders: () =>
        Promise.all([alopexInsert(50_000, 'os'), sqliteInsert(50_000, 'OFF'), pgliteInsert(5_000)]),
    },
    {
      name: 'SQL autocommit INSERT, durable',
      data: '1,500 rows',
      unit: 'row',
      rounds: 1,
      contenders: () => Promise.all([alopexInsert(1_500, 'fsync'), sqliteInsert(1_500, 'FULL')]),
    },
    {
      name: 'SQL bulk INSERT, one transaction, prepared',
      data: large,
      unit: 'row',
      rounds: 1,
      goal: { peer: 'better-sqlite3', ratio: 0.7 },
      contenders: () => Promise.all([alopexBulk(rows), sqliteBulk(rows)]),
    },
    {
      name: 'SQL GROUP BY of 10 groups (count, sum, avg), at rest',
      data: large,
      unit: 'query',
      rounds: 3,
      contenders: () =>
        queryContenders(
          rows,
          'SELECT kind, count(*), sum(amount), avg(amount) FROM facts GROUP BY kind ORDER BY kind',
        ),
    },
    {
      name: 'SQL join with 100,000 owners, grouped, at rest',
      data: large,
      unit: 'query',
      rounds: 3,
      contenders: () =>
        queryContenders(
          rows,
          'SELECT o.region, count(*), sum(f.amount) FROM facts f JOIN owners o ON o.id = f.owner GROUP BY o.region ORDER BY o.region',
        ),
    },
  ];
}

function pointRow(id: number): [number, string, number, string] {
  return [id, `name ${id}`, id / 3, PAYLOAD];
}

function factRow(id: number): [number, number, number, number] {
  return [id, id % 10, (id * 7_919) % 100_000, (id % 1_000) / 4];
}

/** Ids in an order that is neither ascending nor repeated within a round. */
function lookupIds(points: number): number[] {
  return Array.from({ length: 200_000 }, (_, index) => (index * 7_919) % points);
}

async function alopexPoint(points: number, mode: 'sync' | 'async'): Promise<Contender> {
  const database = await Database.open(scratchDirectory('alopex'), { durability: 'os' });
  await database.execute(CREATE_POINTS);
  await database.executeMany(
    'INSERT INTO points VALUES ($1, $2, $3, $4)',
    rowsOf(points, pointRow),
  );
  const sql = 'SELECT id, name, score FROM points WHERE id = $1';
  const ids = lookupIds(points);
  const close = (): Promise<void> => database.close();
  if (mode === 'sync') {
    const statement = database.sync.prepare<{ id: number }>(sql);
    const run = (): number => {
      for (const id of ids) if (statement.get([id])?.id !== id) throw new Error('wrong row');
      return ids.length;
    };
    return { name: 'alopex db.sync', durability: '-', run, close };
  }
  const statement = await database.prepare<{ id: number }>(sql);
  const run = async (): Promise<number> => {
    for (const id of ids)
      if ((await statement.query([id]).first())?.id !== id) throw new Error('wrong row');
    return ids.length;
  };
  return { name: 'alopex async', durability: '-', run, close };
}

async function sqlitePoint(points: number): Promise<Contender> {
  const database = openSqlite('OFF');
  database.exec(CREATE_POINTS);
  fillSqlite(database, 'points', rowsOf(points, pointRow));
  const statement = database.prepare<[number], { id: number }>(
    'SELECT id, name, score FROM points WHERE id = ?',
  );
  const ids = lookupIds(points);
  const run = (): number => {
    for (const id of ids) if (statement.get(id)?.id !== id) throw new Error('wrong row');
    return ids.length;
  };
  return { name: 'better-sqlite3', durability: '-', run, close: () => void database.close() };
}

async function pglitePoint(points: number): Promise<Contender> {
  const database = new PGlite();
  await database.exec(CREATE_POINTS);
  await fillPglite(database, 'points', rowsOf(points, pointRow));
  const ids = lookupIds(points).slice(0, 5_000);
  const run = async (): Promise<number> => {
    for (const id of ids)
      await database.query('SELECT id, name, score FROM points WHERE id = $1', [id]);
    return ids.length;
  };
  return { name: 'PGlite', durability: '-', run, close: () => database.close() };
}

async function alopexInsert(count: number, durability: 'os' | 'fsync'): Promise<Contender> {
  const database = await Database.open(scratchDirectory('alopex'), { durability });
  await database.execute(CREATE_POINTS);
  const statement = database.sync.prepare('INSERT INTO points VALUES ($1, $2, $3, $4)');
  const run = (): number => {
    for (let id = 0; id < count; id += 1) statement.execute(pointRow(id));
    return count;
  };
  return { name: 'alopex db.sync', durability, run, close: () => database.close() };
}

async function sqliteInsert(count: number, synchronous: 'OFF' | 'FULL'): Promise<Contender> {
  const database = openSqlite(synchronous);
  database.exec(CREATE_POINTS);
  const statement = database.prepare('INSERT INTO points VALUES (?, ?, ?, ?)');
  const run = (): number => {
    for (let id = 0; id < count; id += 1) statement.run(...pointRow(id));
    return count;
  };
  return {
    name: 'better-sqlite3',
    durability: `WAL, synchronous ${synchronous}`,
    run,
    close: () => void database.close(),
  };
}

async function pgliteInsert(count: number): Promise<Contender> {
  const database = new PGlite();
  await database.exec(CREATE_POINTS);
  const run = async (): Promise<number> => {
    for (let id = 0; id < count; id += 1)
      await database.query('INSERT INTO points VALUES ($1, $2, $3, $4)', pointRow(id));
    return count;
  };
  return { name: 'PGlite', durability: 'memory', run, close: () => database.close() };
}

async function alopexBulk(rows: number): Promise<Contender> {
  const database = await Database.open(scratchDirectory('alopex'), { durability: 'os' });
  await database.execute(CREATE_FACTS);
  const run = (): number => {
    const statement = database.sync.prepare('INSERT INTO facts VALUES ($1, $2, $3, $4)');
    statement.executeMany(rowsOf(rows, factRow));
    return rows;
  };
  return { name: 'alopex db.sync', durability: 'os', run, close: () => database.close() };
}

async function sqliteBulk(rows: number): Promise<Contender> {
  const database = openSqlite('OFF');
  database.exec(CREATE_FACTS);
  const run = (): number => {
    fillSqlite(database, 'facts', rowsOf(rows, factRow));
    return rows;
  };
  return {
    name: 'better-sqlite3',
    durability: 'WAL, synchronous OFF',
    run,
    close: () => void database.close(),
  };
}

async function queryContenders(rows: number, sql: string): Promise<Contender[]> {
  const alopex = await Database.open(scratchDirectory('alopex'), { durability: 'os' });
  const sqlite = openSqlite('OFF');
  const pglite = new PGlite();
  for (const create of [CREATE_FACTS, CREATE_OWNERS]) {
    await alopex.execute(create);
    sqlite.exec(create);
    await pglite.exec(create);
  }
  const ownerRow = (id: number): [number, number] => [id, id % 16];
  await alopex.executeMany('INSERT INTO facts VALUES ($1, $2, $3, $4)', rowsOf(rows, factRow));
  await alopex.executeMany('INSERT INTO owners VALUES ($1, $2)', rowsOf(100_000, ownerRow));
  fillSqlite(sqlite, 'facts', rowsOf(rows, factRow));
  fillSqlite(sqlite, 'owners', rowsOf(100_000, ownerRow));
  await fillPglite(pglite, 'facts', rowsOf(rows, factRow));
  await fillPglite(pglite, 'owners', rowsOf(100_000, ownerRow));
  // At rest, as the reads of keys are measured: what the load left to flush and merge is not the query's cost.
  await alopex.compact();
  const statement = sqlite.prepare(sql).raw();
  const answers = [
    (await alopex.query(sql, [], { rowMode: 'array' })) as unknown,
    statement.all(),
    (await pglite.query(sql, [], { rowMode: 'array' })).rows,
  ].map((answer) => JSON.stringify(answer));
  if (new Set(answers).size !== 1) throw new Error(`the answers differ:\n${answers.join('\n')}`);
  const once = (work: () => unknown) => async (): Promise<number> => {
    await work();
    return 1;
  };
  return [
    {
      name: 'alopex',
      durability: '-',
      run: once(async () => alopex.query(sql)),
      close: () => alopex.close(),
    },
    {
      name: 'better-sqlite3',
      durability: '-',
      run: once(() => statement.all()),
      close: () => void sqlite.close(),
    },
    {
      name: 'PGlite',
      durability: '-',
      run: once(() => pglite.query(sql)),
      close: () => pglite.close(),
    },
  ];
}

function openSqlite(synchronous: 'OFF' | 'FULL'): Sqlite.Database {
  const database = new Sqlite(`${scratchDirectory('sqlite')}/bench.sqlite`);
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma('cache_size = -524288');
  return database;
}

function fillSqlite(
  database: Sqlite.Database,
  table: string,
  rows: Iterable<readonly (number | string)[]>,
): void {
  let statement: Sqlite.Statement | undefined;
  database.transaction(() => {
    for (const row of rows) {
      statement ??= database.prepare(
        `INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`,
      );
      statement.run(...row);
    }
  })();
}

async function fillPglite(
  database: PGlite,
  table: string,
  rows: Iterable<readonly (number | string)[]>,
): Promise<void> {
  const lines: string[] = [];
  for (const row of rows) lines.push(row.join('\t'));
  await database.query(`COPY ${table} FROM '/dev/blob'`, [], {
    blob: new Blob([`${lines.join('\n')}\n`]),
  });
}

function* rowsOf<R extends Params & readonly (number | string)[]>(
  count: number,
  row: (id: number) => R,
): Generator<R> {
  for (let id = 0; id < count; id += 1) yield row(id);
}
