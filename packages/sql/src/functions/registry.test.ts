import { NO_SESSION } from '@alopex-db/core/compute';
import { loadKernels } from '@alopex-db/core/kernels';
import { columnFromScalars, scalarAt, vectorType, FLOAT64 } from '@alopex-db/core/types';
import { VectorDistances } from '@alopex-db/core/vector';
import { describe, expect, it } from 'vitest';
import { BINARY_OPERATORS, PREFIX_OPERATORS } from './operators.ts';
import { FUNCTIONS, FunctionRegistry } from './registry.ts';

const registry = new FunctionRegistry({
  distances: new VectorDistances(loadKernels()),
  sequences: { next: () => 7 },
});
const CONTEXT = {
  ...NO_SESSION,
  statementMicros: 0,
  nowMicros: () => 0,
  transactionMicros: 0,
  nextUint32: () => 0,
};

describe('the function registry', () => {
  it('holds every name once', () => {
    const names = FUNCTIONS.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('describes every entry in one sentence', () => {
    const entries = [...FUNCTIONS, ...BINARY_OPERATORS, ...PREFIX_OPERATORS];
    expect(
      entries.filter((entry) => !/^\S.*[.]$/.test(entry.summary)).map((entry) => entry.name),
    ).toEqual([]);
  });

  it('finds functions by name and alias, operators by symbol and number of operands', () => {
    expect(registry.find('ceiling')?.name).toBe('ceil');
    expect(registry.find('nothing')).toBeUndefined();
    expect(registry.findOperator('-', 1)).not.toBe(registry.findOperator('-', 2));
  });

  it('answers the same score function for the same metric and measure', () => {
    expect(registry.vectorScore('l2', 'distance')).toBe(registry.vectorScore('l2', 'distance'));
    expect(registry.vectorScore('l2', 'distance')).not.toBe(
      registry.vectorScore('l2', 'similarity'),
    );
  });

  it('scores vectors alike however they lie in memory', () => {
    const score = registry.vectorScore('l2', 'distance');
    const left = [new Float32Array([1, 2, 2]), null, new Float32Array([0, 0, 0])];
    const right = [
      new Float32Array([0, 0, 0]),
      new Float32Array([1, 1, 1]),
      new Float32Array([3, 4, 0]),
    ];
    for (const type of [vectorType(3), vectorType()]) {
      const columns = [columnFromScalars(vectorType(3), left), columnFromScalars(type, right)];
      const result = score.evaluate(columns, 3, FLOAT64, CONTEXT);
      expect(scalarAt(result, 0)).toBe(3);
      expect(scalarAt(result, 2)).toBe(5);
    }
  });

  it('refuses vectors of different dimensions', () => {
    const score = registry.vectorScore('cosine', 'distance');
    const columns = [
      columnFromScalars(vectorType(), [new Float32Array([1, 2])]),
      columnFromScalars(vectorType(), [new Float32Array([1, 2, 3])]),
    ];
    expect(() => score.evaluate(columns, 1, FLOAT64, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'ALX_VECTOR_DIMENSION' }),
    );
  });
});
