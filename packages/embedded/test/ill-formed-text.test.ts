/** Text that UTF-8 cannot hold is refused by every door, so that two different texts never become the same bytes. */
import { expect, test } from 'vitest';
import { Database } from '../src/database.ts';

const HALF = 'a\ud800b';
const refused = expect.objectContaining({
  code: 'ALX_INVALID_TEXT_ENCODING',
  sqlState: '22021',
}) as Error;

test('keys and values of half a surrogate pair are refused, and nothing is written', async () => {
  await using db = await Database.openInMemory();
  await db.kv.put('\ufffd', 'kept');
  await expect(db.kv.put('\ud800', 'one')).rejects.toEqual(refused);
  await expect(db.kv.put('key', HALF)).rejects.toEqual(refused);
  await expect(db.kv.get('\ud800')).rejects.toEqual(refused);
  expect(() => db.sync.kv.put('\udc00', 'two')).toThrow(refused);
  expect(await db.kv.getText('\ufffd')).toBe('kept');
});

test('text parameters of every way of running a statement are refused', async () => {
  await using db = await Database.openInMemory();
  await db.execute('CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT)');
  const insert = 'INSERT INTO t VALUES ($1, $2)';
  await expect(db.execute(insert, ['\ud800', 'x'])).rejects.toEqual(refused);
  await expect(
    db.executeMany(insert, [
      ['ok', 'x'],
      ['k', HALF],
    ]),
  ).rejects.toEqual(refused);
  await expect(db.execute(insert, ['k', 'a\0b'])).rejects.toEqual(refused);
  expect(() => db.sync.prepare(insert).execute(['\udfff', 'x'])).toThrow(refused);
  await expect(db.query('SELECT v FROM t WHERE k = $1', [HALF]).first()).rejects.toEqual(refused);
  expect(await db.query('SELECT count(*) FROM t').value()).toBe(0);
});

test('a statement whose text is ill-formed is refused', async () => {
  await using db = await Database.openInMemory();
  await expect(db.query(`SELECT '${HALF}'`)).rejects.toEqual(refused);
});

test.each([-1, Number.NaN])(
  'a time limit of %d is refused instead of meaning none',
  async (timeoutMs) => {
    await using db = await Database.openInMemory();
    await expect(db.query('SELECT 1', [], { timeoutMs })).rejects.toMatchObject({
      code: 'ALX_INVALID_ARGUMENT',
    });
  },
);
