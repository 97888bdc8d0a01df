/**
 * GROUPING SETS, ROLLUP and CUBE: the rows are grouped once for every set of keys; keys that a set leaves out are null in its
 * rows (ISO 9075-2, 7.13). The input becomes a WITH query of its own, so that it runs once:
 *
 *   union all of, for each set:  project (keys or null, GROUPING as a number, aggregates) over aggregate over the input
 *
 * An empty set has no keys, so it gives its one row for no rows too.
 */
import type { Expression } from '@alopex-db/core/exec';
import { INT32 } from '@alopex-db/core/types';
import type { GroupBy, GroupingElement } from '../ast/query.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import { errorAt } from '../errors.ts';
import {
  outputColumns,
  type AggregateItem,
  type LogicalColumn,
  type LogicalPlan,
  type ProjectItem,
} from '../plan/logical.ts';
import { substitute, type Replacements } from '../plan/substitute.ts';
import { equalExpressions } from '../plan/walk-expression.ts';
import { columnIds, mapAggregate } from '../plan/walk-plan.ts';
import type { AggregateCollector, GroupingCall } from './aggregate-collector.ts';
import { columnExpression } from './bind-column.ts';
import type { BindState } from './bind-state.ts';

/** As in PostgreSQL: more would make more sets than anybody means. */
const CUBE_MAX = 12;
const SETS_MAX = 4_096;

/** Numbers of keys. */
export type GroupingSet = readonly number[];

/** The sets that GROUP BY means: one from each of its elements, in every combination. `keyOf` gives an expression its number. */
export function groupingSets(groupBy: GroupBy, keyOf: (node: Syntax) => number): GroupingSet[] {
  let sets: GroupingSet[] = [[]];
  for (const element of groupBy.elements) {
    const own = setsOf(element, keyOf);
    sets = sets.flatMap((set) => own.map((more) => united(set, more)));
    if (sets.length > SETS_MAX) {
      throw errorAt(
        'ALX_STATEMENT_TOO_LONG',
        `too many grouping sets present (maximum ${SETS_MAX})`,
        groupBy.span,
      );
    }
  }
  return groupBy.distinct ? distinctSets(sets) : sets;
}

function setsOf(element: GroupingElement, keyOf: (node: Syntax) => number): GroupingSet[] {
  switch (element.kind) {
    case 'empty-grouping':
      return [[]];
    case 'grouping-expression':
      return [keysOf(element.expression, keyOf)];
    case 'rollup': {
      const keys = element.expressions.map((one) => keysOf(one, keyOf));
      return Array.from({ length: keys.length + 1 }, (_, left) =>
        keys.slice(0, keys.length - left).reduce(united, []),
      );
    }
    case 'cube': {
      if (element.expressions.length > CUBE_MAX)
        throw errorAt(
          'ALX_STATEMENT_TOO_LONG',
          `CUBE is limited to ${CUBE_MAX} elements`,
          element.span,
        );
      const keys = element.expressions.map((one) => keysOf(one, keyOf));
      return Array.from({ length: 2 ** keys.length }, (_, left) =>
        keys.filter((_key, index) => ((left >> index) & 1) === 0).reduce(united, []),
      );
    }
    case 'grouping-sets':
      return element.sets.flatMap((set) => setsOf(set, keyOf));
  }
}

/** `(a, b)` stands for both, together. */
function keysOf(node: Syntax, keyOf: (node: Syntax) => number): GroupingSet {
  return node.kind === 'row' ? node.fields.map(keyOf) : [keyOf(node)];
}

function united(left: GroupingSet, right: GroupingSet): GroupingSet {
  return [...new Set([...left, ...right])];
}

function distinctSets(sets: readonly GroupingSet[]): GroupingSet[] {
  const byKeys = new Map(sets.map((set) => [set.toSorted((a, b) => a - b).join(), set]));
  return [...byKeys.values()];
}

/** What is grouped and what is asked about the groups. */
export interface SetsQuery {
  readonly input: LogicalPlan;
  readonly keys: readonly ProjectItem[];
  readonly sets: readonly GroupingSet[];
  readonly collector: AggregateCollector;
}

/** Delivers the columns of keys, aggregates and GROUPING calls. */
export function aggregateBySets(query: SetsQuery, state: BindState): LogicalPlan {
  const { keys, collector, sets } = query;
  const input = sharedInput(query, state);
  const columns = [
    ...keys.map((key) => ({ ...key.column, nullable: true })),
    ...collector.items.map((item) => item.column),
    ...collector.groupings.map((call) => call.column),
  ];
  const branches = sets.map((set) => branchOf(query, set, input(), state));
  const [first, ...others] = branches;
  if (first === undefined) return { kind: 'values', columns, tuples: [] };
  const union = others.reduce<LogicalPlan>(
    (left, right) => unionAll(left, right, outputColumns(left).map(renewed)),
    first,
  );
  const made = outputColumns(union);
  const items = columns.map((column, index) => ({
    column,
    expression: columnExpression(made[index]!),
  }));
  return { kind: 'project', input: union, items };

  function renewed(column: LogicalColumn): LogicalColumn {
    return state.newColumn({ ...column, nullable: true });
  }
}

function unionAll(
  left: LogicalPlan,
  right: LogicalPlan,
  columns: readonly LogicalColumn[],
): LogicalPlan {
  return { kind: 'set-operation', operation: 'union', all: true, left, right, columns };
}

/** A reading of the input, with what its columns are called there. */
interface Reading {
  readonly plan: LogicalPlan;
  readonly replacements: Replacements;
}

/** The columns of the input that anybody reads, as a WITH query; each call is one reading of it. */
function sharedInput({ input, keys, collector }: SetsQuery, state: BindState): () => Reading {
  const read = new Set<number>();
  for (const key of keys) columnIds(key.expression, read);
  for (const { call } of collector.items) {
    mapAggregate(call, (expression) => {
      columnIds(expression, read);
      return expression;
    });
  }
  const wanted = outputColumns(input).filter((column) => read.has(column.id));
  const name = 'grouped rows';
  const items = wanted.map((column) => ({ column, expression: columnExpression(column) }));
  const cte = state.ctes.length;
  state.ctes.push({ name, plan: { kind: 'project', input, items }, materialized: undefined });
  return () => {
    const columns = wanted.map((column) => state.newColumn(column));
    const replacements = new Map(
      wanted.map((column, index) => [column.id, columnExpression(columns[index]!)]),
    );
    return { plan: { kind: 'cte-scan', cte, name, columns }, replacements };
  };
}

function branchOf(
  { keys, collector }: SetsQuery,
  set: GroupingSet,
  { plan: input, replacements }: Reading,
  state: BindState,
): LogicalPlan {
  const over = (expression: Expression): Expression => substitute(expression, replacements);
  const groups = set.map((index): ProjectItem => {
    const { column, expression } = keys[index]!;
    return { column: state.newColumn(column), expression: over(expression) };
  });
  const aggregates = collector.items.map(({ column, call }): AggregateItem => {
    return { column: state.newColumn(column), call: mapAggregate(call, over) };
  });
  const fresh = (column: LogicalColumn, expression: Expression): ProjectItem => {
    return { column: state.newColumn(column), expression };
  };
  const items = [
    ...keys.map(({ column }, index) => {
      const at = set.indexOf(index);
      const absent: Expression = { kind: 'constant', type: column.type, value: null };
      return fresh(column, at < 0 ? absent : columnExpression(groups[at]!.column));
    }),
    ...aggregates.map(({ column }) => fresh(column, columnExpression(column))),
    ...collector.groupings.map((call) => fresh(call.column, groupingValue(call, keys, set))),
  ];
  return { kind: 'project', input: { kind: 'aggregate', input, groups, aggregates }, items };
}

/** GROUPING(a, b): a bit for each argument, the last one lowest, set where this set leaves it out. */
function groupingValue(
  call: GroupingCall,
  keys: readonly ProjectItem[],
  set: GroupingSet,
): Expression {
  let value = 0;
  for (const argument of call.args) {
    const index = keys.findIndex((key) => equalExpressions(key.expression, argument));
    if (index < 0) {
      throw errorAt(
        'ALX_NOT_IN_GROUP_BY',
        'arguments to GROUPING must be grouping expressions of the associated query level',
        call.span,
      );
    }
    value = value * 2 + (set.includes(index) ? 0 : 1);
  }
  return { kind: 'constant', type: INT32, value };
}
