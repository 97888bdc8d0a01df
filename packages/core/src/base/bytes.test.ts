import { expect, test } from 'vitest';
import {
  compareBytes,
  concatBytes,
  decodeUtf8,
  decodeUtf8Strict,
  encodeUtf8,
  fromHex,
  prefixEnd,
  toHex,
} from './bytes.ts';

const PIECES = ['a', 'é', '数', '🦊', '\0', '\u007f', '\u0080'];

test('text of every length and width is encoded and decoded as the platform does it', () => {
  for (let length = 0; length < 100; length += 1) {
    for (const last of PIECES) {
      const text = 'x'.repeat(length) + last;
      const bytes = encodeUtf8(text);
      expect(bytes).toEqual(new TextEncoder().encode(text));
      expect(decodeUtf8(bytes)).toBe(text);
      expect(decodeUtf8Strict(bytes)).toBe(text);
    }
  }
  // A lone surrogate has no encoding of its own.
  expect(encodeUtf8('\ud800')).toEqual(Uint8Array.of(0xef, 0xbf, 0xbd));
});

test('broken UTF-8 is replaced, or told', () => {
  const broken = Uint8Array.of(0x61, 0xff, 0x62);
  expect(decodeUtf8(broken)).toBe('a\ufffdb');
  expect(decodeUtf8Strict(broken)).toBeUndefined();
});

test('a part of a buffer decodes alone, shared memory too', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(100));
  shared.set(encodeUtf8(`--${'é'.repeat(40)}--`));
  expect(decodeUtf8(shared, 2, 82)).toBe('é'.repeat(40));
});

test.each([
  ['', '', 0],
  ['', '00', -1],
  ['61', '6100', -1],
  ['ff', '6100', 1],
])('%s and %s compare as unsigned bytes', (left, right, sign) => {
  expect(Math.sign(compareBytes(fromHex(left)!, fromHex(right)!))).toBe(sign);
});

test.each([
  ['6161', '6162'],
  ['61ff', '62'],
  ['ffff', undefined],
  ['', undefined],
])('the keys that start with %s end before %s', (prefix, end) => {
  const found = prefixEnd(fromHex(prefix)!);
  expect(found === undefined ? undefined : toHex(found)).toBe(end);
});

test('hexadecimal goes both ways, and what is none is told', () => {
  expect(toHex(concatBytes(Uint8Array.of(0, 15), Uint8Array.of(255)))).toBe('000fff');
  expect(fromHex('000FfF')).toEqual(Uint8Array.of(0, 15, 255));
  expect(fromHex('0')).toBeUndefined();
  expect(fromHex('zz')).toBeUndefined();
});
