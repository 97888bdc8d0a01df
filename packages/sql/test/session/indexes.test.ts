/** Secondary indexes: the same answers with and without them, entries that follow every change, plans that use them. */
import { keyspaceId, nextBelow } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import { MemoryVfs } from '@alopex-db/core/vfs';
import { describe, expect, it } from 'vitest';
import { codeOf, openDatabase, type TestDatabase } from './open-session.ts';

type Random = SeededRandom;

const COLUMNS = ['a', 'b', 'c', 'd'] as const;
const TABLE = '(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c DOUBLE PRECISION, d BIGINT NOT NULL)';
const INDEXES = [
  'CREATE INDEX i_a ON t (a)',
  'CREATE INDEX i_ba ON t (b, a DESC)',
  'CREATE INDEX i_c ON t (c DESC NULLS LAST)',
  'CREATE INDEX i_dcb ON t (d, c NULLS FIRST, b)',
];

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[nextBelow(random, choices.length)]!;
}

function valueOf(random: Random, column: string): string {
  if (column !== 'd' && nextBelow(random, 8) === 0) return 'NULL';
  const number = nextBelow(random, 40) - 20;
  if (column === 'b') return `'${pick(random, ['', 'a', 'ab', 'b', 'é', 'zz'])}'`;
  return column === 'c' ? String(number / 2) : String(number);
}

function condition(random: Random): string {
  const column = pick(random, COLUMNS);
  const value = valueOf(random, column);
  switch (nextBelow(random, 6)) {
    case 0:
      return `${column} IN (${value}, ${valueOf(random, column)}, ${valueOf(random, column)})`;
    case 1:
      return `${column} BETWEEN ${value} AND ${valueOf(random, column)}`;
    case 2:
      return `${column} IS ${pick(random, ['', 'NOT '])}NULL`;
    case 3:
      return `${column} ${pick(random, ['<', '<=', '>', '>='])} ${value}`;
    default:
      return `${column} = ${value}`;
  }
}

function selection(random: Random): string {
  const count = 1 + nextBelow(random, 3);
  const where = Array.from({ length: count }, () => condition(random)).join(' AND ');
  const nulls = pick(random, ['', ' NULLS FIRST', ' NULLS LAST']);
  const direction = pick(random, ['', ' DESC']);
  const column = pick(random, COLUMNS);
  const order =
    nextBelow(random, 3) === 0
      ? ` ORDER BY ${column}${direction}${nulls}, id LIMIT ${nextBelow(random, 9)}`
      : ' ORDER BY id';
  const filter = nextBelow(random, 5) === 0 ? '' : ` WHERE ${where}`;
  return `SELECT id, a, b, c, d FROM t${filter}${order}`;
}

function change(random: Random, id: number): string {
  const values = COLUMNS.map((column) => valueOf(random, column));
  switch (nextBelow(random, 6)) {
    case 0:
      return `DELETE FROM t WHERE ${condition(random)} AND id % 3 = 0`;
    case 1: {
      const column = pick(random, COLUMNS);
      return `UPDATE t SET ${column} = ${valueOf(random, column)} WHERE ${condition(random)}`;
    }
    case 2:
      return `UPDATE t SET id = -id WHERE id % 7 = ${nextBelow(random, 7)}`;
    case 3:
      return `INSERT INTO t VALUES (${nextBelow(random, id + 1)}, ${values.join(', ')}) ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b`;
    case 4:
      return `DELETE FROM t WHERE id = ${nextBelow(random, id + 1)}`;
    default:
      return `INSERT INTO t VALUES (${id}, ${values.join(', ')})`;
  }
}

async function fill(databases: readonly TestDatabase[], random: Random, rows: number) {
  const tuples = Array.from(
    { length: rows },
    (_, id) => `(${id}, ${COLUMNS.map((column) => valueOf(random, column)).join(', ')})`,
  );
  for (const db of databases) await db.execute(`INSERT INTO t VALUES ${tuples.join(', ')}`);
}

async function expectSame(
  indexed: { query: TestDatabase['query'] },
  plain: { query: TestDatabase['query'] },
  random: Random,
  count: number,
): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const sql = selection(random);
    expect(await indexed.query(sql), sql).toEqual(await plain.query(sql));
  }
}

/** Every row has its entry in every index, and every entry its row. */
async function expectWholeIndexes(db: TestDatabase): Promise<void> {
  const rows = await db.query<{ n: number }>('SELECT count(*) AS n FROM t').first();
  const table = db.engine.catalog.latestView()!.table('public', 't')!;
  for (const index of table.indexes ?? []) {
    const transaction = db.store.begin({ readOnly: true });
    const cursor = transaction.scan(keyspaceId(index.id));
    let entries = 0;
    while (cursor.advance() === true) entries += 1;
    cursor.close();
    transaction.rollback();
    expect(entries, index.name).toBe(rows!.n);
  }
}

describe('secondary indexes', () => {
  it(
    'never change an answer, however rows were changed, undone or kept',
    { timeout: 60_000 },
    async () => {
      const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
      console.log(`seed ${seed}`);
      const random = new SeededRandom(seed);
      const vfs = new MemoryVfs();
      let indexed = await openDatabase({ vfs });
      await using plain = await openDatabase();
      await indexed.execute(`CREATE TABLE t ${TABLE}`);
      await plain.execute(`CREATE TABLE t ${TABLE}`);
      for (const sql of INDEXES.slice(0, 2)) await indexed.execute(sql);
      await fill([indexed, plain], random, 600);
      // Two are built over rows that are there already.
      for (const sql of INDEXES.slice(2)) await indexed.execute(sql);
      await expectSame(indexed, plain, random, 60);
      let id = 1_000;
      for (let round = 0; round < 12; round += 1) {
        const left = await indexed.begin();
        const right = await plain.begin();
        const undone = nextBelow(random, 3);
        for (let step = 0; step < 6; step += 1) {
          if (step === 3) for (const one of [left, right]) await one.savepoint('s');
          const sql = change(random, id);
          id += 1;
          const outcomes: string[] = [];
          for (const one of [left, right]) {
            await one.savepoint('each');
            const code = await codeOf(one.execute(sql));
            if (code !== 'no error') await one.rollbackTo('each');
            outcomes.push(code);
          }
          expect(outcomes[0], sql).toBe(outcomes[1]);
          await expectSame(left, right, random, 2);
        }
        if (undone === 0) for (const one of [left, right]) await one.rollbackTo('s');
        await expectSame(left, right, random, 4);
        for (const one of [left, right]) await (undone === 1 ? one.rollback() : one.commit());
        await expectSame(indexed, plain, random, 4);
        await expectWholeIndexes(indexed);
        if (round % 4 !== 3) continue;
        await indexed.close();
        indexed = await openDatabase({ vfs });
        await expectSame(indexed, plain, random, 8);
      }
      await indexed.close();
    },
  );

  it('are used for few rows of many, for small pages in their order, and not for most rows', async () => {
    await using db = await openDatabase();
    await db.execute(`CREATE TABLE t ${TABLE}`);
    for (const sql of INDEXES) await db.execute(sql);
    await fill([db], new SeededRandom(1), 2_000);
    const planOf = async (sql: string): Promise<string> => (await db.explain(sql)).text;
    expect(await planOf('SELECT * FROM t WHERE a = 5')).toContain('Index Scan using i_a on t');
    expect(await planOf("SELECT * FROM t WHERE b = 'a' AND a > 3")).toContain(
      "Index Cond: b = 'a' AND a > 3",
    );
    expect(await planOf('SELECT * FROM t ORDER BY c DESC NULLS LAST LIMIT 5')).toContain(
      'Index Scan using i_c on t',
    );
    expect(await planOf('SELECT * FROM t ORDER BY c NULLS FIRST LIMIT 5')).toContain(
      'Index Scan Backward using i_c on t',
    );
    expect(await planOf('SELECT * FROM t WHERE a > 5')).toContain('Seq Scan on t');
    expect(await planOf('SELECT * FROM t WHERE id = 5')).toContain('Primary Key Lookup');
  });

  it('are built without missing what is written meanwhile', async () => {
    await using db = await openDatabase();
    await db.execute(`CREATE TABLE t ${TABLE}`);
    await fill([db], new SeededRandom(2), 500);
    const writer = await db.begin();
    await writer.execute('INSERT INTO t VALUES (5000, 1, NULL, NULL, 0)');
    await db.execute('CREATE INDEX i ON t (a)');
    expect(await codeOf(writer.commit())).toBe('ALX_SERIALIZATION_CONFLICT');
    const writes = Array.from({ length: 40 }, (_, at) =>
      db.execute('INSERT INTO t VALUES ($1, 1, NULL, NULL, 0)', [6_000 + at]),
    );
    await Promise.all([db.execute('CREATE INDEX j ON t (d, a)'), ...writes]);
    await expectWholeIndexes(db);
  });
});
