/** Logical plans as text: what the binder understood, column by column with their ids. */
import type { Expression } from '@alopex-db/core/exec';
import { typeName } from '@alopex-db/core/types';
import {
  expressionText,
  sortKeyText,
  type ExpressionNames,
} from '../../src/plan/expression-text.ts';
import { windowCallText } from '../../src/plan/describe-window.ts';
import type { LogicalColumn, LogicalPlan, ProjectItem } from '../../src/plan/logical.ts';
import { inputs } from '../../src/plan/walk-plan.ts';

export function logicalText(plan: LogicalPlan): string {
  const lines: string[] = [];
  write(plan, 0, lines);
  return lines.join('\n');
}

function write(plan: LogicalPlan, depth: number, lines: string[]): void {
  const attached: LogicalPlan[] = [];
  const names: ExpressionNames = {
    column: (index) => `#${index}`,
    outer: (index) => `outer${index}`,
    subquery: (inner) => {
      attached.push(inner as LogicalPlan);
      return `subquery ${attached.length}`;
    },
  };
  lines.push(`${'  '.repeat(depth)}${describe(plan, names)}`);
  attached.forEach((inner, index) => {
    lines.push(`${'  '.repeat(depth + 1)}subquery ${index + 1}:`);
    write(inner, depth + 2, lines);
  });
  for (const input of inputs(plan)) write(input, depth + 1, lines);
}

function describe(plan: LogicalPlan, names: ExpressionNames): string {
  const text = (expression: Expression): string =>
    expressionText(withVisibleCasts(expression), names);
  switch (plan.kind) {
    case 'get':
      return `get ${plan.alias} ${plan.columns.map(columnText).join(', ')}`;
    case 'values':
      return `values ${plan.columns.map(columnText).join(', ')} of ${plan.tuples.map((tuple) => `(${tuple.map(text).join(', ')})`).join(', ')}`;
    case 'series':
      return `series ${plan.columns.map(columnText).join(', ')} of ${plan.args.map(text).join(', ')}`;
    case 'function-scan':
      return `functions ${plan.calls.map(({ function: called, args }) => `${called.name}(${args.map(text).join(', ')})`).join(', ')} as ${plan.columns.map(columnText).join(', ')}`;
    case 'filter':
      return `filter ${text(plan.predicate)}`;
    case 'project':
      return `project ${itemsText(plan.items, text)}`;
    case 'join':
      return `${plan.join} join${plan.condition === undefined ? '' : ` on ${text(plan.condition)}`}`;
    case 'apply':
      return `${plan.join} apply${plan.condition === undefined ? '' : ` on ${text(plan.condition)}`}`;
    case 'aggregate': {
      const calls = plan.aggregates.map(({ column, call }) => {
        const args = call.args.map(text).join(', ') || '*';
        return `#${column.id} = ${call.function.name}(${call.distinct ? 'distinct ' : ''}${args}) ${typeName(call.type)}`;
      });
      return `aggregate by ${itemsText(plan.groups, text) || 'nothing'}: ${calls.join(', ')}`;
    }
    case 'window': {
      const calls = plan.items.map(
        ({ column, call }) => `#${column.id} = ${windowCallText(call, names)}`,
      );
      const keys = plan.orderBy.map((key) => sortKeyText(key, names)).join(', ');
      return `window by ${plan.partitionBy.map(text).join(', ')} order ${keys}: ${calls.join(', ')}`;
    }
    case 'sort':
      return `sort by ${plan.keys.map((key) => sortKeyText(key, names)).join(', ')}`;
    case 'limit':
      return `limit ${plan.limit === undefined ? 'none' : text(plan.limit)} offset ${plan.offset === undefined ? 'none' : text(plan.offset)}`;
    case 'lock-rows':
      return `lock-rows ${plan.locks.map(({ table, mode, wait }) => `${table.name} ${mode} ${wait}`).join(', ')}`;
    case 'distinct':
      return 'distinct';
    case 'set-operation':
      return `${plan.operation}${plan.all ? ' all' : ''} as ${plan.columns.map(columnText).join(', ')}`;
    case 'cte-scan':
      return `read ${plan.name} as ${plan.columns.map(columnText).join(', ')}`;
    case 'recursive':
      return `recursive ${plan.name}${plan.all ? ' all' : ''} as ${plan.columns.map(columnText).join(', ')}`;
    case 'working-scan':
      return `working ${plan.name} as ${plan.columns.map(columnText).join(', ')}`;
    case 'insert':
      return `insert into ${plan.table.name}${plan.onConflict === undefined ? '' : ` on conflict ${plan.onConflict.target ?? 'any'}`}`;
    case 'update':
      return `update ${plan.table.name} set ${plan.assignments.map((one) => `${plan.table.columns[one.ordinal]!.name} = ${text(one.value)}`).join(', ')}`;
    case 'delete':
      return `delete from ${plan.table.name}`;
  }
}

function columnText(column: LogicalColumn): string {
  return `#${column.id} ${column.name} ${typeName(column.type)}${column.nullable ? '' : ' not null'}`;
}

function itemsText(
  items: readonly ProjectItem[],
  text: (expression: Expression) => string,
): string {
  return items
    .map(({ column, expression }) => {
      const same = expression.kind === 'column' && expression.index === column.id;
      return same
        ? `#${column.id}`
        : `#${column.id} = ${text(expression)} ${typeName(column.type)}`;
    })
    .join(', ');
}

/** The binder's own casts are the point here, so they are shown like written ones. */
function withVisibleCasts(expression: Expression): Expression {
  if (expression.kind === 'cast')
    return { ...expression, implicit: false, input: withVisibleCasts(expression.input) };
  if (expression.kind === 'call')
    return { ...expression, args: expression.args.map(withVisibleCasts) };
  if (expression.kind === 'compare') {
    return {
      ...expression,
      left: withVisibleCasts(expression.left),
      right: withVisibleCasts(expression.right),
    };
  }
  return expression;
}
