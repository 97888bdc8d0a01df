import { Interval } from '@alopex-db/core/types';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './open-session.ts';

const TABLE =
  'CREATE TABLE v (id INTEGER PRIMARY KEY, n NUMERIC(8, 2), d DATE, t TIME, z TIMESTAMPTZ, i INTERVAL)';

describe('values of NUMERIC and the types of time', () => {
  it('come back in the forms that the options ask for', async () => {
    await using db = await openDatabase();
    await db.execute(TABLE);
    const moment = new Date('2026-01-31T12:00:00.250Z');
    await db.execute('INSERT INTO v VALUES ($1, $2, $3, $4, $5, $6)', [
      1,
      12.345,
      '2026-01-31',
      '04:05:06.5',
      moment,
      { months: 1, days: 2, microseconds: 3 },
    ]);
    const first = await db.query('SELECT * FROM v').one();
    expect(first).toEqual({
      id: 1,
      n: '12.35',
      d: '2026-01-31',
      t: '04:05:06.5',
      z: moment,
      i: new Interval(1, 2, 3),
    });
    expect((first['i'] as Interval).toString()).toBe('1 mon 2 days 00:00:00.000003');
    const options = { numeric: 'number', temporal: 'string' } as const;
    expect(await db.query('SELECT n, z FROM v WHERE id = $1', [1], options).one()).toEqual({
      n: 12.35,
      z: '2026-01-31 12:00:00.25+00',
    });
  });

  it('read parameters without a zone by the clock of the session', async () => {
    await using db = await openDatabase();
    await db.execute(TABLE);
    await using session = await db.session();
    await session.execute("SET TIME ZONE 'Europe/Paris'");
    await session.execute('INSERT INTO v (id, z) VALUES (1, $1)', ['2026-07-01 12:00']);
    const options = { temporal: 'string' } as const;
    expect(await session.query('SELECT z FROM v WHERE id = 1', [], options).value()).toBe(
      '2026-07-01 12:00:00+02',
    );
    expect(await session.query('SELECT id FROM v WHERE z = $1', ['2026-07-01 12:00']).value()).toBe(
      1,
    );
    expect(await db.query('SELECT z FROM v', [], options).value()).toBe('2026-07-01 10:00:00+00');
  });

  it('gives one text another value when the zone of the session has changed', async () => {
    await using db = await openDatabase();
    await using session = await db.session();
    const text = "SELECT extract(epoch FROM TIMESTAMPTZ '2026-01-01 00:00') AS e";
    expect(await session.query(text).value()).toBe('1767225600.000000');
    await session.execute("SET TIME ZONE 'Asia/Tokyo'");
    expect(await session.query(text).value()).toBe('1767193200.000000');
  });
});
