import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  Database,
  readRecords,
  type FileRecord,
  type ImportOptions,
  type RecordOptions,
} from '../src/index.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

interface Place extends Disposable {
  write(name: string, text: string | Uint8Array): string;
}

function openPlace(): Place {
  const folder = new TemporaryDirectory();
  return {
    write(name, text) {
      const path = folder.join(name);
      writeFileSync(path, text);
      return path;
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

test('a CSV file makes its table, with the types its values have', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  const path = place.write(
    'Sales 2026.csv',
    'Id,Big Number,price,ok,At,zip,uid,Embedding,note,empty\n' +
      `1,9007199254740993,1.5,true,2026-01-02 03:04:05,01234,550e8400-e29b-41d4-a716-446655440000,"[1,2]",plain,\n` +
      `-2,5,2,FALSE,2026-01-02,99999,550E8400-E29B-41D4-A716-446655440001,"[0.5,-1]","with ""quotes"",\nand lines",\n`,
  );
  const seen: number[] = [];
  const report = await db.importFrom(path, { onProgress: ({ rows }) => seen.push(rows) });
  expect(report).toMatchObject({ table: 'sales_2026', rows: 2, created: true });
  expect(seen.at(-1)).toBe(2);
  const columns = await db.catalog.columns('sales_2026');
  expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'id integer',
    'big_number bigint',
    'price double precision',
    'ok boolean',
    'at timestamp without time zone',
    'zip text',
    'uid uuid',
    'embedding vector(2)',
    'note text',
    'empty text',
  ]);
  expect(await db.query('SELECT * FROM sales_2026 ORDER BY id').first()).toEqual({
    id: -2,
    big_number: 5,
    price: 2,
    ok: false,
    at: new Date('2026-01-02T00:00:00Z'),
    zip: '99999',
    uid: '550e8400-e29b-41d4-a716-446655440001',
    embedding: Float32Array.of(0.5, -1),
    note: 'with "quotes",\nand lines',
    empty: null,
  });
});

test('JSON lines make a table of all their keys; what is nested becomes text', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  const path = place.write(
    'events.jsonl',
    '{"id": 1, "tag": "7", "v": [1, 2.5], "more": {"a": [1]}}\n\n{"id": 2.5, "flag": true, "v": [3, 4], "more": null}\n',
  );
  await db.importFrom(path, { table: 'e' });
  expect(await db.query('SELECT * FROM e')).toEqual([
    { id: 1, tag: '7', v: Float32Array.of(1, 2.5), more: '{"a":[1]}', flag: null },
    { id: 2.5, tag: null, v: Float32Array.of(3, 4), more: null, flag: true },
  ]);
});

test('a table that is there gets the rows, by name, with its own types and defaults', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  await db.execute(
    `CREATE TABLE people (id INTEGER PRIMARY KEY, "Name" TEXT NOT NULL, zip INTEGER, kind TEXT DEFAULT 'new')`,
  );
  const path = place.write('people.tsv', 'Name\tID\tZip\nAda\t1\t01234\nGrace\t2\t\n');
  expect(await db.importFrom(path)).toMatchObject({ rows: 2, created: false, table: 'people' });
  expect(await db.query('SELECT * FROM people ORDER BY id')).toEqual([
    { id: 1, Name: 'Ada', zip: 1234, kind: 'new' },
    { id: 2, Name: 'Grace', zip: null, kind: 'new' },
  ]);
});

test('delimiter, missing header and NULL text are told by options', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  const path = place.write('data.txt', '1;\\N\n2;"\\N"\n');
  const options: ImportOptions = {
    format: 'csv',
    delimiter: ';',
    header: false,
    nullText: '\\N',
    table: 't',
  };
  await db.importFrom(path, options);
  expect(await db.query('SELECT column1, column2 FROM t')).toEqual([
    { column1: 1, column2: null },
    { column1: 2, column2: '\\N' },
  ]);
});

test('a header alone makes an empty table', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  expect(await db.importFrom(place.write('t.csv', 'a,b\n'))).toMatchObject({
    rows: 0,
    created: true,
  });
  expect(await db.query('SELECT a, b FROM t')).toEqual([]);
});

test.each<[string, string | Uint8Array, number | undefined, string]>([
  ['a value of the wrong type', 'id,n\n1,1\n2,2\n3,three\n', 4, 'ALX_CAST_FAILURE'],
  ['a key that comes twice', 'id,n\n1,1\n\n2,2\n1,3\n', 5, 'ALX_UNIQUE_VIOLATION'],
  ['a constraint', 'id,n\n1,1\n2,-1\n', 3, 'ALX_CHECK_VIOLATION'],
  ['a missing value', 'id,n\n1,1\n,2\n', 3, 'ALX_NOT_NULL_VIOLATION'],
  ['too many fields', 'id,n\n1,1\n2,2,2\n', 3, 'ALX_FILE_FORMAT'],
  ['a broken quote', 'id,n\n1,1\n"2,2\n', 3, 'ALX_FILE_FORMAT'],
  ['an unknown column', 'id,m\n1,1\n', 2, 'ALX_COLUMN_NOT_FOUND'],
  ['a column named twice', 'id,id\n1,1\n', 1, 'ALX_FILE_FORMAT'],
  ['text that is no UTF-8', Uint8Array.of(105, 100, 10, 255, 10), 1, 'ALX_INVALID_TEXT_ENCODING'],
])('%s is refused with file and line, and nothing is left', async (_what, text, line, code) => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0))');
  await db.execute('INSERT INTO t VALUES (100, 1)');
  const path = place.write('t.csv', text);
  const error = await db.importFrom(path).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code, message: expect.stringContaining('t.csv') as string });
  if (code !== 'ALX_INVALID_TEXT_ENCODING') expect(error).toMatchObject({ line });
  expect(await db.query('SELECT id FROM t')).toEqual([{ id: 100 }]);
  expect(db.metrics().openTransactions).toBe(0);
});

test('a failed import does not leave the table it made', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  const bad = place.write('t.csv', 'id\n1\n2\n"\n');
  await expect(db.importFrom(bad)).rejects.toMatchObject({ code: 'ALX_FILE_FORMAT' });
  expect(await db.catalog.tables()).toEqual([]);
  await db.importFrom(place.write('t.csv', 'id\n1\n'));
  expect(await db.query('SELECT * FROM t')).toEqual([{ id: 1 }]);
});

test('files that are missing, empty, of no known kind or not built are named', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  await expect(db.importFrom('/nowhere/x.csv')).rejects.toMatchObject({
    code: 'ALX_FILE_NOT_FOUND',
  });
  await expect(db.importFrom(place.write('x.csv', ''))).rejects.toMatchObject({
    code: 'ALX_FILE_FORMAT',
  });
  await expect(db.importFrom(place.write('x.dat', '1'))).rejects.toMatchObject({
    code: 'ALX_INVALID_ARGUMENT',
  });
  await expect(db.importFrom(place.write('x.parquet', '1'))).rejects.toMatchObject({
    code: 'ALX_UNSUPPORTED',
  });
});

test('an import of many pieces can be cancelled and leaves nothing', async () => {
  using place = openPlace();
  await using db = await Database.openInMemory();
  const line = `${'x'.repeat(100)}\n`;
  const path = place.write('t.csv', `note\n${line.repeat(20_000)}`);
  const controller = new AbortController();
  const importing = db.importFrom(path, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(importing).rejects.toThrow();
  expect(await db.catalog.tables()).toEqual([]);
  expect(await db.importFrom(path)).toMatchObject({ rows: 20_000 });
});

async function gather(path: string, options?: RecordOptions): Promise<FileRecord[]> {
  const records: FileRecord[] = [];
  for await (const record of readRecords(path, options)) records.push(record);
  return records;
}

test('readRecords gives objects, whatever the columns are called', async () => {
  using place = openPlace();
  expect(await gather(place.write('a.csv', '\uFEFFa,__proto__\r\n1,\r\n"",x\r\n'))).toEqual([
    Object.fromEntries([
      ['a', '1'],
      ['__proto__', null],
    ]),
    Object.fromEntries([
      ['a', ''],
      ['__proto__', 'x'],
    ]),
  ]);
  expect(await gather(place.write('b.ndjson', '{"a": 12345678901234567890}'))).toEqual([
    { a: 12_345_678_901_234_567_890n },
  ]);
  expect(await gather(place.write('c.csv', '1|2'), { header: false, delimiter: '|' })).toEqual([
    { column1: '1', column2: '2' },
  ]);
});
