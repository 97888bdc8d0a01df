import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Database } from '@alopex-db/embedded';
import { Workplace } from './workplace.ts';

test('backup and restore bring a database back; a second backup copies what is new', async () => {
  using place = new Workplace();
  const sql = (statement: string) => place.run(['sql', statement]);
  await sql('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)');
  await sql("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
  const backup = ['backup', '--to', place.path('copy')];
  expect(await place.run(backup)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/copying .*\n(\d+) of \1 tables copied/) as string,
  });
  await sql("INSERT INTO t VALUES (3, 'three')");
  const second = await place.spawn([...backup, '--json', '--quiet']);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  const { tables, copiedTables } = JSON.parse(second.stdout) as Record<string, number>;
  expect(copiedTables).toBeGreaterThan(0);
  expect(copiedTables).toBeLessThan(tables!);
  expect(await place.run(['verify', place.path('copy')])).toMatchObject({ code: 0 });

  const restored = place.path('again');
  const restore = ['restore', '--from', place.path('copy'), '--to', restored];
  expect(await place.run(restore)).toMatchObject({ code: 0 });
  const query = await place.run([
    'sql',
    'SELECT * FROM t ORDER BY id',
    '--output',
    'csv',
    '--data-dir',
    restored,
  ]);
  expect(query.stdout).toBe('id,note\n1,one\n2,two\n3,three\n');
  expect(await place.run(restore)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not empty') as string,
  });
});

test('restore refuses a damaged backup, backup refuses a directory of something else', async () => {
  using place = new Workplace();
  await place.run(['kv', 'put', 'key', 'value']);
  const photo = place.write('photos/cat.jpg', 'cat');
  const refused = await place.run(['backup', '--to', place.path('photos')]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('cat.jpg') as string });
  expect(readFileSync(photo, 'utf8')).toBe('cat');
  await place.run(['backup', '--to', place.path('copy')]);
  const name = readdirSync(place.path('copy')).find((file) => file.endsWith('.sst'))!;
  const table = readFileSync(place.path('copy', name));
  table[3]! ^= 1;
  writeFileSync(place.path('copy', name), table);
  const damaged = await place.run([
    'restore',
    '--from',
    place.path('copy'),
    '--to',
    place.path('new'),
  ]);
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringContaining(name) as string });
});

test('a database backs itself up while it is written to', async () => {
  using place = new Workplace();
  await using database = await Database.open(place.path('data'));
  await database.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v VECTOR(3))');
  await database.execute("INSERT INTO t VALUES (1, '[1,2,3]')");
  const [report] = await Promise.all([
    database.backup(place.path('copy')),
    database.execute("INSERT INTO t VALUES (2, '[4,5,6]')"),
  ]);
  expect(report.copiedTables).toBe(report.tables);
  await using copy = await Database.open(place.path('copy'));
  expect(await copy.query('SELECT id FROM t')).toMatchObject([{ id: 1 }]);
});

test('export writes a snapshot that sql reads, verify checks and restore makes a database of', async () => {
  using place = new Workplace();
  await place.run(['sql', 'CREATE TABLE t (id INTEGER PRIMARY KEY)']);
  await place.run(['sql', 'INSERT INTO t VALUES (1), (2)']);
  const file = place.path('copy.alopex');
  const exported = await place.run(['export', '--to', file, '--json', '--quiet']);
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(exported.stdout)).toMatchObject({ bytes: readFileSync(file).length });
  const count = ['sql', 'SELECT count(*) AS n FROM t', '--output', 'csv', '--data-dir'];
  expect(await place.run([...count, file])).toMatchObject({ code: 0, stdout: 'n\n2\n' });
  expect(await place.run(['sql', 'DELETE FROM t', '--data-dir', file])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('25006') as string,
  });
  expect(await place.run(['verify', file])).toMatchObject({ code: 0 });
  const restored = place.path('restored');
  expect(await place.run(['restore', '--from', file, '--to', restored])).toMatchObject({ code: 0 });
  expect(await place.run([...count, restored])).toMatchObject({ code: 0, stdout: 'n\n2\n' });
});
