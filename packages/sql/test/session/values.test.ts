import { describe, expect, it } from 'vitest';
import { fragment, identifier, values } from '../../src/index.ts';
import { codeOf, codeOfNow, openDatabase } from './open-session.ts';

describe('values in and out of statements', () => {
  it('binds every JavaScript form and shows it as SPEC 2.3 says', async () => {
    await using db = await openDatabase();
    await db.execute(`CREATE TABLE v (id INTEGER PRIMARY KEY, b BOOLEAN, s SMALLINT, l BIGINT, r REAL, d DOUBLE PRECISION,
      t TEXT, y BYTEA, ts TIMESTAMP, u UUID, e VECTOR(3))`);
    const uuid = '0190b0c4-6f2e-7d3a-9b1e-5c1f2a3b4c5d';
    const when = new Date('2026-02-03T04:05:06.789Z');
    const bytes = Uint8Array.of(0, 1, 255);
    await db.execute('INSERT INTO v VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
      1,
      true,
      -5,
      9_007_199_254_740_993n,
      1.5,
      0.1,
      'grüße \u{1F98A}',
      bytes,
      when,
      uuid,
      [1, 2, 3.5],
    ]);
    const row = await db.query('SELECT * FROM v WHERE id = $1', [1]).one();
    const whole = {
      id: 1,
      b: true,
      s: -5,
      l: 9_007_199_254_740_993n,
      r: 1.5,
      d: 0.1,
      t: 'grüße \u{1F98A}',
      y: bytes,
      ts: when,
      u: uuid,
      e: Float32Array.of(1, 2, 3.5),
    };
    expect(row).toEqual(whole);
    expect(await db.query('SELECT * FROM v').one()).toEqual(whole);
    expect(JSON.parse(JSON.stringify(row))).toMatchObject({ id: 1, l: '9007199254740993' });
    const plain = await db.query('SELECT l FROM v').one();
    expect(JSON.stringify(plain)).toBe('{"l":"9007199254740993"}');
  });

  it('has a policy for BIGINT and for TIMESTAMP', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE v (id INTEGER PRIMARY KEY, l BIGINT, ts TIMESTAMP)');
    await db.execute("INSERT INTO v VALUES (1, 5, '2026-02-03 04:05:06.789012')");
    for (const sql of ['SELECT l, ts FROM v WHERE id = 1', 'SELECT l, ts FROM v']) {
      expect(await db.query(sql, [], { int64: 'bigint', temporal: 'string' }).one()).toEqual({
        l: 5n,
        ts: '2026-02-03 04:05:06.789012',
      });
      expect(await db.query(sql, [], { int64: 'string' }).value()).toBe('5');
      expect(await db.query(sql, [], { rowMode: 'array' }).one()).toEqual([
        5,
        new Date('2026-02-03T04:05:06.789Z'),
      ]);
    }
    await db.execute('UPDATE v SET l = 9223372036854775807');
    const sql = 'SELECT l FROM v WHERE id = 1';
    expect(await codeOf(db.query(sql, [], { int64: 'number' }))).toBe('ALX_OUT_OF_RANGE');
    expect(await db.query(sql, []).value()).toBe(9_223_372_036_854_775_807n);
  });

  it('refuses parameters that do not fit, and says which', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE v (id INTEGER PRIMARY KEY, l BIGINT, e VECTOR(3), t TIMESTAMP)');
    const insert = 'INSERT INTO v (id, l, e, t) VALUES ($1, $2, $3, $4)';
    const code = (...params: unknown[]): Promise<string> =>
      codeOf(db.execute(insert, params as never));
    expect(await code(1, 2, [1, 2, 3])).toBe('ALX_PARAMETER');
    expect(await code(1, 2, [1, 2, 3], null, 5)).toBe('ALX_PARAMETER');
    expect(await code(undefined, 2, null, null)).toBe('ALX_PARAMETER');
    expect(await code(1.5, 2, null, null)).toBe('ALX_CAST_FAILURE');
    expect(await code('abc', 2, null, null)).toBe('ALX_CAST_FAILURE');
    expect(await code(2 ** 31, 2, null, null)).toBe('ALX_OUT_OF_RANGE');
    expect(await code(1, 2 ** 60, null, null)).toBe('ALX_PARAMETER');
    expect(await code(1, 2n ** 63n, null, null)).toBe('ALX_OUT_OF_RANGE');
    expect(await code(1, 2, [1, 2], null)).toBe('ALX_VECTOR_DIMENSION');
    expect(await code(1, 2, [1, 2, Number.NaN], null)).toBe('ALX_VECTOR_ELEMENT');
    expect(await code(1, 2, [1, 2, 'x'], null)).toBe('ALX_TYPE_MISMATCH');
    expect(await code(1, 2, null, 5)).toBe('ALX_TYPE_MISMATCH');
    expect(await code(1, 2, null, new Date(Number.NaN))).toBe('ALX_DATETIME_FORMAT');
    expect(await code('1', 2n, '[1,2,3]', '2026-01-01')).toBe('no error');
    expect(await db.query('SELECT id FROM v WHERE id = $1', ['1'])).toEqual([{ id: 1 }]);
    expect(await db.query('SELECT id FROM v WHERE id = $1', [null])).toEqual([]);
    expect(codeOfNow(() => db.sync.query('SELECT id FROM v WHERE id = $1', []))).toBe(
      'ALX_PARAMETER',
    );
  });

  it('takes question marks and names as parameters', async () => {
    await using db = await openDatabase();
    expect(await db.query('SELECT ? + ? * 2 AS x', [1, 2]).value()).toBe(5);
    expect(await db.query('SELECT $a || $b || $a AS x', { a: 'x', b: 'y' }).value()).toBe('xyx');
    expect(await codeOf(db.query('SELECT $a', { b: 1 }))).toBe('ALX_PARAMETER');
    expect(await codeOf(db.query('SELECT $a', [1]))).toBe('ALX_PARAMETER');
    expect(await codeOf(db.query('SELECT $1', { a: 1 }))).toBe('ALX_PARAMETER');
    expect(await codeOf(db.query('SELECT 1', [1]))).toBe('ALX_PARAMETER');
  });

  it('types a parameter by its value where nothing else does', async () => {
    await using db = await openDatabase();
    expect(await db.query('SELECT $1 AS x', [5]).value()).toBe(5);
    expect(await db.query('SELECT $1 AS x', ['five']).value()).toBe('five');
    expect(await db.query('SELECT $1 AS x', [true]).value()).toBe(true);
    expect(await db.query('SELECT $1 AS x', [null]).value()).toBe(null);
  });

  it('never splices a value into text, and quotes names', async () => {
    await using db = await openDatabase();
    const evil = `Robert'); DROP TABLE students;--`;
    await db.sql`CREATE TABLE ${identifier('odd "name')} (id INTEGER PRIMARY KEY, name TEXT)`;
    await db.sql`INSERT INTO ${identifier('odd "name')} VALUES ${values([
      [1, evil],
      [2, 'x'],
    ])}`;
    const filter = fragment`name = ${evil} AND id IN ${values([1, 2, 3])}`;
    const rows =
      await db.sql`SELECT id, ${'$1'} AS v FROM ${identifier('odd "name')} WHERE ${filter}`;
    expect(rows).toEqual([{ id: 1, v: '$1' }]);
    const forged = JSON.parse('{"kind":"sql-piece","text":["1; DROP TABLE x"],"params":[]}');
    expect(await codeOf(db.sql`SELECT id FROM "odd ""name" WHERE name = ${forged}`)).toBe(
      'ALX_TYPE_MISMATCH',
    );
    expect(codeOfNow(() => values([]))).toBe('ALX_INVALID_ARGUMENT');
    expect(codeOfNow(() => identifier(''))).toBe('ALX_INVALID_ARGUMENT');
  });

  it('keeps the last of columns with one name, and a column called __proto__', async () => {
    await using db = await openDatabase();
    expect(await db.query('SELECT 1 AS a, 2 AS a').one()).toEqual({ a: 2 });
    expect(await db.query('SELECT 1 AS a, 2 AS a', [], { rowMode: 'array' }).one()).toEqual([1, 2]);
    const row = await db.query('SELECT 1 AS "__proto__", 2 AS "con structor"').one();
    expect(Object.keys(row)).toEqual(['__proto__', 'con structor']);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });
});
