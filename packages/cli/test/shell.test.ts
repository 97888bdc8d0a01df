import { expect, test } from 'vitest';
import { Workplace } from './workplace.ts';

async function shell(place: Workplace, ...lines: readonly string[]) {
  return place.run(['shell'], { input: `${lines.join('\n')}\n` });
}

test('a pipe runs statements of several lines and the commands of the shell', async () => {
  using place = new Workplace();
  const run = await shell(
    place,
    'CREATE TABLE t (',
    '  id INTEGER PRIMARY KEY, note TEXT DEFAULT $$a;b$$ CHECK (length(note) > 0), UNIQUE (note));',
    `INSERT INTO t VALUES (1, 'x'); INSERT INTO t (id)`,
    'VALUES (2);',
    '\\dt',
    '\\d t',
    '.schema t',
    '\\x',
    'SELECT * FROM t WHERE id = 2;',
    '\\x off',
    '.mode csv',
    'SELECT 1 AS one',
  );
  expect(run).toMatchObject({ code: 0, stderr: 'CREATE TABLE\nINSERT 0 1\nINSERT 0 1\n' });
  expect(run.stdout).toContain(' public | t    | 2       | id');
  expect(run.stdout).toContain('"t_pkey" PRIMARY KEY, btree (id)');
  expect(run.stdout).toMatch(/CREATE TABLE t \(\n {2}id integer NOT NULL,[^]*UNIQUE \(note\)/);
  expect(run.stdout).toContain('-[ RECORD 1 ]----\nid   | 2\nnote | a;b\n');
  expect(run.stdout.endsWith('one\n1\n')).toBe(true);
});

test('what .schema prints makes the same table again', async () => {
  using place = new Workplace();
  const table = `CREATE TABLE "Odd Name" (a INTEGER, "B b" TEXT NOT NULL DEFAULT 'x', c VECTOR(3, L2), d TIMESTAMP,
    e VARCHAR(5), PRIMARY KEY (a, "B b"), UNIQUE (d), CHECK (a > 0));`;
  const first = await shell(place, table, '.schema');
  expect(first.code).toBe(0);
  using other = new Workplace();
  const second = await shell(other, first.stdout, '.schema');
  expect(second).toMatchObject({ code: 0, stdout: first.stdout });
});

test('the first error ends a pipe with its exit code', async () => {
  using place = new Workplace();
  const run = await shell(place, 'SELECT 1;', 'SELECT nothing;', 'SELECT 2;');
  expect(run.code).toBe(1);
  expect(run.stdout).toBe(' ?column?\n----------\n        1\n(1 row)\n');
  expect(run.stderr).toContain('LINE 1: SELECT nothing');
  expect(await shell(place, '\\nonsense')).toMatchObject({ code: 1 });
  expect(await shell(place, '\\d nothing')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('42P01') as string,
  });
});

test('without a command the shell opens, and \\q leaves it', async () => {
  using place = new Workplace();
  const run = await place.run(['--in-memory'], { input: 'SELECT 1 AS one;\n\\q\nSELECT 2;\n' });
  expect(run).toEqual({ code: 0, stdout: ' one\n-----\n   1\n(1 row)\n', stderr: '' });
});

test('BEGIN and ROLLBACK span lines of the shell', async () => {
  using place = new Workplace();
  const run = await shell(
    place,
    'CREATE TABLE t (id INTEGER);',
    'BEGIN;',
    'INSERT INTO t VALUES (1);',
    'ROLLBACK;',
    '.mode csv',
    'SELECT count(*) AS n FROM t;',
  );
  expect(run.stdout).toBe('Output format is csv.\nn\n0\n');
  expect(run.stderr).toBe('CREATE TABLE\nBEGIN\nINSERT 0 1\nROLLBACK\n');
});
