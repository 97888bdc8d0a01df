import { describe, expect, it } from 'vitest';
import { batchOf, source, testRuntime } from '../../test/test-runtime.ts';
import { PENDING } from '../base/pending.ts';
import type { ComparisonOperator } from '../compute/compare.ts';
import { BOOLEAN, INT32 } from '../types/data-type.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { compileExpression } from './compile-expression.ts';
import { compareConstants } from './compile-comparison.ts';
import type { Expression, SubqueryExpression } from './expression.ts';

const PLAN = {};
const PROBE: Expression = { kind: 'column', index: 0, type: INT32 };

function evaluate(
  expression: SubqueryExpression,
  rows: readonly Scalar[],
  answer: (outer: readonly Scalar[]) => readonly Scalar[],
): { values: Scalar[]; opened: number } {
  let opened = 0;
  const runtime = testRuntime({
    openSubquery: (plan, outer) => {
      expect(plan).toBe(PLAN);
      opened += 1;
      return source(
        [INT32],
        answer(outer).map((value) => [value]),
        2,
      );
    },
  });
  const batch = batchOf(
    [INT32],
    rows.map((value) => [value]),
  );
  const result = compileExpression(expression, runtime)(batch);
  return { values: rows.map((_, row) => scalarAt(result, row)), opened };
}

function compare(operator: ComparisonOperator, quantifier: 'any' | 'all'): SubqueryExpression {
  return {
    kind: 'subquery',
    type: BOOLEAN,
    mode: 'compare',
    plan: PLAN,
    outer: [],
    probe: PROBE,
    operator,
    quantifier,
  };
}

describe('subqueries in expressions', () => {
  it('compare with ANY and ALL in three-valued logic', () => {
    const sets: readonly (readonly Scalar[])[] = [
      [],
      [1],
      [1, 2, 3],
      [2, 2],
      [null],
      [1, null],
      [2, null, 2],
    ];
    const probes: Scalar[] = [null, 0, 1, 2, 3, 4];
    for (const operator of ['=', '<>', '<', '<=', '>', '>='] as const) {
      for (const quantifier of ['any', 'all'] as const) {
        for (const set of sets) {
          const { values, opened } = evaluate(compare(operator, quantifier), probes, () => set);
          const expected = probes.map((probe) => {
            const answers = set.map((value) => compareConstants(operator, INT32, probe, value));
            const deciding = quantifier === 'any';
            if (answers.includes(deciding)) return deciding;
            return answers.includes(null) ? null : !deciding;
          });
          expect(values, `${operator} ${quantifier} (${set.join(', ')})`).toEqual(expected);
          expect(opened).toBe(1);
        }
      }
    }
  });

  it('give one value, null for none, and refuse several', () => {
    const scalar: SubqueryExpression = {
      kind: 'subquery',
      type: INT32,
      mode: 'scalar',
      plan: PLAN,
      outer: [PROBE],
    };
    const counted = evaluate(scalar, [1, 2, 1, null], ([outer]) =>
      outer === null ? [] : [Number(outer) * 10],
    );
    expect(counted).toEqual({ values: [10, 20, 10, null], opened: 3 });
    expect(() => evaluate(scalar, [1], () => [1, 2])).toThrow(
      'more than one row returned by a subquery',
    );
    const exists: SubqueryExpression = { ...scalar, type: BOOLEAN, mode: 'exists' };
    expect(evaluate(exists, [1, 2], ([outer]) => (outer === 1 ? [null, 1, 2] : [])).values).toEqual(
      [true, false],
    );
  });

  it('refuse to wait', () => {
    const runtime = testRuntime({
      *openSubquery() {
        yield PENDING;
      },
    });
    const run = compileExpression(compare('=', 'any'), runtime);
    expect(() => run(batchOf([INT32], [[1]]))).toThrow(
      expect.objectContaining({ code: 'ALX_UNSUPPORTED' }),
    );
  });
});
