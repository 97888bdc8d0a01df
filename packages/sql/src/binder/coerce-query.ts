/** Converts the columns of a bound query, for set operations, IN (subquery) and INSERT … SELECT. */
import type { Expression } from '@alopex-db/core/exec';
import { equalTypes, type DataType } from '@alopex-db/core/types';
import type { Span } from '../ast/span.ts';
import type { LogicalPlan, ProjectItem } from '../plan/logical.ts';
import type { BindState } from './bind-state.ts';
import { columnExpression } from './bind-column.ts';
import { castTo, typeUnknown } from './coerce.ts';
import type { BoundQuery } from './expression-context.ts';
import { isUnknown } from './type-rules.ts';

/** How one column is converted; answers undefined where it cannot be. */
export type ColumnConversion = (input: Expression, index: number) => Expression;

/** A query whose columns have exactly these types, one for each. Conversions are known to exist. */
export function coerceColumns(
  state: BindState,
  query: BoundQuery,
  types: readonly DataType[],
  span: Span,
): BoundQuery {
  const settled = settleColumns(state, query, types, span);
  return convertColumns(state, settled, (input, index) =>
    castTo(input, types[index]!, { implicit: true }),
  );
}

/** A projection over the query that converts its columns; the query itself where nothing changes. */
export function convertColumns(
  state: BindState,
  query: BoundQuery,
  convert: ColumnConversion,
): BoundQuery {
  const inputs = query.columns.map(columnExpression);
  const converted = inputs.map(convert);
  if (converted.every((expression, index) => expression === inputs[index])) return query;
  const items = converted.map((expression, index): ProjectItem => {
    const before = query.columns[index]!;
    if (expression === inputs[index]) return { column: before, expression };
    const column = state.newColumn({
      name: before.name,
      type: expression.type,
      nullable: before.nullable,
    });
    return { column, expression };
  });
  return {
    plan: { kind: 'project', input: query.plan, items },
    columns: items.map((item) => item.column),
  };
}

/** Gives columns of unknown type theirs, where they are made: an untyped literal cannot be cast later, it must be read. */
export function settleColumns(
  state: BindState,
  query: BoundQuery,
  types: readonly DataType[],
  span: Span,
): BoundQuery {
  const wanted = new Map<number, DataType>();
  query.columns.forEach((column, index) => {
    if (isUnknown(column.type) && !isUnknown(types[index]!)) wanted.set(column.id, types[index]!);
  });
  if (wanted.size === 0) return query;
  const plan = settlePlan(state, query.plan, wanted, span);
  const columns = query.columns.map((column) => ({
    ...column,
    type: wanted.get(column.id) ?? column.type,
  }));
  return { plan, columns };
}

function settlePlan(
  state: BindState,
  plan: LogicalPlan,
  wanted: ReadonlyMap<number, DataType>,
  span: Span,
): LogicalPlan {
  switch (plan.kind) {
    case 'project': {
      const items = plan.items.map((item): ProjectItem => {
        const type = wanted.get(item.column.id);
        if (type === undefined || equalTypes(item.column.type, type)) return item;
        // A column that only passes through is settled below and read with its new type here.
        const expression =
          item.expression.kind === 'column'
            ? { ...item.expression, type }
            : typeUnknown(state, item.expression, type, span);
        return { column: { ...item.column, type }, expression };
      });
      return { ...plan, items, input: settlePlan(state, plan.input, wanted, span) };
    }
    case 'values': {
      const columns = plan.columns.map((column) => ({
        ...column,
        type: wanted.get(column.id) ?? column.type,
      }));
      const tuples = plan.tuples.map((tuple) =>
        tuple.map((value, index) => {
          const type = wanted.get(plan.columns[index]!.id);
          return type === undefined ? value : typeUnknown(state, value, type, span);
        }),
      );
      return { ...plan, columns, tuples };
    }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'lock-rows':
    case 'distinct':
      return { ...plan, input: settlePlan(state, plan.input, wanted, span) };
    case 'join':
    case 'apply':
      return {
        ...plan,
        left: settlePlan(state, plan.left, wanted, span),
        right: settlePlan(state, plan.right, wanted, span),
      };
    default:
      return plan;
  }
}
