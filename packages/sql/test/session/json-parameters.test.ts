import { describe, expect, it } from 'vitest';
import { codeOf, openDatabase } from './open-session.ts';

const VALUE = 'SELECT $1::jsonb::text AS value';

describe('JSON parameters', () => {
  it('stand for the value they are, large integers and Maps included', async () => {
    await using db = await openDatabase();
    const given = { n: 9_007_199_254_740_993n, m: new Map([['k', [1, null]]]), t: '😀' };
    expect(await db.query(VALUE, [given as never]).value()).toBe(
      '{"m": {"k": [1, null]}, "n": 9007199254740993, "t": "😀"}',
    );
  });

  it('nested without end are refused as text is', async () => {
    await using db = await openDatabase();
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = { deep };
    expect(await codeOf(db.query(VALUE, [deep as never]).value())).toBe('ALX_RESOURCES');
    let below: unknown = 1;
    for (let level = 0; level < 1_001; level += 1) below = { below };
    expect(await codeOf(db.query(VALUE, [below as never]).value())).toBe('ALX_RESOURCES');
  });

  it('that contain themselves have no text, and the error says so', async () => {
    await using db = await openDatabase();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    await expect(db.query(VALUE, [cycle as never]).value()).rejects.toMatchObject({
      code: 'ALX_PARAMETER',
      message: expect.stringContaining('parameter $1 cannot be written as JSON'),
      hint: expect.stringContaining('contains itself'),
    });
  });

  it('may hold no half of a surrogate pair', async () => {
    await using db = await openDatabase();
    for (const half of [{ a: '\ud83d' }, { '\ude00': 1 }, '"\\ud83d"']) {
      await expect(db.query(VALUE, [half as never]).value()).rejects.toMatchObject({
        sqlState: '22P02',
      });
    }
    expect(await codeOf(db.query(VALUE, ['"\ud83d"']).value())).toBe('ALX_INVALID_TEXT_ENCODING');
  });
});
