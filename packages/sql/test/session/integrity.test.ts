/** PRAGMA integrity_check and the check behind it, on sound tables and on ones that were damaged past SQL. */
import { describe, expect, it } from 'vitest';
import { PENDING, keyspaceId } from '@alopex-db/core/base';
import { verifyTables } from '../../src/index.ts';
import { codeOf, openDatabase, type TestDatabase } from './open-session.ts';

const CATALOG = keyspaceId(0);
const ENTRY_OF_NOBODY = Uint8Array.of(1, 0x80, 0, 0, 99);

async function openShop(): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.executeScript(`
    CREATE TABLE town (id INTEGER PRIMARY KEY, name TEXT UNIQUE, zip TEXT);
    CREATE TABLE shop (label TEXT, town INTEGER REFERENCES town, size INTEGER NOT NULL);
    CREATE INDEX shop_size ON shop (size DESC, label);
    CREATE UNIQUE INDEX town_zip ON town (zip);
    INSERT INTO town VALUES (1, 'Bern', '3000'), (2, NULL, NULL), (3, 'Thun', NULL);
    INSERT INTO shop SELECT 'shop ' || i, 1 + i / 700, i FROM generate_series(1, 700) AS s (i);
    ALTER TABLE shop ADD COLUMN since INTEGER NOT NULL DEFAULT 2020;
    UPDATE shop SET since = 2021, size = size + 1 WHERE size % 7 = 0;
    DELETE FROM shop WHERE size % 11 = 0;
  `);
  return db;
}

interface StoredTable {
  readonly id: number;
  readonly indexes?: readonly { readonly id: number; readonly name: string }[];
  readonly unique: readonly { readonly indexId: number; readonly name: string }[];
}

type Entries = readonly (readonly [key: Uint8Array, value: Uint8Array])[];

/** A table of the catalog, whose records are JSON. */
function stored(db: TestDatabase, name: string): StoredTable {
  const text = new TextDecoder();
  for (const [, value] of entriesOf(db, CATALOG)) {
    const record = text.decode(value);
    if (record.includes('"kind":"table"') && record.includes(`"name":"${name}"`)) {
      const table = JSON.parse(record) as StoredTable & { readonly name: string };
      if (table.name === name) return table;
    }
  }
  throw new Error(`no table ${name}`);
}

function keyspaceOf(db: TestDatabase, table: string, index?: string): number {
  const { id, indexes = [], unique } = stored(db, table);
  if (index === undefined) return id;
  const found =
    indexes.find((each) => each.name === index)?.id ??
    unique.find((each) => each.name === index)?.indexId;
  return found!;
}

function entriesOf(db: TestDatabase, keyspace: number): Entries {
  const transaction = db.store.begin({ readOnly: true });
  const cursor = transaction.scan(keyspaceId(keyspace));
  const found: [Uint8Array, Uint8Array][] = [];
  while (cursor.advance() === true) {
    const { key, value } = cursor;
    found.push([key.bytes.slice(key.start, key.end), value.bytes.slice(value.start, value.end)]);
  }
  cursor.close();
  transaction.rollback();
  return found;
}

function write(db: TestDatabase, keyspace: number, key: Uint8Array, value?: Uint8Array): void {
  const transaction = db.store.begin();
  const space = keyspaceId(keyspace);
  const done =
    value === undefined ? transaction.delete(space, key) : transaction.put(space, key, value);
  expect(done).not.toBe(PENDING);
  transaction.commitNow();
}

async function check(db: TestDatabase): Promise<readonly unknown[]> {
  const lines = (await db.query('PRAGMA integrity_check')).map(
    (row) => (row as { integrity_check: string }).integrity_check,
  );
  const { problems } = await verifyTables(db.store, { pause: () => Promise.resolve() });
  const texts = problems.map(
    ({ table, index, what }) => `${table}${index === undefined ? '' : `, ${index}`}: ${what}`,
  );
  expect(lines).toEqual(texts.length === 0 ? ['ok'] : texts);
  return lines;
}

describe('integrity_check', () => {
  it('finds sound tables sound, with rows of older schemas, nulls, and changed and deleted rows', async () => {
    await using db = await openShop();
    expect(await check(db)).toEqual(['ok']);
    expect(db.sync.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const seen: number[] = [];
    const { relations, rows } = await verifyTables(db.store, {
      pause: () => Promise.resolve(),
      onProgress: (count) => seen.push(count),
    });
    const shops = await db.query('SELECT count(*) FROM shop').value<number>();
    // Towns, their two names, their entries by zip, shops and their entries by size.
    expect({ relations, rows }).toEqual({ relations: 2, rows: 3 + 2 + 3 + 2 * shops! });
    expect(seen.at(-1)).toBe(rows);
  });

  it('sees the changes of its own transaction', async () => {
    await using db = await openShop();
    const transaction = await db.begin();
    await transaction.execute('UPDATE shop SET size = size * 2');
    expect(await transaction.query('PRAGMA integrity_check').value()).toBe('ok');
    await transaction.rollback();
  });

  it('finds a row that an index misses', async () => {
    await using db = await openShop();
    const keyspace = keyspaceOf(db, 'town', 'town_name_key');
    write(db, keyspace, entriesOf(db, keyspace)[0]![0]);
    expect(await check(db)).toEqual([
      'public.town, town_name_key: has no entry for the row (id)=(1)',
    ]);
  });

  it('finds entries of rows that are not there', async () => {
    await using db = await openShop();
    const town = keyspaceOf(db, 'town');
    write(db, keyspaceOf(db, 'town', 'town_zip'), ENTRY_OF_NOBODY, Uint8Array.of(7));
    expect(await check(db)).toEqual([
      'public.town, town_zip: an entry names a row that is not there: 07',
    ]);
    write(db, town, entriesOf(db, town)[1]![0]);
    const lines = await check(db);
    expect(lines).toContainEqual(
      expect.stringMatching(/^public\.town, town_zip: an entry names a row that is not there: 8/),
    );
    expect(lines).toContainEqual(
      'public.shop, shop_town_fkey: (town)=(2) is not present in table "town"',
    );
  });

  it('finds entries with other values than their row, and entries that name the wrong row', async () => {
    await using db = await openShop();
    const zip = keyspaceOf(db, 'town', 'town_zip');
    const [, rowKey] = entriesOf(db, zip)[0]!;
    write(db, zip, ENTRY_OF_NOBODY, rowKey);
    expect((await check(db))[0]).toMatch(
      /^public\.town, town_zip: an entry with other values names the row \(id\)=\(\d\)$/,
    );
    write(db, zip, ENTRY_OF_NOBODY);
    const names = keyspaceOf(db, 'town', 'town_name_key');
    const [bern, thun] = entriesOf(db, names);
    write(db, names, bern![0], thun![1]);
    expect(await check(db)).toEqual([
      'public.town, town_name_key: the entry for the row (id)=(1) names another row',
    ]);
  });

  it('finds rows that are none, rows under a wrong key and nulls where none may be', async () => {
    await using db = await openShop();
    const town = keyspaceOf(db, 'town');
    const [key, value] = entriesOf(db, town)[0]!;
    const other = key.slice();
    other[other.length - 1]! += 20;
    write(db, town, other, value);
    expect((await check(db))[0]).toMatch(
      /^public\.town: the row \(id\)=\(1\) lies under another key: 8/,
    );
    write(db, town, other, Uint8Array.of(250, 1));
    expect(await check(db)).toEqual([
      expect.stringMatching(/^public\.town: the row under key 8\w+ cannot be decoded$/),
    ]);
  });

  it('lists a hundred problems, or as many as asked for, of all tables or of one', async () => {
    await using db = await openShop();
    const keyspace = keyspaceOf(db, 'shop', 'shop_size');
    for (const [key] of entriesOf(db, keyspace).slice(0, 150)) write(db, keyspace, key);
    expect(await db.query('PRAGMA integrity_check')).toHaveLength(100);
    expect(await db.query('PRAGMA integrity_check(3)')).toHaveLength(3);
    expect(await db.query('PRAGMA integrity_check(200)')).toHaveLength(150);
    expect(await db.query('PRAGMA integrity_check(town)').value()).toBe('ok');
    expect(await db.query("PRAGMA integrity_check('shop')")).toHaveLength(100);
    const { problems } = await verifyTables(db.store, { pause: () => Promise.resolve() });
    expect(problems).toHaveLength(20);
    expect(problems.at(-1)!.what).toBe('more is wrong and not listed');
  });

  it('refuses what it does not know', async () => {
    await using db = await openShop();
    expect(await codeOf(db.query('PRAGMA integrity_check(nothing)'))).toBe('ALX_TABLE_NOT_FOUND');
    expect(await codeOf(db.query('PRAGMA integrity_check(0)'))).toBe('ALX_INVALID_ARGUMENT');
    expect(await codeOf(db.query('PRAGMA journal_mode = wal'))).toBe('ALX_UNSUPPORTED');
  });
});
