/** Expressions over one row of a table and nothing else: from column ids to positions. */
import { assert } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';
import type { LogicalColumn } from '../plan/logical.ts';
import { ExpressionPlacer, SubqueryFrame, layoutOf } from './place-expression.ts';

export function placeOverRow(expression: Expression, row: readonly LogicalColumn[]): Expression {
  const placer = new ExpressionPlacer(
    new SubqueryFrame(),
    () => assert(false, 'subqueries were refused when the expression was bound') as never,
  );
  return placer.place(expression, layoutOf(row.map(({ id }) => id)));
}
