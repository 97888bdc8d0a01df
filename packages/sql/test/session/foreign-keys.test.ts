/** Foreign keys between transactions that do not see each other. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@alopex-db/core/testing';
import { codeOf, openDatabase, type TestDatabase } from './open-session.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);

async function openFamily(): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.execute('CREATE TABLE p (id INTEGER PRIMARY KEY, n INTEGER)');
  await db.execute('CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p)');
  await db.execute('INSERT INTO p VALUES (1, 0), (2, 0)');
  return db;
}

describe('a row that refers to another', () => {
  it('makes whoever deletes that one wait, and fail', async () => {
    await using db = await openFamily();
    const child = await db.begin();
    await child.execute('INSERT INTO c VALUES (10, 1)');
    const deleting = codeOf(db.execute('DELETE FROM p WHERE id = 1'));
    await delay(10);
    await child.commit();
    expect(await deleting).toBe('ALX_FOREIGN_KEY_VIOLATION');
  });

  it('waits for whoever deletes that one, and fails', async () => {
    await using db = await openFamily();
    const parent = await db.begin();
    await parent.execute('DELETE FROM p WHERE id = 1');
    const inserting = codeOf(db.execute('INSERT INTO c VALUES (10, 1)'));
    await delay(10);
    await parent.commit();
    expect(await inserting).toBe('ALX_FOREIGN_KEY_VIOLATION');
  });

  it('is met by an older snapshot that deletes that one, as a conflict', async () => {
    await using db = await openFamily();
    const old = await db.begin();
    expect(await old.query('SELECT count(*) FROM c').value()).toBe(0);
    await db.execute('INSERT INTO c VALUES (10, 1)');
    expect(await codeOf(old.execute('DELETE FROM p WHERE id = 1'))).toBe(
      'ALX_SERIALIZATION_CONFLICT',
    );
    await old.rollback();
  });

  it('is undone with a savepoint, and the lock of the other goes with the transaction', async () => {
    await using db = await openFamily();
    const transaction = await db.begin();
    await transaction.savepoint('s');
    await transaction.execute('INSERT INTO c VALUES (10, 1)');
    await transaction.rollbackTo('s');
    await transaction.execute('DELETE FROM p WHERE id = 2');
    await transaction.commit();
    await db.execute('DELETE FROM p WHERE id = 1');
    expect(await db.query('SELECT count(*) FROM p').value()).toBe(0);
  });

  it('is found by prepared and synchronous statements as well', async () => {
    await using db = await openFamily();
    const insert = await db.prepare('INSERT INTO c VALUES ($1, $2)');
    expect(await codeOf(insert.execute([10, 7]))).toBe('ALX_FOREIGN_KEY_VIOLATION');
    await insert.execute([10, 1]);
    expect(() => db.sync.execute('DELETE FROM p WHERE id = $1', [1])).toThrow(
      expect.objectContaining({ code: 'ALX_FOREIGN_KEY_VIOLATION', sqlState: '23503' }),
    );
    expect(await codeOf(db.execute('UPDATE p SET id = 5 WHERE id = $1', [1]))).toBe(
      'ALX_FOREIGN_KEY_VIOLATION',
    );
  });
});

describe('random writers of two tables', () => {
  it(`never leave a row without the one it refers to (seed ${SEED})`, async () => {
    await using db = await openFamily();
    await db.execute('ALTER TABLE c ADD q INTEGER REFERENCES p ON DELETE CASCADE');
    let written = 0;
    const worker = async (seed: number): Promise<void> => {
      const random = new SeededRandom(seed);
      for (let step = 0; step < 40; step += 1) {
        const transaction = await db.begin();
        try {
          for (let count = 0; count <= random.below(3); count += 1) {
            await transaction.execute(statementOf(random));
            if (random.chance(0.3)) await delay(0);
          }
          await transaction.commit();
          written += 1;
        } catch (error) {
          await transaction.rollback();
          expect((error as { sqlState: string }).sqlState).toMatch(/^(40001|40P01|23503|23505)$/);
        }
      }
    };
    await Promise.all([1, 2, 3, 4].map((number) => worker(SEED + number)));
    const orphans =
      'SELECT count(*) FROM c WHERE p NOT IN (SELECT id FROM p) OR q NOT IN (SELECT id FROM p)';
    expect(await db.query(orphans).value()).toBe(0);
    expect(written).toBeGreaterThan(20);
  });
});

function statementOf(random: SeededRandom): string {
  const id = random.below(8);
  const other = random.below(8);
  switch (random.below(9)) {
    case 0:
    case 4:
    case 5:
      return `INSERT INTO p VALUES (${id}, 0) ON CONFLICT DO NOTHING`;
    case 1:
      return `DELETE FROM p WHERE id = ${id}`;
    case 2:
      return `DELETE FROM c WHERE id = ${random.below(20)}`;
    case 3:
      return `UPDATE c SET p = ${id} WHERE id = ${random.below(20)}`;
    default:
      return `INSERT INTO c VALUES (${random.below(20)}, ${id}, ${other}) ON CONFLICT DO NOTHING`;
  }
}
