import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBatchRowBuilder, createStoredRowBuilder, type BuiltRow } from './row-shape.ts';

afterEach(() => vi.unstubAllGlobals());

const NAMES = ['id', '__proto__', 'a"; process.exit(); "', 'id'];

function build(mode: 'object' | 'array'): BuiltRow[] {
  const rows: BuiltRow[] = [];
  const getters = NAMES.map((_, column) => (index: number) => index * 10 + column);
  createBatchRowBuilder(NAMES, mode)(getters, 2, rows);
  return rows;
}

function buildStored(mode: 'object' | 'array'): BuiltRow {
  const getters = NAMES.map((_, column) => () => column);
  return createStoredRowBuilder(NAMES, mode, getters)(
    new Uint8Array(0),
    new DataView(new ArrayBuffer(0)),
    0,
  );
}

describe('row builders', () => {
  it.each([
    ['generated', false],
    ['where a content security policy forbids generated code', true],
  ])('%s make the same rows', (_name, forbidden) => {
    if (forbidden) {
      const refuse = function (): never {
        throw new EvalError('unsafe-eval is not an allowed source');
      };
      vi.stubGlobal('Function', refuse);
    }
    const [first, second] = build('object');
    vi.unstubAllGlobals();
    expect(Object.entries(first!)).toEqual([
      ['__proto__', 1],
      ['a"; process.exit(); "', 2],
      ['id', 3],
    ]);
    expect(Object.getPrototypeOf(first)).toBe(Object.prototype);
    expect(Object.values(second!)).toEqual([11, 12, 13]);
    if (forbidden) vi.stubGlobal('Function', undefined);
    const shown = [build('array'), buildStored('array'), Object.values(buildStored('object'))];
    vi.unstubAllGlobals();
    expect(shown).toEqual([
      [
        [0, 1, 2, 3],
        [10, 11, 12, 13],
      ],
      [0, 1, 2, 3],
      [1, 2, 3],
    ]);
  });
});
