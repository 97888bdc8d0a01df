/** SQL: a schema with constraints, bulk loading, a join with grouping, and an error that says where and why. */
import { AlopexError, Database } from '@alopex-db/embedded';

await using db = await Database.openInMemory();

await db.executeScript(`
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    amount DOUBLE PRECISION NOT NULL CHECK (amount > 0)
  );
`);

await db.executeMany('INSERT INTO customers VALUES ($1, $2)', [
  [1, 'Ada'],
  [2, 'Grace'],
  [3, 'Edsger'],
]);
await db.executeMany('INSERT INTO orders VALUES ($1, $2, $3)', [
  [1, 1, 20.5],
  [2, 1, 9.5],
  [3, 2, 12],
]);

const totals = await db.query<{ name: string; orders: number; total: number | null }>(`
  SELECT c.name, count(o.id) AS orders, sum(o.amount) AS total
  FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
  GROUP BY c.name
  ORDER BY total DESC NULLS LAST`);
for (const { name, orders, total } of totals) console.log(name, orders, total);

// Values are bound, never spliced into the text.
const name = "Ada'; DROP TABLE orders; --";
console.log('found', (await db.sql`SELECT id FROM customers WHERE name = ${name}`).length);

try {
  await db.execute('SELECT nmae FROM customers');
} catch (error) {
  if (error instanceof AlopexError) console.log(error.sqlState, error.format(), '|', error.hint);
}
