import { expect, test } from 'vitest';
import { HashingEmbedder } from './hashing-embedder.ts';

const embedder = new HashingEmbedder();

function cosine(left: string, right: string): number {
  const a = embedder.embedOne(left);
  const b = embedder.embedOne(right);
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

test('the same text gives the same unit vector', () => {
  const vector = embedder.embedOne('The log is written before the page.');
  expect(vector).toEqual(embedder.embedOne('The log is written before the page.'));
  expect(vector).toHaveLength(384);
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
});

test('a text that shares words with the question is nearer than one that does not', () => {
  const question = 'How does the write-ahead log survive a crash?';
  const near = cosine(question, 'After a crash the write-ahead log is replayed.');
  const far = cosine(question, 'Colours of the console can be switched off.');
  expect(near).toBeGreaterThan(far + 0.2);
});

test('case, accents and plural forms do not matter', () => {
  expect(cosine('Café tables', 'cafe TABLE')).toBeGreaterThan(0.9);
});

test('a text without words is the zero vector, which has no direction', () => {
  expect(Math.max(...embedder.embedOne('… — !'))).toBe(0);
});
