/** Clauses that are windows in disguise: DISTINCT ON keeps the first row of each key, WITH TIES the rows up to a rank. */
import type { Expression, SortKey, WindowFunctionName } from '@alopex-db/core/exec';
import { BOOLEAN, INT64 } from '@alopex-db/core/types';
import type { LogicalPlan, WindowItem } from '../plan/logical.ts';
import type { BindState } from './bind-state.ts';
import { columnExpression } from './bind-column.ts';
import { conjunction } from './bind-comparison.ts';

/** The first row, in the order of `orderBy`, of all rows that agree in `keys`. */
export function firstOfEach(
  input: LogicalPlan,
  keys: readonly Expression[],
  orderBy: readonly SortKey[],
  state: BindState,
): LogicalPlan {
  const number = numbering('row_number', state);
  const one: Expression = { kind: 'constant', type: INT64, value: 1 };
  return {
    kind: 'filter',
    input: { kind: 'window', input, partitionBy: keys, orderBy, items: [number] },
    predicate: {
      kind: 'compare',
      type: BOOLEAN,
      operator: '=',
      left: columnExpression(number.column),
      right: one,
    },
  };
}

/** Rows behind the first `offset` ones, up to the peers of row `end`; in the order of `orderBy`. */
export function upToTies(
  input: LogicalPlan,
  orderBy: readonly SortKey[],
  bounds: { readonly offset: Expression | undefined; readonly end: Expression },
  state: BindState,
): LogicalPlan {
  const rank = numbering('rank', state);
  const number = numbering('row_number', state);
  const inside: Expression = {
    kind: 'compare',
    type: BOOLEAN,
    operator: '<=',
    left: columnExpression(rank.column),
    right: bounds.end,
  };
  const behind: readonly Expression[] =
    bounds.offset === undefined
      ? []
      : [
          {
            kind: 'compare',
            type: BOOLEAN,
            operator: '>',
            left: columnExpression(number.column),
            right: bounds.offset,
          },
        ];
  const window: LogicalPlan = {
    kind: 'window',
    input,
    partitionBy: [],
    orderBy,
    items: [rank, number],
  };
  const predicate = conjunction([inside, ...behind]);
  return { kind: 'sort', input: { kind: 'filter', input: window, predicate }, keys: orderBy };
}

function numbering(name: WindowFunctionName, state: BindState): WindowItem {
  const unbounded = { kind: 'unbounded preceding', offset: undefined } as const;
  const current = { kind: 'current row', offset: undefined } as const;
  return {
    column: state.newColumn({ name, type: INT64, nullable: false }),
    call: {
      function: name,
      args: [],
      filter: undefined,
      frame: { unit: 'range', start: unbounded, end: current, exclude: 'no others' },
      type: INT64,
    },
  };
}
