import { describe, expect, it } from 'vitest';
import { PENDING } from '../base/pending.ts';
import { columnFromScalars } from '../types/create-column-builder.ts';
import type { Batch } from '../types/batch.ts';
import { INT32 } from '../types/data-type.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { recursiveUnion } from './recursive-union.ts';

const CONTEXT: ExecContext = { check: () => undefined, memoryBytesMax: 1 << 20 };

function* rowsOf(...values: number[]): BatchIterator {
  if (values.length > 0)
    yield { rowCount: values.length, columns: [columnFromScalars(INT32, values)] };
}

function valuesOf(batch: Batch): number[] {
  return Array.from({ length: batch.rowCount }, (_, row) =>
    Number(scalarAt(batch.columns[0]!, row)),
  );
}

function run(
  step: (values: number[]) => BatchIterator,
  all: boolean,
  context: ExecContext = CONTEXT,
): BatchIterator {
  return recursiveUnion(
    { anchor: rowsOf(1), step: (working) => step(valuesOf(working)), all, types: [INT32] },
    context,
  );
}

function collect(rows: BatchIterator): number[] {
  return [...rows].flatMap((batch) => (batch === PENDING ? [] : valuesOf(batch)));
}

describe('recursive union', () => {
  it('gives every round the rows of the round before, until one finds none', () => {
    const rounds: number[][] = [];
    const step = (values: number[]): BatchIterator => {
      rounds.push(values);
      return rowsOf(...values.flatMap((value) => (value < 4 ? [value * 2, value * 2] : [])));
    };
    expect(collect(run(step, true))).toEqual([1, 2, 2, 4, 4, 4, 4]);
    expect(rounds).toEqual([[1], [2, 2], [4, 4, 4, 4]]);
  });

  it('ends on a cycle where rows that are known do not count', () => {
    const step = (values: number[]): BatchIterator =>
      rowsOf(...values.map((value) => (value % 5) + 1));
    expect(collect(run(step, false))).toEqual([1, 2, 3, 4, 5]);
  });

  it('fails with the memory error when the rows it must know outgrow the budget', () => {
    const step = ([value]: number[]): BatchIterator => rowsOf(value! + 1);
    const small = { ...CONTEXT, memoryBytesMax: 10_000 };
    expect(() => collect(run(step, false, small))).toThrow(
      expect.objectContaining({ code: 'ALX_MEMORY_LIMIT' }),
    );
  });

  it('asks in every round whether to stop, and lets others run', () => {
    let checks = 0;
    const context: ExecContext = {
      ...CONTEXT,
      wantsPause: true,
      check: () => {
        checks += 1;
        if (checks > 100) throw new RangeError('stop');
      },
    };
    const seen: unknown[] = [];
    const step = (values: number[]): BatchIterator => rowsOf(...values);
    expect(() => seen.push(...run(step, true, context))).toThrow('stop');
    const rows = run((values) => rowsOf(...values), true, { ...context, check: () => undefined });
    expect(rows.next().value).not.toBe(PENDING);
    expect(rows.next().value).toBe(PENDING);
    rows.return();
  });
});
