/** A copy of a plan whose columns have ids of their own, so that it can stand beside the original. */
import type { Expression } from '@alopex-db/core/exec';
import type { LogicalColumn, LogicalPlan } from './logical.ts';
import { mapDeep, mapNodeExpressions, mapPlan } from './walk-plan.ts';

export function renewIds(plan: LogicalPlan, nextColumnId: () => number): LogicalPlan {
  const renewed = new Map<number, number>();
  const renew = (column: LogicalColumn): LogicalColumn => {
    const id = renewed.get(column.id) ?? nextColumnId();
    renewed.set(column.id, id);
    return { ...column, id };
  };
  // Columns first, everywhere: an expression may stand above or below the node that makes its column.
  const copied = renewColumns(plan, renew);
  return renewReferences(copied, renewed);
}

function renewColumns(
  plan: LogicalPlan,
  renew: (column: LogicalColumn) => LogicalColumn,
): LogicalPlan {
  return mapPlan(plan, (inner) => {
    switch (inner.kind) {
      case 'get':
        return {
          ...inner,
          columns: inner.columns.map(renew),
          rowKey: inner.rowKey === undefined ? undefined : renew(inner.rowKey),
        };
      case 'values':
      case 'series':
      case 'function-scan':
      case 'cte-scan':
      case 'working-scan':
      case 'recursive':
      case 'set-operation':
        return { ...inner, columns: inner.columns.map(renew) };
      case 'project':
        return {
          ...inner,
          items: inner.items.map((item) => ({ ...item, column: renew(item.column) })),
        };
      case 'aggregate':
        return {
          ...inner,
          groups: inner.groups.map((group) => ({ ...group, column: renew(group.column) })),
          aggregates: inner.aggregates.map((item) => ({ ...item, column: renew(item.column) })),
        };
      case 'window':
        return {
          ...inner,
          items: inner.items.map((item) => ({ ...item, column: renew(item.column) })),
        };
      default:
        return inner;
    }
  });
}

/** Ids that the plan does not make belong to enclosing queries and stay. Subqueries keep theirs: nothing else can see them. */
function renewReferences(plan: LogicalPlan, renewed: ReadonlyMap<number, number>): LogicalPlan {
  const rewrite = (expression: Expression): Expression =>
    mapDeep(expression, (node) => {
      if (node.kind !== 'column') return node;
      const id = renewed.get(node.index);
      return id === undefined ? node : { ...node, index: id };
    });
  return mapPlan(plan, (node) => mapNodeExpressions(node, rewrite));
}
