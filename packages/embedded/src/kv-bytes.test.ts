import { expect, test } from 'vitest';
import { decodeUtf8 } from '@alopex-db/core/base';
import type { KvRange } from '@alopex-db/sql/session';
import { resolveRange } from './kv-bytes.ts';

function shown(range: KvRange): unknown {
  const resolved = resolveRange(range);
  if (resolved === undefined) return undefined;
  const { start, end } = resolved.keys;
  return [start && decodeUtf8(start), end && decodeUtf8(end)];
}

test.each<[KvRange, unknown]>([
  [{}, [undefined, undefined]],
  [{ prefix: 'ab' }, ['ab', 'ac']],
  [{ prefix: '' }, ['', undefined]],
  [{ start: 'a', end: 'c' }, ['a', 'c']],
  [{ prefix: 'a', start: 'ab' }, ['ab', 'b']],
  [{ prefix: 'b', start: 'a', end: 'c' }, ['b', 'c']],
  [{ prefix: 'b', end: 'a' }, undefined],
  [{ start: 'b', end: 'b' }, undefined],
  [{ limit: 0 }, undefined],
])('the range %j covers %j', (range, expected) => {
  expect(shown(range)).toEqual(expected);
});

test('a prefix of 0xff bytes has no end', () => {
  const keys = resolveRange({ prefix: Uint8Array.of(0xff, 0xff) })?.keys;
  expect(keys).toMatchObject({ start: Uint8Array.of(0xff, 0xff), end: undefined });
});

test.each([-1, 1.5, Number.NaN])('the limit %d is refused', (limit) => {
  expect(() => resolveRange({ limit })).toThrow(
    expect.objectContaining({ code: 'ALX_INVALID_ARGUMENT' }),
  );
});
