/** What users get wrong: each a clear error with its SQLSTATE, after which the database goes on with all its data. */
import { expect, test } from 'vitest';
import { AlopexError, Database, formatCaret } from '../src/index.ts';

async function openSample(): Promise<Database> {
  const db = await Database.openInMemory();
  await db.execute('CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, e VECTOR(3))');
  await db.execute(`INSERT INTO users VALUES (1, 'Ada', '[1,2,3]')`);
  return db;
}

async function errorOf(call: () => PromiseLike<unknown>): Promise<AlopexError> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(AlopexError);
    return error as AlopexError;
  }
  throw new AlopexError('ALX_INTERNAL', 'the call was expected to fail');
}

/** All is as it was, on both ways in. */
async function expectIntact(db: Database): Promise<void> {
  const row = { id: 1, name: 'Ada', e: Float32Array.of(1, 2, 3) };
  expect(await db.query('SELECT * FROM users')).toEqual([row]);
  expect(db.sync.query('SELECT * FROM users')).toEqual([row]);
  expect(db.metrics().openTransactions).toBe(0);
}

interface Mistake {
  readonly what: string;
  readonly sql: string;
  readonly params?: readonly (null | number | string | Float32Array | number[])[];
  readonly code: string;
  readonly sqlState: string;
  /** Line and column the caret stands under. */
  readonly at?: readonly [number, number];
  readonly hint?: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a vector of the wrong length as a parameter',
    sql: 'INSERT INTO users VALUES (2, $1, $2)',
    params: ['x', [1, 2]],
    code: 'ALX_VECTOR_DIMENSION',
    sqlState: '22000',
  },
  {
    what: 'a vector of the wrong length as text',
    sql: `INSERT INTO users VALUES (2, 'x', '[1,2]')`,
    code: 'ALX_VECTOR_DIMENSION',
    sqlState: '22000',
  },
  {
    what: 'a query vector of the wrong length',
    sql: 'SELECT id FROM users ORDER BY e <=> $1 LIMIT 1',
    params: [new Float32Array(4)],
    code: 'ALX_VECTOR_DIMENSION',
    sqlState: '22000',
  },
  {
    what: 'NaN in a vector',
    sql: 'UPDATE users SET e = $1',
    params: [[1, Number.NaN, 3]],
    code: 'ALX_VECTOR_ELEMENT',
    sqlState: '22000',
  },
  {
    what: 'infinity in a vector',
    sql: 'UPDATE users SET e = $1',
    params: [Float32Array.of(1, Number.POSITIVE_INFINITY, 3)],
    code: 'ALX_VECTOR_ELEMENT',
    sqlState: '22000',
  },
  {
    what: 'an unknown column',
    sql: 'SELECT id,\n  nmae\nFROM users',
    code: 'ALX_COLUMN_NOT_FOUND',
    sqlState: '42703',
    at: [2, 3],
    hint: /name/,
  },
  {
    what: 'an unknown table',
    sql: 'SELECT * FROM usres',
    code: 'ALX_TABLE_NOT_FOUND',
    sqlState: '42P01',
    at: [1, 15],
    hint: /users/,
  },
  {
    what: 'a type that does not fit an operator',
    sql: `SELECT name + 1 FROM users`,
    code: 'ALX_OPERATOR_NOT_FOUND',
    sqlState: '42883',
    at: [1, 13],
  },
  {
    what: 'a type that does not fit a column',
    sql: 'INSERT INTO users (id, name) VALUES (true, 1)',
    code: 'ALX_TYPE_MISMATCH',
    sqlState: '42804',
    at: [1, 38],
  },
  {
    what: 'text that is no number',
    sql: 'SELECT * FROM users WHERE id = $1',
    params: ['one'],
    code: 'ALX_CAST_FAILURE',
    sqlState: '22P02',
  },
  {
    what: 'a syntax error',
    sql: 'SELECT id FORM users WHERE',
    code: 'ALX_UNEXPECTED_TOKEN',
    sqlState: '42601',
  },
  {
    what: 'a string without an end',
    sql: `SELECT 'abc`,
    code: 'ALX_UNTERMINATED_STRING',
    sqlState: '42601',
    at: [1, 8],
  },
  {
    what: 'a missing parameter',
    sql: 'SELECT $1, $2',
    params: ['one'],
    code: 'ALX_PARAMETER',
    sqlState: '42P02',
  },
  {
    what: 'a duplicate key',
    sql: `INSERT INTO users VALUES (1, 'Eve', NULL)`,
    code: 'ALX_UNIQUE_VIOLATION',
    sqlState: '23505',
  },
  {
    what: 'NULL where it must not be',
    sql: 'UPDATE users SET name = NULL',
    code: 'ALX_NOT_NULL_VIOLATION',
    sqlState: '23502',
  },
  {
    what: 'division by zero',
    sql: 'SELECT 1 / 0',
    code: 'ALX_DIVISION_BY_ZERO',
    sqlState: '22012',
  },
  {
    what: 'a number out of range',
    sql: 'SELECT 2147483647 + 1',
    code: 'ALX_OUT_OF_RANGE',
    sqlState: '22003',
  },
];

test.each(MISTAKES)('$what is refused, and nothing is lost', async (mistake) => {
  await using db = await openSample();
  const { sql, params, code, sqlState, at, hint } = mistake;
  for (const call of [
    () => db.execute(sql, params),
    () => db.query(sql, params),
    async () => db.sync.execute(sql, params),
    async () => (await db.prepare(sql)).execute(params),
  ]) {
    const error = await errorOf(call);
    expect(error).toMatchObject({ code, sqlState });
    if (at !== undefined) expect([error.line, error.column]).toEqual(at);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  }
  await expectIntact(db);
});

test('the caret stands under what is wrong', async () => {
  await using db = await openSample();
  const sql = 'SELECT id,\n  nmae\nFROM users';
  const error = await errorOf(() => db.execute(sql));
  expect(formatCaret(sql, error)).toBe('LINE 2:   nmae\n          ^');
  expect(error.format()).toBe(
    'error[ALOPEX-C003]: column "nmae" does not exist at line 2, column 3',
  );
});

test('a statement of 100 MB is refused at once', async () => {
  await using db = await openSample();
  const sql = `SELECT '${'x'.repeat(100 * 2 ** 20)}'`;
  const startMs = performance.now();
  for (const call of [
    () => db.execute(sql),
    () => db.executeScript(sql),
    async () => db.sync.execute(sql),
  ]) {
    const error = await errorOf(call);
    expect(error).toMatchObject({ id: 'ALOPEX-P007', sqlState: '54000' });
    // The text is not dragged along.
    expect(error.message.length).toBeLessThan(500);
  }
  expect(performance.now() - startMs).toBeLessThan(5_000);
  await expectIntact(db);
});

test.each([
  ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['open parentheses alone', `SELECT ${'('.repeat(10_000)}`],
  ['subqueries', `SELECT ${'(SELECT '.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['signs', `SELECT ${'- '.repeat(10_000)}1`],
  ['negations', `SELECT ${'NOT '.repeat(10_000)}true`],
  ['additions', `SELECT 1${' + 1'.repeat(10_000)}`],
])('10,000 nested %s are refused, and the process lives', async (_what, sql) => {
  await using db = await openSample();
  for (const call of [() => db.execute(sql), async () => db.sync.execute(sql)]) {
    expect((await errorOf(call)).sqlState).toMatch(/^54001$|^42601$/);
  }
  await expectIntact(db);
});

test('10,000 parentheses are P006 by name', async () => {
  await using db = await openSample();
  const sql = `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`;
  expect(await errorOf(() => db.execute(sql))).toMatchObject({
    id: 'ALOPEX-P006',
    sqlState: '54001',
  });
});

test('a failed statement fails its transaction and leaves others alone', async () => {
  await using db = await openSample();
  const tx = await db.begin();
  await tx.execute(`INSERT INTO users VALUES (2, 'Eve', NULL)`);
  expect((await errorOf(() => tx.execute('SELECT nmae FROM users'))).sqlState).toBe('42703');
  expect((await errorOf(() => tx.execute('SELECT 1'))).sqlState).toBe('25P02');
  expect((await errorOf(() => tx.kv.put('a', 'b'))).sqlState).toBe('25P02');
  expect((await errorOf(() => tx.commit())).sqlState).toBe('25P02');
  await expectIntact(db);
});
