import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@alopex-db/core/testing';
import { MemoryVfs } from '@alopex-db/core/vfs';
import { codeOf, openDatabase, type TestDatabase } from './open-session.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const DIMENSION = 256;
const ROWS = 4_000;

/** Points around 40 centres. */
function clustered(random: SeededRandom, count: number): Float32Array[] {
  const uniform = (): number => random.nextUint32() / 2 ** 32;
  const centres = Array.from({ length: 40 }, () => Array.from({ length: DIMENSION }, uniform));
  return Array.from({ length: count }, () => {
    const centre = centres[random.nextUint32() % centres.length]!;
    return Float32Array.from(centre, (value) => value + (uniform() - 0.5) * 0.6);
  });
}

async function load(db: TestDatabase, rows: readonly Float32Array[]): Promise<void> {
  await db.execute(
    `CREATE TABLE d (id INTEGER PRIMARY KEY, tag INTEGER, v VECTOR(${DIMENSION}, l2))`,
  );
  const tuples = rows.map((vector, id) => [id, id % 10, vector] as const);
  await db.executeMany('INSERT INTO d VALUES ($1, $2, $3)', tuples);
}

const NEAREST = 'SELECT id FROM d ORDER BY v <-> $1 LIMIT 10';

async function nearest(db: TestDatabase, query: Float32Array, exact = false): Promise<number[]> {
  await db.execute(`SET alopex.vector_exact = ${exact ? 'on' : 'off'}`);
  const rows = await db.query<{ id: number }>(NEAREST, [query]);
  return rows.map(({ id }) => id);
}

async function recall(db: TestDatabase, queries: readonly Float32Array[]): Promise<number> {
  let hits = 0;
  for (const query of queries) {
    const truth = new Set(await nearest(db, query, true));
    hits += (await nearest(db, query)).filter((id) => truth.has(id)).length;
  }
  return hits / (queries.length * 10);
}

async function planOf(db: TestDatabase, sql: string, params: unknown[] = []): Promise<string> {
  const rows = await db.query<Record<string, string>>(`EXPLAIN ${sql}`, params as never);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('an hnsw index', () => {
  it(`is built by compaction, chosen by the planner, kept over a reopen (seed ${SEED})`, async () => {
    const vfs = new MemoryVfs();
    const random = new SeededRandom(SEED);
    const rows = clustered(random, ROWS + 20);
    const queries = rows.splice(ROWS);
    {
      await using db = await openDatabase({ vfs });
      await load(db, rows);
      await db.execute('CREATE INDEX i ON d USING hnsw (v) WITH (m = 12, ef_construction = 60)');
      db.store.compactNow();
      expect(await planOf(db, NEAREST, [queries[0]])).toContain('Vector Search using i on d');
      const measured = await planOf(db, `ANALYZE ${NEAREST}`, [queries[0]]);
      expect(measured).toMatch(/Index Search: ef=50 segments=1 graphs=1 visited=\d+ distances=\d+/);
      expect(await recall(db, queries)).toBeGreaterThan(0.9);
    }
    await using db = await openDatabase({ vfs });
    expect(await recall(db, queries)).toBeGreaterThan(0.9);
    expect(await db.query('SELECT count(*) AS n FROM d').value()).toBe(ROWS);
  });

  it('refuses what it cannot be made of, and says so', async () => {
    await using db = await openDatabase();
    await db.execute(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, v VECTOR(3), loose VECTOR, name TEXT)',
    );
    const refused: readonly (readonly [string, string])[] = [
      ['(name)', 'ALX_TYPE_MISMATCH'],
      ['(gone)', 'ALX_COLUMN_NOT_FOUND'],
      ['(loose)', 'ALX_VECTOR_DIMENSION'],
      ['(v, id)', 'ALX_UNSUPPORTED'],
      ['(v DESC)', 'ALX_UNSUPPORTED'],
      ['(v vector_odd_ops)', 'ALX_TYPE_NOT_FOUND'],
      ["(v) WITH (metric = 'odd')", 'ALX_VECTOR_METRIC'],
      ["(v vector_l2_ops) WITH (metric = 'cosine')", 'ALX_UNKNOWN_OPTION'],
      ['(v) WITH (m = 1)', 'ALX_UNKNOWN_OPTION'],
      ['(v) WITH (m = 101)', 'ALX_UNKNOWN_OPTION'],
      ['(v) WITH (m = 50, ef_construction = 49)', 'ALX_UNKNOWN_OPTION'],
      ['(v) WITH (lists = 100)', 'ALX_UNKNOWN_OPTION'],
      ['(v) WITH (m = 8, m = 9)', 'ALX_UNKNOWN_OPTION'],
      ["(v) WITH (quantization = 'odd')", 'ALX_UNKNOWN_OPTION'],
      ["(v) WITH (quantization = 'binary')", 'ALX_UNSUPPORTED'],
    ];
    for (const [text, code] of refused) {
      const sql = `CREATE INDEX ON t USING hnsw ${text}`;
      expect([sql, await codeOf(db.execute(sql))]).toEqual([sql, code]);
    }
    expect(await codeOf(db.execute('CREATE UNIQUE INDEX ON t USING hnsw (v)'))).toBe(
      'ALX_UNSUPPORTED',
    );
    expect(await codeOf(db.execute('CREATE INDEX ON t USING ivf (v)'))).toBe('ALX_UNSUPPORTED');
    expect(await codeOf(db.execute('SET hnsw.ef_search = 0'))).toBe('ALX_UNKNOWN_OPTION');
    await db.execute('SET hnsw.ef_search = 80');
    expect(await db.query('SHOW alopex.hnsw_ef_search').value()).toBe('80');
  });

  it('takes no id of an index that was rolled back for its own, and is freed when dropped', async () => {
    await using db = await openDatabase({ vfs: new MemoryVfs() });
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v VECTOR(3))');
    await db.execute("INSERT INTO t VALUES (1, '[1,2,3]'), (2, NULL)");
    const undone = await db.begin();
    await undone.execute('CREATE INDEX i ON t USING hnsw (v)');
    await undone.rollback();
    // Its keyspace id is given out again; its rows are no vectors.
    await db.execute('CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT)');
    await db.execute("INSERT INTO other VALUES (1, 'one')");
    db.store.compactNow();
    await db.execute('CREATE INDEX i ON t USING hnsw (v vector_ip_ops)');
    const before = db.store.keyspaces().length;
    await db.execute('DROP INDEX i');
    db.store.compactNow();
    expect(db.store.keyspaces()).toHaveLength(before - 1);
    expect(await db.query('SELECT name FROM other')).toEqual([{ name: 'one' }]);
    expect(await db.query("SELECT id FROM t ORDER BY v <#> '[1,1,1]' LIMIT 5")).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });

  it(`finds visible rows alone, with their scores, whatever was written (seed ${SEED})`, async () => {
    const vfs = new MemoryVfs();
    const random = new SeededRandom(SEED);
    const pool = clustered(random, 1_500);
    const model = new Map<number, Float32Array>();
    let db = await openDatabase({ vfs });
    try {
      await load(db, []);
      await db.execute('CREATE INDEX i ON d USING hnsw (v) WITH (m = 4, ef_construction = 16)');
      const write = async (id: number): Promise<void> => {
        const vector = pool[random.nextUint32() % pool.length]!;
        const upsert = 'ON CONFLICT (id) DO UPDATE SET v = excluded.v';
        await db.execute(`INSERT INTO d VALUES ($1, $2, $3) ${upsert}`, [id, id % 10, vector]);
        model.set(id, vector);
      };
      const initial = pool.slice(0, 1_300).map((vector, id) => [id, id % 10, vector] as const);
      await db.executeMany('INSERT INTO d VALUES ($1, $2, $3)', initial);
      for (const [id, , vector] of initial) model.set(id, vector);
      for (let round = 0; round < 8; round += 1) {
        for (let step = 0; step < 20; step += 1) await write(random.nextUint32() % 1_500);
        const low = random.nextUint32() % 1_400;
        await db.execute('DELETE FROM d WHERE id BETWEEN $1 AND $2', [low, low + 15]);
        for (let id = low; id <= low + 15; id += 1) model.delete(id);
        const undone = await db.begin();
        await undone.execute('UPDATE d SET v = v * 2 WHERE id < 200');
        await undone.rollback();
        if (round === 3) {
          await db.execute('UPDATE d SET v = v * 0.5 WHERE tag = 3');
          for (const [id, vector] of model)
            if (id % 10 === 3)
              model.set(
                id,
                Float32Array.from(vector, (value) => value * 0.5),
              );
        }
        if (round % 2 === 1) db.store.compactNow();
        if (round === 5) {
          await db.close();
          db = await openDatabase({ vfs });
        }
        await checkAnswers(db, model, pool[random.nextUint32() % pool.length]!);
      }
    } finally {
      await db.close();
    }
  }, 60_000);
});

const SCORED = 'SELECT id, v <-> $1 AS far FROM d';

async function checkAnswers(
  db: TestDatabase,
  model: ReadonlyMap<number, Float32Array>,
  query: Float32Array,
): Promise<void> {
  const far = ([, vector]: readonly [number, Float32Array]): number =>
    Math.hypot(...vector.map((value, at) => value - query[at]!));
  expect(await planOf(db, `${SCORED} ORDER BY far LIMIT 10`, [query])).toContain('using i');
  for (const where of ['', 'WHERE tag = 4', 'WHERE tag <> 4', 'WHERE id < 12']) {
    const passes = (id: number): boolean =>
      where === '' ||
      (where.startsWith('WHERE id') ? id < 12 : (id % 10 === 4) === where.includes(' = '));
    const passing = [...model].filter(([id]) => passes(id));
    const sql = `${SCORED} ${where} ORDER BY far LIMIT 10`;
    await db.execute('SET alopex.vector_exact = on');
    const exact = await db.query<{ id: number; far: number }>(sql, [query]);
    const truth = passing.map(far).toSorted((left, right) => left - right);
    expect(exact.map((row) => row.far.toFixed(3))).toEqual(
      truth.slice(0, 10).map((value) => value.toFixed(3)),
    );
    await db.execute('SET alopex.vector_exact = off');
    const found = await db.query<{ id: number; far: number }>(sql, [query]);
    expect(found).toHaveLength(exact.length);
    for (const row of found) {
      expect(passes(row.id)).toBe(true);
      expect(row.far).toBeCloseTo(far([row.id, model.get(row.id)!]), 3);
    }
  }
}
