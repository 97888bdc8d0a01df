/**
 * A process that lives to be killed: transfers between accounts as fast as it can, each with a line of history, a key and a
 * vector, and says on its standard output which were acknowledged. Arguments: path, durability.
 */
import { writeSync } from 'node:fs';
import { Database, type Durability } from '@alopex-db/embedded';

export const ACCOUNT_COUNT = 10;
export const BALANCE_AT_FIRST = 1_000;

/** Small, so that rounds end in the middle of flushes, too. */
export function openAccounts(path: string, durability: Durability): Promise<Database> {
  return Database.open(path, { durability, memtableSize: '256KB' });
}

async function createTables(db: Database): Promise<void> {
  await db.executeScript(`
    CREATE TABLE IF NOT EXISTS accounts (
      id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0), taste VECTOR(4));
    CREATE TABLE IF NOT EXISTS history (
      number INTEGER PRIMARY KEY, source INTEGER, target INTEGER, note TEXT UNIQUE);
  `);
  await db.transaction(async (tx) => {
    if ((await tx.query('SELECT count(*) FROM accounts').value()) !== 0) return;
    await tx.executeMany(
      'INSERT INTO accounts VALUES ($1, $2, $3)',
      Array.from({ length: ACCOUNT_COUNT }, (_, id) => [id, BALANCE_AT_FIRST, [0, 0, 0, 1]]),
    );
  });
}

async function transfer(db: Database, number: number): Promise<void> {
  const source = number % ACCOUNT_COUNT;
  const target = (number * 7 + 3) % ACCOUNT_COUNT;
  await db.transaction(async (tx) => {
    await tx.execute('UPDATE accounts SET balance = balance - 1 WHERE id = $1', [source]);
    await tx.execute('UPDATE accounts SET balance = balance + 1, taste = $2 WHERE id = $1', [
      target,
      [number, 0, 0, 1],
    ]);
    await tx.execute('INSERT INTO history VALUES ($1, $2, $3, $4)', [
      number,
      source,
      target,
      `transfer ${number} ${'.'.repeat(number % 300)}`,
    ]);
    await tx.kv.put('last', String(number));
  });
}

const [, entry, path, durability] = process.argv;
if (entry === import.meta.filename) {
  const db = await openAccounts(path!, durability === 'os' ? 'os' : 'fsync');
  await createTables(db);
  writeSync(1, 'ready\n');
  const last = Number((await db.kv.getText('last')) ?? '0');
  for (let number = last + 1; ; number += 1) {
    await transfer(db, number);
    writeSync(1, `${number}\n`);
  }
}
