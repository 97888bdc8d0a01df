import { exec } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Workplace } from './workplace.ts';

/** Fills a table and then counts eight billion rows, which takes longer than anybody waits. */
const LONG_SCRIPT = `CREATE TABLE n (i INTEGER); INSERT INTO n VALUES ${'(1),'.repeat(1_999)}(1);
  SELECT count(*) FROM n a, n b, n c`;

test('rows go to standard output, tags to standard error, and a directory keeps them', async () => {
  using place = new Workplace();
  const made = await place.spawn([
    'sql',
    `CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO t VALUES (1, 'a'), (2, NULL); SELECT * FROM t`,
  ]);
  expect(made).toEqual({
    code: 0,
    stdout: ' id | note\n----+------\n  1 | a\n  2 |\n(2 rows)\n',
    stderr: 'CREATE TABLE\nINSERT 0 2\n',
  });
  const read = await place.run(['sql', 'SELECT count(*) AS n FROM t', '--json']);
  expect(read).toEqual({ code: 0, stdout: '[\n  {"n":2}\n]\n', stderr: '' });
  const quiet = await place.run(['sql', '-q', 'DELETE FROM t']);
  expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
});

test.each([
  ['csv', 'id,note\n1,"a,b"\n2,\n'],
  ['tsv', 'id\tnote\n1\ta,b\n2\t\n'],
  ['jsonl', '{"id":1,"note":"a,b"}\n{"id":2,"note":null}\n'],
  ['json', '[\n  {"id":1,"note":"a,b"},\n  {"id":2,"note":null}\n]\n'],
  [
    'box',
    '┌────┬──────┐\n│ id │ note │\n├────┼──────┤\n│  1 │ a,b  │\n│  2 │      │\n└────┴──────┘\n(2 rows)\n',
  ],
  ['markdown', '| id | note |\n| -: | ---- |\n|  1 | a,b  |\n|  2 |      |\n'],
  [
    'vertical',
    '-[ RECORD 1 ]----\nid   | 1\nnote | a,b\n-[ RECORD 2 ]----\nid   | 2\nnote | \n(2 rows)\n',
  ],
])('the same rows as %s', async (format, expected) => {
  using place = new Workplace();
  const sql = `SELECT * FROM (VALUES (1, 'a,b'), (2, NULL)) AS v (id, note)`;
  const run = await place.run(['sql', sql, '--in-memory', '--output', format]);
  expect(run).toEqual({ code: 0, stdout: expected, stderr: '' });
});

test('statements come from a file or standard input, parameters as JSON', async () => {
  using place = new Workplace();
  const path = place.write('script.sql', 'SELECT $1 AS a,\n $2::integer + 1 AS b;\n');
  const file = await place.run([
    'sql',
    '-f',
    path,
    '--param',
    '["x", 2]',
    '--in-memory',
    '--output',
    'csv',
  ]);
  expect(file).toEqual({ code: 0, stdout: 'a,b\nx,3\n', stderr: '' });
  const named = await place.run(['sql', '--in-memory', '--output', 'csv', '-p', '{"n": 4}'], {
    input: 'SELECT $n::integer * 2 AS twice',
  });
  expect(named.stdout).toBe('twice\n8\n');
  const both = await place.run(['sql', 'SELECT 1', '-f', path, '--in-memory']);
  expect(both.code).toBe(1);
  const gone = await place.run(['sql', '-f', place.path('gone.sql'), '--in-memory']);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('gone.sql') as string });
});

test('an error points into the whole script, and what came before it is done', async () => {
  using place = new Workplace();
  const path = place.write(
    'script.sql',
    'CREATE TABLE users (name TEXT);\n\n  SELECT name,\n    nmae FROM users;\nSELECT 1;\n',
  );
  const run = await place.run(['sql', '-f', path]);
  expect(run.code).toBe(1);
  expect(run.stdout).toBe('');
  expect(run.stderr).toBe(
    [
      'CREATE TABLE',
      'error[ALOPEX-C003]: column "nmae" does not exist at line 4, column 5',
      'LINE 4:     nmae FROM users;',
      '            ^',
      'hint: Did you mean "name"?',
      'SQLSTATE: 42703 (ALX_COLUMN_NOT_FOUND)',
      '',
    ].join('\n'),
  );
  expect((await place.run(['sql', 'SELECT * FROM users', '--output', 'csv'])).stdout).toBe(
    'name\n',
  );
});

test('a syntax error anywhere runs nothing', async () => {
  using place = new Workplace();
  const run = await place.run(['sql', 'CREATE TABLE t (id INTEGER); SELEC 1']);
  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('SQLSTATE: 42601') as string,
  });
  expect(run.stderr).toContain('at line 1, column 30');
  const again = await place.run(['sql', 'CREATE TABLE t (id INTEGER)']);
  expect(again.code).toBe(0);
});

test('--explain shows the plan and keeps the place of errors', async () => {
  using place = new Workplace();
  const plan = await place.run(['sql', '--explain', 'SELECT 1 AS one', '--in-memory']);
  expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('QUERY PLAN') as string });
  const error = await place.run(['sql', '--explain', 'SELECT a', '--in-memory']);
  expect(error.stderr).toContain('at line 1, column 8');
});

test('exit codes say what kind of error it was, as JSON too', async () => {
  using place = new Workplace();
  const json = await place.run(['sql', 'SELECT 1/0', '--in-memory', '--json']);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stderr)).toEqual({
    error: {
      code: 'ALX_DIVISION_BY_ZERO',
      id: 'ALOPEX-E005',
      sql_state: '22012',
      message: 'division by zero',
      retryable: false,
    },
  });
  const unsupported = await place.run(['sql', 'SELECT 1', '--url', 'alopex://host']);
  expect(unsupported.code).toBe(5);
  const timeout = await place.run(['sql', '--in-memory', '--timeout', '50', LONG_SCRIPT]);
  expect(timeout).toMatchObject({ code: 3, stderr: expect.stringContaining('57014') as string });
  const usage = await place.run(['sql', '--nonsense']);
  expect(usage).toMatchObject({ code: 1, stdout: '' });
  const format = await place.run(['sql', 'SELECT 1', '--in-memory', '--output', 'xml']);
  expect(format).toMatchObject({ code: 1, stderr: expect.stringContaining('markdown') as string });
});

test('Ctrl-C ends a statement with 130 and leaves the database well', async () => {
  using place = new Workplace();
  const run = await place.spawn(['sql', LONG_SCRIPT], { interruptAt: 'INSERT 0 2000' });
  expect(run).toMatchObject({ code: 130, stderr: expect.stringContaining('57014') as string });
  const after = await place.run(['sql', 'SELECT count(*) AS n FROM n', '--output', 'csv']);
  expect(after.stdout).toBe('n\n2000\n');
});

test('a process tells its exit code, and a reader that goes away is no error', async () => {
  using place = new Workplace();
  expect((await place.spawn(['sql', 'SELECT 1/0', '--in-memory'])).code).toBe(1);
  const program = resolve(import.meta.dirname, '../src/bin/alopex.ts');
  const sql = `SELECT a.x FROM (VALUES ${'(1),'.repeat(999)}(1)) a (x), (VALUES ${'(1),'.repeat(99)}(1)) b (y)`;
  const path = place.write('script.sql', sql);
  const command = `${process.execPath} --conditions=@alopex-db/source ${program} sql --in-memory --output csv -f ${path}`;
  const { stdout, stderr } = await promisify(exec)(`${command} | head -1`);
  expect({ stdout, stderr }).toEqual({ stdout: 'x\n', stderr: '' });
});

test('--limit and --max-rows cut the rows', async () => {
  using place = new Workplace();
  const sql = 'SELECT * FROM (VALUES (1), (2), (3)) AS v (n)';
  const run = await place.run(['sql', sql, '--in-memory', '--max-rows', '2', '--output', 'csv']);
  expect(run.stdout).toBe('n\n1\n2\n');
  const limit = await place.run(['sql', sql, '--in-memory', '--limit', '1', '--output', 'csv']);
  expect(limit.stdout).toBe('n\n1\n');
});

test('transactions span the statements of a script', async () => {
  using place = new Workplace();
  await place.run(['sql', 'CREATE TABLE t (id INTEGER)']);
  const rolledBack = await place.run([
    'sql',
    'BEGIN; INSERT INTO t VALUES (1); ROLLBACK; SELECT * FROM t',
    '-q',
    '--output',
    'csv',
  ]);
  expect(rolledBack.stdout).toBe('id\n');
  await place.run(['sql', 'BEGIN; INSERT INTO t VALUES (1); COMMIT']);
  expect((await place.run(['sql', 'SELECT * FROM t', '--output', 'csv'])).stdout).toBe('id\n1\n');
});
