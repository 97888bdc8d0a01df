/** Joins on any condition, and cross joins: every left row meets every right row. The right side is held in memory. */
import { PENDING } from '../base/pending.ts';
import type { DataType } from '../types/data-type.ts';
import type { Expression, ExpressionRuntime } from './expression.ts';
import { materialize } from './materialize.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { PairOutput } from './pair-output.ts';
import type { JoinKind } from './pair-output.ts';

export interface NestedLoopJoinOptions {
  readonly kind: JoinKind;
  readonly left: BatchIterator;
  readonly right: BatchIterator;
  readonly leftTypes: readonly DataType[];
  readonly rightTypes: readonly DataType[];
  /** Over left columns, then right ones; undefined = cross join. */
  readonly condition: Expression | undefined;
}

export function* nestedLoopJoin(
  options: NestedLoopJoinOptions,
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const { kind, left, leftTypes, rightTypes, condition } = options;
  try {
    const right = yield* materialize(options.right, rightTypes, context, 'nested loop join');
    const output = new PairOutput(
      { kind, right, leftTypes, rightTypes, residual: condition },
      runtime,
    );
    const findsOne = kind === 'semi' || kind === 'anti';
    for (const batch of left) {
      if (batch === PENDING) {
        yield PENDING;
        continue;
      }
      output.beginLeft(batch);
      for (let leftRow = 0; leftRow < batch.rowCount; leftRow += 1) {
        for (let rightRow = 0; rightRow < right.rowCount; rightRow += 1) {
          if (!output.add(leftRow, rightRow)) continue;
          context.check();
          if (context.wantsPause === true) yield PENDING;
          const joined = output.flush();
          if (joined !== undefined) yield joined;
          if (findsOne && output.isMatched(leftRow)) break;
        }
      }
      const joined = output.flush();
      if (joined !== undefined) yield joined;
      const rest = output.endLeft();
      if (rest !== undefined) yield rest;
    }
    yield* output.unmatchedRight();
  } finally {
    left.return();
    options.right.return();
  }
}
