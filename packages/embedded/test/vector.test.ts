import { expect, test } from 'vitest';
import { Database, type VectorSearch } from '../src/index.ts';

async function openAnimals(): Promise<Database> {
  const db = await Database.openInMemory();
  await db.execute(`CREATE TABLE "Animals" (
    name TEXT PRIMARY KEY, habitat TEXT NOT NULL, "Trait" VECTOR(3) NOT NULL)`);
  await db.vector.upsert('Animals', [
    { name: 'arctic fox', habitat: 'tundra', Trait: [0.9, 0.1, 0.1] },
    { name: 'red fox', habitat: 'forest', Trait: [0.8, 0.2, 0.3] },
    { name: 'polar bear', habitat: 'tundra', Trait: new Float32Array([0.6, 0.6, 0]) },
    { name: 'sea lion', habitat: 'coast', Trait: [0.1, 0.9, 0.1] },
  ]);
  return db;
}

const FOX = [1, 0, 0];

async function names(db: Database, request: Partial<VectorSearch> = {}): Promise<string[]> {
  const hits = await db.vector.search({ table: 'Animals', queryVector: FOX, ...request });
  return hits.map(({ id }) => id as string);
}

test('search gives the nearest first, with id, score, distance and row', async () => {
  await using db = await openAnimals();
  const [best, ...others] = await db.vector.search({
    table: 'Animals',
    queryVector: FOX,
    limit: 2,
  });
  expect(best).toMatchObject({ id: 'arctic fox', row: { name: 'arctic fox', habitat: 'tundra' } });
  expect(best!.row['Trait']).toEqual(Float32Array.of(0.9, 0.1, 0.1));
  expect(best!.score).toBeCloseTo(0.9 / Math.sqrt(0.83), 6);
  expect(best!.distance).toBeCloseTo(1 - best!.score, 12);
  expect(others.map(({ id }) => id)).toEqual(['red fox']);
});

test('a filter counts its own parameters, select chooses columns, a metric may be named', async () => {
  await using db = await openAnimals();
  const hits = await db.vector.search({
    table: 'Animals',
    column: 'Trait',
    queryVector: Float32Array.from(FOX),
    similarity: 'l2',
    filter: 'habitat = $1 OR habitat = $2 -- where foxes are',
    params: ['forest', 'tundra'],
    select: ['habitat'],
  });
  expect(hits.map(({ id, row }) => [id, row])).toEqual([
    ['arctic fox', { habitat: 'tundra' }],
    ['red fox', { habitat: 'forest' }],
    ['polar bear', { habitat: 'tundra' }],
  ]);
  expect(hits[0]!.distance).toBeCloseTo(Math.hypot(0.1, 0.1, 0.1), 6);
  expect(hits[0]!.score).toBeCloseTo(-Math.hypot(0.1, 0.1, 0.1), 6);
});

test('a committed change is seen by the next search: inserted, updated, deleted', async () => {
  await using db = await openAnimals();
  // Many searches, so that the vectors are held in memory by the time they change.
  for (let index = 0; index < 3; index += 1) expect((await names(db))[0]).toBe('arctic fox');
  await db.vector.upsert('Animals', [{ name: 'fennec', habitat: 'desert', Trait: [1, 0, 0] }]);
  expect((await names(db)).slice(0, 2)).toEqual(['fennec', 'arctic fox']);
  await db.execute(`UPDATE "Animals" SET "Trait" = '[0,0,1]' WHERE name = 'fennec'`);
  expect((await names(db)).at(-1)).toBe('fennec');
  expect((await db.vector.delete('Animals', ['arctic fox', 'gone'])).rowsAffected).toBe(1);
  expect(await names(db)).toEqual(['red fox', 'polar bear', 'sea lion', 'fennec']);
  await db.execute('DROP TABLE "Animals"');
  await expect(names(db)).rejects.toMatchObject({ code: 'ALX_TABLE_NOT_FOUND' });
});

test('a transaction sees its own vectors, others do not until it commits', async () => {
  await using db = await openAnimals();
  await names(db);
  const tx = await db.begin();
  await tx.vector.upsert('Animals', [{ name: 'fennec', habitat: 'desert', Trait: [1, 0, 0] }]);
  await tx.vector.delete('Animals', ['arctic fox']);
  const inside = await tx.vector.search({ table: 'Animals', queryVector: FOX, limit: 2 });
  expect(inside.map(({ id }) => id)).toEqual(['fennec', 'red fox']);
  expect((await names(db))[0]).toBe('arctic fox');
  await tx.rollback();
  expect((await names(db))[0]).toBe('arctic fox');
});

test('upsert replaces by key and leaves other columns alone', async () => {
  await using db = await openAnimals();
  await db.vector.upsert('Animals', [
    { name: 'red fox', habitat: 'city', Trait: [0, 1, 0] },
    { name: 'vole', habitat: 'meadow', Trait: [0, 0, 1] },
  ]);
  expect(await db.query(`SELECT count(*) FROM "Animals"`).value()).toBe(5);
  expect(await db.query(`SELECT habitat FROM "Animals" WHERE name = 'red fox'`).value()).toBe(
    'city',
  );
  expect((await db.vector.upsert('Animals', [])).rowsAffected).toBe(0);
});

test('a composite key identifies hits and rows to delete by its parts', async () => {
  await using db = await Database.openInMemory();
  await db.execute(
    'CREATE TABLE pieces (doc INTEGER, part INTEGER, v VECTOR(2), PRIMARY KEY (doc, part))',
  );
  await db.vector.upsert('pieces', [
    { doc: 1, part: 1, v: [1, 0] },
    { doc: 1, part: 2, v: [0, 1] },
  ]);
  const ids = async (): Promise<unknown[]> =>
    (await db.vector.search({ table: 'public.pieces', queryVector: [1, 0] })).map(({ id }) => id);
  expect(await ids()).toEqual([
    [1, 1],
    [1, 2],
  ]);
  await db.vector.delete('pieces', [[1, 1]]);
  expect(await ids()).toEqual([[1, 2]]);
});

test.each<[Partial<VectorSearch>, string, string]>([
  [{ queryVector: [1, 0] }, 'ALX_VECTOR_DIMENSION', '22000'],
  [{ queryVector: [1, Number.NaN, 0] }, 'ALX_VECTOR_ELEMENT', '22000'],
  [{ table: 'Animal' }, 'ALX_TABLE_NOT_FOUND', '42P01'],
  [{ column: 'trait' }, 'ALX_COLUMN_NOT_FOUND', '42703'],
  [{ column: 'habitat' }, 'ALX_TYPE_MISMATCH', '42804'],
  [{ select: ['habitt'] }, 'ALX_COLUMN_NOT_FOUND', '42703'],
  [{ similarity: 'euclid' as 'l2' }, 'ALX_VECTOR_METRIC', '22023'],
  [{ limit: -1 }, 'ALX_INVALID_ARGUMENT', '22023'],
  [{ filter: 'habitt = 1' }, 'ALX_COLUMN_NOT_FOUND', '42703'],
])('the search %j is refused with %s', async (request, code, sqlState) => {
  await using db = await openAnimals();
  await expect(names(db, request)).rejects.toMatchObject({ code, sqlState });
  expect(await names(db, { limit: 1 })).toEqual(['arctic fox']);
});

test('rows to upsert have the same columns and the key', async () => {
  await using db = await openAnimals();
  const upsert = (...rows: Parameters<Database['vector']['upsert']>[1]) =>
    db.vector.upsert('Animals', rows);
  for (const rows of [
    [
      { name: 'a', habitat: 'b', Trait: [1, 0, 0] },
      { name: 'c', habitat: 'd' },
    ],
    [{ name: 'a' }, { name: 'c', habitat: 'd' }],
    [{ habitat: 'x', Trait: [1, 0, 0] }],
    [{}],
  ]) {
    await expect(upsert(...rows)).rejects.toMatchObject({ code: 'ALX_INVALID_ARGUMENT' });
  }
  expect(await db.query(`SELECT count(*) FROM "Animals"`).value()).toBe(4);
});
