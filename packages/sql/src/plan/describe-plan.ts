/**
 * Physical plans as a tree of titles and details, from which EXPLAIN's text and JSON are printed. Plans of subqueries and WITH
 * queries hang below the node that first uses them, numbered in the order in which they are met.
 */
import { unreachable } from '@alopex-db/core/base';
import type { AggregateCall, Expression, JoinKind } from '@alopex-db/core/exec';
import { windowDetails } from './describe-window.ts';
import { expressionText, sortKeyText, type ExpressionNames } from './expression-text.ts';
import { boundConditions, indexConditions } from './index-condition.ts';
import type { PhysicalPlan, PlanColumn, RowLock, TableScan } from './physical.ts';

export interface PlanDescription {
  readonly plan: PhysicalPlan;
  readonly title: string;
  /** Set on nodes that read or write a table. */
  readonly relation: string | undefined;
  readonly alias: string | undefined;
  readonly details: readonly PlanDetail[];
  readonly children: readonly PlanDescription[];
  /** Plans that are not inputs: `SubPlan 1`, `InitPlan 2`, `CTE name`. */
  readonly attached: readonly { readonly label: string; readonly child: PlanDescription }[];
}

export interface PlanDetail {
  readonly label: string;
  readonly value: string;
}

export function describePlan(plan: PhysicalPlan): PlanDescription {
  const describer = new Describer(countTables(plan) > 1);
  return describer.describe(plan);
}

/** Columns are named with their table once there is more than one. */
function countTables(plan: PhysicalPlan): number {
  // What evaluates its filter reads the same table.
  if (plan.kind === 'vector-top-k') return 1;
  const own = SOURCES.has(plan.kind) ? 1 : 0;
  const lookedUp = plan.kind === 'hash-join' && plan.lookup !== undefined ? 1 : 0;
  return inputsOf(plan).reduce((count, input) => count + countTables(input), own + lookedUp);
}

const SOURCES: ReadonlySet<string> = new Set([
  'table-scan',
  'vector-top-k',
  'cte-scan',
  'working-scan',
]);

/** The inputs of a node, in order. */
export function inputsOf(plan: PhysicalPlan): readonly PhysicalPlan[] {
  switch (plan.kind) {
    case 'vector-top-k':
      return plan.index?.allowed === undefined ? [] : [plan.index.allowed];
    case 'table-scan':
    case 'values':
    case 'series':
    case 'function-scan':
    case 'integrity-check':
    case 'cte-scan':
    case 'working-scan':
      return [];
    case 'recursive-union':
      return [plan.anchor, plan.step];
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'sort':
    case 'top-k':
    case 'limit':
    case 'lock-rows':
    case 'distinct':
    case 'update':
    case 'delete':
      return [plan.input];
    case 'hash-join':
      // Partners that are looked up are read by the join itself.
      return plan.lookup === undefined ? [plan.left, plan.right] : [plan.left];
    case 'nested-loop-join':
    case 'apply':
    case 'set-operation':
      return [plan.left, plan.right];
    case 'insert':
      return [plan.source];
    default:
      return unreachable(plan);
  }
}

type Attached = PlanDescription['attached'][number];

class Describer {
  readonly #qualified: boolean;
  readonly #subqueryNames = new Map<object, string>();
  readonly #ctes = new Set<object>();
  #pending: Attached[] = [];

  constructor(qualified: boolean) {
    this.#qualified = qualified;
  }

  describe(plan: PhysicalPlan): PlanDescription {
    const before = this.#pending;
    this.#pending = [];
    const title = titleOf(plan);
    const details = this.#details(plan);
    if (plan.kind === 'cte-scan' && !this.#ctes.has(plan.cte)) {
      this.#ctes.add(plan.cte);
      this.#pending.push({ label: `CTE ${plan.cte.name}`, child: this.describe(plan.cte.plan) });
    }
    const attached = this.#pending;
    this.#pending = before;
    const children = inputsOf(plan).map((input) => this.describe(input));
    const relation = 'table' in plan ? plan.table.name : undefined;
    const alias = 'alias' in plan && plan.alias !== relation ? plan.alias : undefined;
    return { plan, title, relation, alias, details, children, attached };
  }

  #names(columns: readonly PlanColumn[]): ExpressionNames {
    return {
      column: (index) => columnText(columns[index], index, this.#qualified),
      outer: (index) => `outer.${index + 1}`,
      subquery: (plan) => this.#subquery(plan),
    };
  }

  #subquery(plan: object): string {
    const known = this.#subqueryNames.get(plan);
    if (known !== undefined) return known;
    const name = `SubPlan ${this.#subqueryNames.size + 1}`;
    this.#subqueryNames.set(plan, name);
    this.#pending.push({ label: name, child: this.describe(plan as PhysicalPlan) });
    return name;
  }

  #details(plan: PhysicalPlan): readonly PlanDetail[] {
    switch (plan.kind) {
      case 'table-scan':
        return this.#scanDetails(plan);
      case 'vector-top-k':
        return this.#vectorDetails(plan);
      case 'integrity-check':
        return [];
      case 'series':
        return [this.#list('Arguments', plan.args, [])];
      case 'function-scan':
        return [
          this.#list(
            'Arguments',
            plan.calls.flatMap((call) => call.args),
            [],
          ),
        ];
      case 'filter':
        return [this.#one('Filter', plan.predicate, plan.input.columns)];
      case 'project':
        return [this.#list('Output', plan.expressions, plan.input.columns)];
      case 'hash-join':
      case 'nested-loop-join':
        return this.#joinDetails(plan);
      case 'apply':
        return this.#applyDetails(plan);
      case 'aggregate':
        return this.#aggregateDetails(plan);
      case 'window':
        return windowDetails(plan, this.#names(plan.input.columns));
      case 'sort':
      case 'top-k': {
        const names = this.#names(plan.input.columns);
        const keys = {
          label: 'Sort Key',
          value: plan.keys.map((key) => sortKeyText(key, names)).join(', '),
        };
        return plan.kind === 'sort' ? [keys] : [keys, ...this.#limits(plan)];
      }
      case 'limit':
        return this.#limits(plan);
      case 'insert':
        return plan.onConflict === undefined ? [] : [conflictDetail(plan.onConflict)];
      case 'lock-rows':
        return [{ label: 'Locks', value: plan.locks.map(lockText).join(', ') }];
      case 'values':
      case 'distinct':
      case 'set-operation':
      case 'cte-scan':
      case 'recursive-union':
      case 'working-scan':
      case 'update':
      case 'delete':
        return [];
      default:
        return unreachable(plan);
    }
  }

  #one(label: string, expression: Expression, columns: readonly PlanColumn[]): PlanDetail {
    return { label, value: expressionText(expression, this.#names(columns)) };
  }

  #list(
    label: string,
    expressions: readonly Expression[],
    columns: readonly PlanColumn[],
  ): PlanDetail {
    const names = this.#names(columns);
    return {
      label,
      value: expressions.map((expression) => expressionText(expression, names)).join(', '),
    };
  }

  #limits(plan: {
    readonly limit: Expression | undefined;
    readonly offset: Expression | undefined;
  }): readonly PlanDetail[] {
    const details: PlanDetail[] = [];
    if (plan.limit !== undefined) details.push(this.#one('Limit', plan.limit, []));
    if (plan.offset !== undefined) details.push(this.#one('Offset', plan.offset, []));
    return details;
  }

  #scanDetails(plan: TableScan): readonly PlanDetail[] {
    const details: PlanDetail[] = [];
    const condition = this.#accessText(plan);
    const label = plan.access.kind === 'index' ? 'Index Cond' : 'Key Cond';
    if (condition !== undefined) details.push({ label, value: condition });
    if (plan.filter !== undefined) details.push(this.#one('Filter', plan.filter, plan.columns));
    if (plan.limit !== undefined) details.push(this.#one('Stop After', plan.limit, []));
    return details;
  }

  #accessText(plan: TableScan): string | undefined {
    const { access, table } = plan;
    if (access.kind === 'full') return undefined;
    const names = this.#names([]);
    if (access.kind === 'index') {
      const condition = indexConditions(table, access, names).join(' AND ');
      return condition === '' ? undefined : condition;
    }
    const key = table.primaryKey!.columns.map((ordinal) => table.columns[ordinal]!.name);
    if (access.kind === 'point') {
      const shown = access.keys
        .slice(0, 3)
        .map((tuple) => tuple.map((value) => expressionText(value, names)).join(', '));
      const more = access.keys.length > 3 ? `, … ${access.keys.length} keys` : '';
      const left = key.length === 1 ? key[0]! : `(${key.join(', ')})`;
      if (access.keys.length === 1)
        return key
          .map((name, at) => `${name} = ${expressionText(access.keys[0]![at]!, names)}`)
          .join(' AND ');
      return `${left} IN (${shown.map((one) => (key.length === 1 ? one : `(${one})`)).join(', ')}${more})`;
    }
    const parts = access.prefix.map((value, at) => `${key[at]} = ${expressionText(value, names)}`);
    const next = key[access.prefix.length];
    parts.push(...boundConditions(next!, access, names));
    return parts.join(' AND ');
  }

  #vectorDetails(plan: PhysicalPlan & { readonly kind: 'vector-top-k' }): readonly PlanDetail[] {
    const column = plan.table.columns[plan.vectorOrdinal]!.name;
    const query = expressionText(plan.query, this.#names([]));
    const details: PlanDetail[] = [
      { label: 'Order By', value: `${column} ${plan.scoreKind} to ${query}` },
      { label: 'Metric', value: plan.metric },
    ];
    if (plan.index !== undefined) {
      details.push({ label: 'Ef Search', value: 'alopex.hnsw_ef_search, at least LIMIT + OFFSET' });
      if (plan.index.passingShare !== undefined)
        details.push({ label: 'Filtered', value: 'candidates first' });
    }
    if (plan.filter !== undefined) details.push(this.#one('Filter', plan.filter, plan.columns));
    return [...details, ...this.#limits(plan)];
  }

  #joinDetails(
    plan: PhysicalPlan & { readonly kind: 'hash-join' | 'nested-loop-join' },
  ): readonly PlanDetail[] {
    const both = [...plan.left.columns, ...plan.right.columns];
    if (plan.kind === 'nested-loop-join') {
      return plan.condition === undefined ? [] : [this.#one('Join Filter', plan.condition, both)];
    }
    const left = this.#names(plan.left.columns);
    const right = this.#names(plan.right.columns);
    const keys = plan.leftKeys.map(
      (key, index) =>
        `(${expressionText(key, left)} = ${expressionText(plan.rightKeys[index]!, right)})`,
    );
    const details: PlanDetail[] = [
      plan.lookup === undefined
        ? { label: 'Hash Cond', value: keys.join(' AND ') }
        : { label: 'Lookup Cond', value: keys.join(' AND ') },
    ];
    if (plan.lookup !== undefined && plan.right.kind === 'table-scan') {
      const { table, alias, filter } = plan.right;
      details.unshift({
        label: 'Lookup In',
        value: alias === table.name ? alias : `${table.name} ${alias}`,
      });
      if (filter !== undefined) details.push(this.#one('Filter', filter, plan.right.columns));
    }
    if (plan.residual !== undefined) details.push(this.#one('Join Filter', plan.residual, both));
    return details;
  }

  #applyDetails(plan: PhysicalPlan & { readonly kind: 'apply' }): readonly PlanDetail[] {
    const details = [this.#list('For Each', plan.outer, plan.left.columns)];
    if (plan.condition === undefined) return details;
    const both = [...plan.left.columns, ...plan.right.columns];
    return [...details, this.#one('Join Filter', plan.condition, both)];
  }

  #aggregateDetails(plan: PhysicalPlan & { readonly kind: 'aggregate' }): readonly PlanDetail[] {
    const details: PlanDetail[] = [];
    if (plan.groups.length > 0)
      details.push(this.#list('Group Key', plan.groups, plan.input.columns));
    if (plan.aggregates.length > 0) {
      const names = this.#names(plan.input.columns);
      details.push({
        label: 'Aggregates',
        value: plan.aggregates.map((call) => aggregateText(call, names)).join(', '),
      });
    }
    return details;
  }
}

function columnText(column: PlanColumn | undefined, index: number, qualified: boolean): string {
  if (column === undefined) return `#${index + 1}`;
  return qualified && column.qualifier !== undefined
    ? `${column.qualifier}.${column.name}`
    : column.name;
}

function aggregateText(call: AggregateCall, names: ExpressionNames): string {
  const args = call.args.map((argument) => expressionText(argument, names)).join(', ');
  const inner = call.args.length === 0 ? '*' : `${call.distinct ? 'DISTINCT ' : ''}${args}`;
  const order =
    call.orderBy.length === 0
      ? ''
      : ` ORDER BY ${call.orderBy.map((key) => sortKeyText(key, names)).join(', ')}`;
  const filter =
    call.filter === undefined ? '' : ` FILTER (WHERE ${expressionText(call.filter, names)})`;
  return `${call.function.name}(${inner}${order})${filter}`;
}

function conflictDetail(conflict: {
  readonly target: string | undefined;
  readonly update: object | undefined;
}): PlanDetail {
  const target =
    conflict.target === undefined
      ? 'any constraint'
      : conflict.target === 'primary'
        ? 'primary key'
        : conflict.target;
  return {
    label: 'On Conflict',
    value: `${target}, ${conflict.update === undefined ? 'do nothing' : 'do update'}`,
  };
}

const JOIN_WORDS: Readonly<Record<JoinKind, string>> = {
  inner: '',
  left: 'Left',
  right: 'Right',
  full: 'Full',
  semi: 'Semi',
  anti: 'Anti',
};

function titleOf(plan: PhysicalPlan): string {
  switch (plan.kind) {
    case 'function-scan':
      return `Function Scan on ${plan.calls.map((call) => call.function.name).join(', ')}`;
    case 'table-scan':
      return scanTitle(plan);
    case 'vector-top-k':
      return plan.index === undefined
        ? 'Vector Search (exact)'
        : `Vector Search using ${plan.index.name}`;
    case 'values':
      return plan.columns.length === 0 && plan.tuples.length === 1 ? 'Result' : 'Values';
    case 'hash-join': {
      const method = plan.lookup === undefined ? 'Hash' : 'Lookup';
      return plan.join === 'inner' ? `${method} Join` : `${method} ${JOIN_WORDS[plan.join]} Join`;
    }
    case 'nested-loop-join':
      return plan.join === 'inner' ? 'Nested Loop' : `Nested Loop ${JOIN_WORDS[plan.join]} Join`;
    case 'apply':
      return plan.join === 'inner' ? 'Lateral Join' : `Lateral ${JOIN_WORDS[plan.join]} Join`;
    case 'aggregate':
      return plan.groups.length === 0 ? 'Aggregate' : 'Hash Aggregate';
    case 'set-operation':
      return `${plan.operation[0]!.toUpperCase()}${plan.operation.slice(1)}${plan.all ? ' All' : ''}`;
    case 'cte-scan':
      return `CTE Scan on ${plan.cte.name}`;
    case 'recursive-union':
      return plan.all ? 'Recursive Union All' : 'Recursive Union';
    case 'working-scan':
      return `Working Table Scan on ${plan.working.name}`;
    default:
      return TITLES[plan.kind];
  }
}

function scanTitle({ access, reverse }: TableScan): string {
  const direction = reverse ? ' Backward' : '';
  if (access.kind === 'index') return `Index Scan${direction} using ${access.index.name}`;
  return `${SCAN_TITLES[access.kind]}${direction}`;
}

const SCAN_TITLES = {
  full: 'Seq Scan',
  point: 'Primary Key Lookup',
  range: 'Primary Key Range Scan',
} as const;

const TITLES = {
  'integrity-check': 'Integrity Check',
  series: 'Function Scan on generate_series',
  filter: 'Filter',
  project: 'Project',
  window: 'Window',
  sort: 'Sort',
  'top-k': 'Top-K',
  limit: 'Limit',
  'lock-rows': 'LockRows',
  distinct: 'Distinct',
  insert: 'Insert',
  update: 'Update',
  delete: 'Delete',
} as const;

function lockText({ table, mode, wait }: RowLock): string {
  const suffix = wait === 'queue' ? '' : wait === 'skip' ? ' skip locked' : ' nowait';
  return `${table.name} for ${mode}${suffix}`;
}
