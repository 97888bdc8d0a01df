/** The binder's front door for queries and writers: one statement tree becomes one logical statement. */
import { NULL_TYPE, type DataType } from '@alopex-db/core/types';
import type { Expression } from '@alopex-db/core/exec';
import type { DataStatement } from '../ast/statement.ts';
import {
  outputColumns,
  type LogicalColumn,
  type LogicalPlan,
  type LogicalStatement,
} from '../plan/logical.ts';
import { mapDeep, mapPlan, mapNodeExpressions } from '../plan/walk-plan.ts';
import { bindExpression } from './bind-expression.ts';
import { bindInsert } from './bind-insert.ts';
import { bindQuery } from './bind-query.ts';
import type { BindState } from './bind-state.ts';
import { bindDelete, bindUpdate } from './bind-update.ts';
import { bindWith } from './bind-with.ts';
import { castTo } from './coerce.ts';
import type { Binders, QueryPlace } from './expression-context.ts';

export interface BoundStatement {
  readonly statement: LogicalStatement;
  /** Result columns; empty for a writer without RETURNING. */
  readonly columns: readonly LogicalColumn[];
  readonly parameterTypes: readonly DataType[];
  readonly usedHints: boolean;
}

export const BINDERS: Binders = Object.freeze({ expression: bindExpression, query: bindQuery });

export function bindDataStatement(statement: DataStatement, state: BindState): BoundStatement {
  const place = topPlace(state);
  const { plan, columns } = bindStatement(statement, place);
  const parameterTypes = state.finishParameters();
  const settled = (one: LogicalPlan): LogicalPlan => settleParameters(one, parameterTypes);
  return {
    statement: {
      plan: settled(plan),
      ctes: state.ctes.map((cte) => ({ ...cte, plan: settled(cte.plan) })),
    },
    columns,
    parameterTypes,
    usedHints: state.usedHints,
  };
}

/** Where a statement's own query stands: nothing encloses it. */
export function topPlace(state: BindState): QueryPlace {
  return {
    state,
    bind: BINDERS,
    outer: undefined,
    parent: undefined,
    withQueries: undefined,
    keepUnknown: false,
  };
}

function bindStatement(
  statement: DataStatement,
  place: QueryPlace,
): { readonly plan: LogicalPlan; readonly columns: readonly LogicalColumn[] } {
  if (statement.kind === 'query') return bindQuery(statement, place);
  const plan = bindWriter(statement, bindWith(statement.with, place));
  return { plan, columns: outputColumns(plan) };
}

function bindWriter(
  statement: Exclude<DataStatement, { readonly kind: 'query' }>,
  place: QueryPlace,
): LogicalPlan {
  switch (statement.kind) {
    case 'insert':
      return bindInsert(statement, place);
    case 'update':
      return bindUpdate(statement, place);
    case 'delete':
      return bindDelete(statement, place);
  }
}

/** References bound before their parameter had a type get it now (`$1 IS NULL OR a = $1`). */
function settleParameters(plan: LogicalPlan, types: readonly DataType[]): LogicalPlan {
  if (types.length === 0) return plan;
  const settle = (node: Expression): Expression =>
    node.kind === 'parameter' && node.type.kind === NULL_TYPE.kind
      ? { ...node, type: types[node.index]! }
      : withOpenCastsSettled(node);
  return mapPlan(plan, (node) =>
    mapNodeExpressions(node, (expression) => mapDeep(expression, settle)),
  );
}

/** A cast to the type its input has by now says nothing. */
function withOpenCastsSettled(node: Expression): Expression {
  if (node.kind !== 'cast' || node.input.kind !== 'parameter') return node;
  return castTo(node.input, node.type, { implicit: node.implicit, onFailure: node.onFailure });
}
