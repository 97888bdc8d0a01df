import { expect, test } from 'vitest';
import { splitText } from './split-text.ts';

test('short paragraphs are gathered up to the target length', () => {
  expect(splitText('one\n\ntwo\n\nthree', 5)).toEqual(['one', 'two', 'three']);
  expect(splitText('one\n\ntwo\n\nthree', 100)).toEqual(['one\n\ntwo\n\nthree']);
});

test('a long paragraph stays whole, and blank text gives nothing', () => {
  expect(splitText('x'.repeat(50), 10)).toEqual(['x'.repeat(50)]);
  expect(splitText(' \n\n \r\n')).toEqual([]);
});
