import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@alopex-db/core/testing';
import { MemoryVfs } from '@alopex-db/core/vfs';
import { openDatabase, type TestDatabase } from './open-session.ts';

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
      expect(await recall(db, queries)).toBeGreaterThan(0.9);
    }
    await using db = await openDatabase({ vfs });
    expect(await recall(db, queries)).toBeGreaterThan(0.9);
    expect(await db.query('SELECT count(*) AS n FROM d').value()).toBe(ROWS);
  });
});
