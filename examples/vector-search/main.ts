/** Vectors: rows, metadata and embeddings in one table; one statement filters and orders by similarity. */
import { Database } from '@alopex-db/embedded';

await using db = await Database.openInMemory();

await db.execute(`CREATE TABLE animals (
  name TEXT PRIMARY KEY, habitat TEXT NOT NULL, embedding VECTOR(3, COSINE) NOT NULL)`);
await db.executeMany('INSERT INTO animals VALUES ($1, $2, $3)', [
  ['arctic fox', 'tundra', [0.9, 0.1, 0.1]],
  ['red fox', 'forest', [0.8, 0.2, 0.3]],
  ['polar bear', 'tundra', [0.6, 0.6, 0.0]],
  ['sea lion', 'coast', [0.1, 0.9, 0.1]],
]);

const nearest = await db.query<{ name: string; score: number }>(
  `SELECT name, vector_similarity(embedding, $1) AS score
   FROM animals
   WHERE habitat <> $2
   ORDER BY score DESC
   LIMIT 2`,
  [new Float32Array([1, 0, 0]), 'coast'],
);
for (const { name, score } of nearest) console.log(name, score.toFixed(3));

// A deleted row is never returned, not even before the commit.
await db.transaction(async (tx) => {
  await tx.execute(`DELETE FROM animals WHERE name = 'arctic fox'`);
  const best = await tx.query<{ name: string }>(
    'SELECT name FROM animals ORDER BY embedding <=> $1 LIMIT 1',
    [[1, 0, 0]],
  );
  console.log('inside the transaction:', best[0]?.name);
});
