/** Mistakes in a call: what they are answered with, and the cure. */
import { describe, expect, it } from 'vitest';
import { openDatabase } from './open-session.ts';

describe('a call', () => {
  it('with an option that is none is refused, with the one that was meant', async () => {
    await using db = await openDatabase();
    const options = { maxRow: 3 } as object;
    expect(() => db.query('SELECT 1', [], options)).toThrow(
      expect.objectContaining({ code: 'ALX_UNKNOWN_OPTION', hint: 'Did you mean "maxRows"?' }),
    );
  });

  it('with too few or too many values says how many there are', async () => {
    await using db = await openDatabase();
    expect(() => db.sync.query('SELECT $1::int + $2::int', [1])).toThrow(
      expect.objectContaining({ sqlState: '42P02', hint: 'Pass one value for each of $1 to $2.' }),
    );
    expect(() => db.sync.query('SELECT 1', [1])).toThrow(
      expect.objectContaining({ hint: 'Leave the values out.' }),
    );
  });

  it('with a negative count of rows has the SQLSTATE of PostgreSQL', async () => {
    await using db = await openDatabase();
    expect(() => db.sync.query('SELECT 1 LIMIT -1')).toThrow(
      expect.objectContaining({ sqlState: '2201W' }),
    );
    expect(() => db.sync.query('SELECT 1 OFFSET $1', [-1])).toThrow(
      expect.objectContaining({ sqlState: '2201X' }),
    );
  });
});
