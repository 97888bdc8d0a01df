/** GROUP BY: its keys, named by expression, by position or by alias, and the sets in which they are grouped. */
import type { Expression } from '@alopex-db/core/exec';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { GroupBy } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import { someNode } from '../plan/walk-expression.ts';
import type { AggregateCollector } from './aggregate-collector.ts';
import { ordinalOf } from './bind-order-by.ts';
import { settleUnknown } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import type { Grouping } from './grouping.ts';
import { groupingSets, type GroupingSet } from './grouping-sets.ts';
import type { BoundItem } from './select-items.ts';

export interface GroupByParts {
  readonly items: readonly BoundItem[];
  readonly grouping: Grouping;
  readonly collector: AggregateCollector;
  readonly base: ExpressionContext;
  readonly nullable: (expression: Expression) => boolean;
}

/** The sets of keys; undefined where all keys make the only one. */
export function bindGroupBy(
  groupBy: GroupBy | undefined,
  parts: GroupByParts,
): readonly GroupingSet[] | undefined {
  const { items, grouping, nullable } = parts;
  if (groupBy === undefined) return undefined;
  if (groupBy.all) {
    for (const item of items) {
      if (!readsAggregate(item.expression, parts))
        grouping.add(item.expression, nullable(item.expression));
    }
    return undefined;
  }
  const sets = groupingSets(groupBy, (node) => {
    const expression = bindGroupKey(node, parts);
    return grouping.add(expression, nullable(expression));
  });
  return hasSets(groupBy) ? sets : undefined;
}

/** Whether keys may be missing in some groups. */
export function hasSets(groupBy: GroupBy | undefined): boolean {
  const sets = ['rollup', 'cube', 'grouping-sets'];
  return groupBy?.elements.some((element) => sets.includes(element.kind)) === true;
}

function readsAggregate(expression: Expression, { collector }: GroupByParts): boolean {
  const { items, groupings } = collector;
  const made = new Set([...items, ...groupings].map((item) => item.column.id));
  return someNode(expression, (node) => node.kind === 'column' && made.has(node.index));
}

function bindGroupKey(node: Syntax, parts: GroupByParts): Expression {
  const { items, base } = parts;
  if (node.kind === 'integer-literal') {
    const item = items[ordinalOf(node, items.length, 'GROUP BY')]!;
    if (readsAggregate(item.expression, parts)) {
      throw errorAt(
        'ALX_AGGREGATE_IN_WHERE',
        'aggregate functions are not allowed in GROUP BY',
        item.span,
      );
    }
    return item.expression;
  }
  const context = { ...base, clause: 'GROUP BY', aggregates: undefined };
  const bound = base.bind.expression(node, context);
  return settleUnknown(base.state, bound, node.span);
}
