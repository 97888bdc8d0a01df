import { describe, expect, it } from 'vitest';
import { nextBelow, nextFloat } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import { codeOf, openDatabase, type TestDatabase } from './open-session.ts';

const DIMENSION = 8;

function randomVector(random: SeededRandom): Float32Array {
  return Float32Array.from({ length: DIMENSION }, () => nextFloat(random) * 2 - 1);
}

async function openDocs(): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.execute(
    'CREATE TABLE docs (id INTEGER PRIMARY KEY, lang TEXT, e VECTOR(3), f VECTOR(3, L2))',
  );
  await db.execute(`INSERT INTO docs VALUES
    (1, 'en', '[1, 0, 0]', '[1, 0, 0]'), (2, 'de', '[0.9, 0.1, 0]', '[0, 3, 4]'),
    (3, 'en', '[0, 1, 0]', '[1, 1, 0]'), (4, 'en', NULL, NULL), (5, 'en', '[0, 0, 0]', '[0, 0, 0]')`);
  return db;
}

describe('vector search in SQL', () => {
  it('orders by similarity or distance, with NULL and NaN last in both directions', async () => {
    await using db = await openDocs();
    const similar = await db.query(
      'SELECT id, vector_similarity(e, $1) AS score FROM docs ORDER BY score DESC LIMIT 5',
      [[1, 0, 0]],
    );
    expect(similar.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(similar.map(({ score }) => score)).toEqual([
      1,
      expect.closeTo(0.994, 3),
      0,
      null,
      Number.NaN,
    ]);
    const near = await db.query('SELECT id FROM docs ORDER BY f <-> $1 LIMIT 3', [[0, 3, 4]]);
    expect(near.map(({ id }) => id)).toEqual([2, 3, 5]);
    expect(await db.query('SELECT f <-> $1 AS d FROM docs WHERE id = 1', [[1, 3, 4]]).value()).toBe(
      5,
    );
  });

  it('filters on other columns and on the score itself, and skips rows with OFFSET', async () => {
    await using db = await openDocs();
    const sql =
      'SELECT id FROM docs WHERE lang = $2 AND score > 0.5 ORDER BY score DESC LIMIT 3'.replaceAll(
        'score',
        'vector_similarity(e, $1)',
      );
    // The zero vector's NaN is greater than every number, as in PostgreSQL, and comes last all the same.
    expect(await db.query(sql, [[1, 0, 0], 'en'])).toEqual([{ id: 1 }, { id: 5 }]);
    const second = 'SELECT id FROM docs ORDER BY e <=> $1 LIMIT 1 OFFSET 1';
    expect(await db.query(second, [[1, 0, 0]]).value()).toBe(2);
  });

  it('refuses vectors of another dimension', async () => {
    await using db = await openDocs();
    const sql = 'SELECT id FROM docs ORDER BY e <=> $1 LIMIT 1';
    expect(await codeOf(db.query(sql, [[1, 2]]))).toBe('ALX_VECTOR_DIMENSION');
    expect(await codeOf(db.execute("INSERT INTO docs (id, e) VALUES (9, '[1, 2]')"))).toBe(
      'ALX_VECTOR_DIMENSION',
    );
  });

  it('finds what a scan finds while rows come, change and go, inside transactions and outside', async () => {
    const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 5);
    const random = new SeededRandom(seed);
    await using db = await openDatabase();
    await db.execute(
      `CREATE TABLE v (id INTEGER PRIMARY KEY, tag INTEGER, e VECTOR(${DIMENSION}, L2))`,
    );
    const search = 'SELECT id, e <-> $1 AS d FROM v WHERE tag < $2 ORDER BY d LIMIT 10';
    const searchAll = 'SELECT id, e <-> $1 AS d FROM v ORDER BY d LIMIT 10';
    const exact = 'SELECT id, d FROM (SELECT id, tag, e <-> $1 AS d FROM v) s';
    for (let round = 0; round < 40; round += 1) {
      await db.transaction(async (tx) => {
        for (let step = 0; step < 30; step += 1) {
          const id = nextBelow(random, 200);
          if (nextBelow(random, 4) === 0) {
            await tx.execute('DELETE FROM v WHERE id = $1', [id]);
          } else {
            const vector = nextBelow(random, 15) === 0 ? null : randomVector(random);
            await tx.execute(
              'INSERT INTO v VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET tag = excluded.tag, e = excluded.e',
              [id, nextBelow(random, 10), vector],
            );
          }
        }
        if (round % 5 === 0) await compare(tx);
      });
      await compare(db);
    }

    async function compare(runner: Pick<TestDatabase, 'query'>): Promise<void> {
      const query = randomVector(random);
      const tag = nextBelow(random, 11);
      type Near = { id: number; d: number };
      const expected = async (filter: string): Promise<Near[]> => {
        const rows = await runner.query<Near>(`${exact} ${filter}`, [query]);
        const present = rows.filter(({ d }) => d !== null);
        return present.sort((left, right) => left.d - right.d || left.id - right.id).slice(0, 10);
      };
      const message = `seed ${seed}`;
      const filtered = await runner.query<Near>(search, [query, tag]);
      expect(
        filtered.filter(({ d }) => d !== null),
        message,
      ).toEqual(await expected(`WHERE tag < ${tag}`));
      const all = await runner.query<Near>(searchAll, [query]);
      expect(all, message).toEqual(await expected(''));
    }
  });
});
