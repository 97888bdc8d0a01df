/**
 * The offline default: lexical feature hashing, not a language model. It finds texts that share words and word parts with the
 * question; it knows nothing of meaning. Deterministic: the same text gives the same vector on every machine.
 *
 *   1. words: lower case, without accents, stop words dropped, a light stem (plural, -ing, -ed)
 *   2. features: the stem (weight 1), pairs of neighbouring stems (0.6), character trigrams of the stem (0.25)
 *   3. each feature adds +-(1 + ln count) * weight to the slot that its hash names (the sign is another hash bit, so that
 *      collisions cancel on average)
 *   4. the vector is scaled to length 1
 *
 * Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (2009); FNV-1a with a final avalanche.
 */
import type { Embedder } from './embedder.ts';

export const HASHING_DIMENSION = 384;

const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can do does for from had has have how i if in into is it its me my no not of on or our ' +
    'so than that the their them then there these they this to was we were what when where which who why will with you your'
  ).split(' '),
);

const WEIGHT = { stem: 1, pair: 0.6, trigram: 0.25 } as const;

export class HashingEmbedder implements Embedder {
  readonly name = 'lexical feature hashing (offline, no language model)';
  readonly dimension: number;

  constructor(dimension: number = HASHING_DIMENSION) {
    this.dimension = dimension;
  }

  embed(texts: readonly string[]): Promise<Float32Array[]> {
    return Promise.resolve(texts.map((text) => this.embedOne(text)));
  }

  embedOne(text: string): Float32Array {
    const vector = new Float32Array(this.dimension);
    for (const [feature, { count, weight }] of countFeatures(text)) {
      const hash = hashText(feature);
      const sign = (hash & 1) === 0 ? 1 : -1;
      vector[(hash >>> 1) % this.dimension]! += sign * weight * (1 + Math.log(count));
    }
    return scaleToUnit(vector);
  }
}

interface Feature {
  count: number;
  readonly weight: number;
}

function countFeatures(text: string): Map<string, Feature> {
  const features = new Map<string, Feature>();
  const add = (feature: string, weight: number): void => {
    const known = features.get(feature);
    if (known === undefined) features.set(feature, { count: 1, weight });
    else known.count += 1;
  };
  let previous: string | undefined;
  for (const stem of stemsOf(text)) {
    add(stem, WEIGHT.stem);
    if (previous !== undefined) add(`${previous} ${stem}`, WEIGHT.pair);
    const padded = `^${stem}$`;
    for (let at = 0; at + 3 <= padded.length; at += 1)
      add(`#${padded.slice(at, at + 3)}`, WEIGHT.trigram);
    previous = stem;
  }
  return features;
}

function* stemsOf(text: string): Generator<string> {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (!STOP_WORDS.has(word)) yield stemOf(word);
  }
}

function stemOf(word: string): string {
  if (word.length > 5 && word.endsWith('ing')) return word.slice(0, -3);
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && word.endsWith('ed')) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1);
  return word;
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scaleToUnit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return vector;
  const scale = 1 / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index += 1) vector[index]! *= scale;
  return vector;
}
