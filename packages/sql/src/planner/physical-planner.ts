/**
 * From logical to physical plans: positions instead of ids, and an operator for every node. Shapes met on the way:
 *   filter over a table           -> one scan with access path and filter
 *   limit over sort               -> top-k, vector search, or no sort where the scan delivers the order
 */
import { assert } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';
import { Estimator } from '../optimizer/estimate.ts';
import type { Statistics } from '../optimizer/statistics.ts';
import { cheapFirst, conjoin, conjuncts } from '../plan/conjuncts.ts';
import {
  outputColumns,
  type LogicalAggregate,
  type LogicalFilter,
  type LogicalLimit,
  type LogicalLockRows,
  type LogicalPlan,
  type LogicalProject,
  type LogicalSetOperation,
  type LogicalSort,
  type LogicalStatement,
} from '../plan/logical.ts';
import type { CteDefinition, PhysicalPlan, WorkingTable } from '../plan/physical.ts';
import { mapAggregate, mapSortKeys } from '../plan/walk-plan.ts';
import { EXPRESSION_ROW, HASH_ROW, WRITE_ROW, sortCost } from './cost.ts';
import { orderedByIndex } from './index-order.ts';
import {
  ExpressionPlacer,
  SubqueryFrame,
  type DependentPlan,
  type Layout,
} from './place-expression.ts';
import { NO_COLUMNS, type PlanContext } from './plan-context.ts';
import { planApply } from './plan-apply.ts';
import { planJoin } from './plan-join.ts';
import { planScan } from './plan-scan.ts';
import { planDelete, planInsert, planUpdate } from './plan-writer.ts';
import { planRecursive, planWorkingScan } from './plan-recursive.ts';
import { planFunctionScan, planSeries } from './plan-series.ts';
import { planWindow } from './plan-window.ts';
import { planColumns, planned, projectedTo, projection, type Planned } from './planned.ts';
import { inOrder } from './scan-order.ts';
import { readScore, routeVectorSearch } from './vector-route.ts';

/** The score of a vector search is a column nobody else can mean. */
const SCORE_ID = -1;

export function planPhysical(statement: LogicalStatement, statistics: Statistics): PhysicalPlan {
  const shared = new SharedParts(statement, new Estimator(statistics));
  const planner = new PhysicalPlanner(shared, new SubqueryFrame());
  return projectedTo(planner.plan(statement.plan), outputColumns(statement.plan)).plan;
}

/** What all subqueries of a statement have in common. */
class SharedParts {
  readonly estimator: Estimator;
  /** The working tables of recursive queries being planned. */
  readonly working = new Map<number, WorkingTable>();
  readonly #statement: LogicalStatement;
  readonly #ctes = new Map<number, CteDefinition>();

  constructor(statement: LogicalStatement, estimator: Estimator) {
    this.#statement = statement;
    this.estimator = estimator;
  }

  cte(index: number): CteDefinition {
    const known = this.#ctes.get(index);
    if (known !== undefined) return known;
    const { name, plan } = this.#statement.ctes[index]!;
    const columns = outputColumns(plan);
    const planner = new PhysicalPlanner(this, new SubqueryFrame());
    const made = {
      name,
      columns: planColumns(columns),
      plan: projectedTo(planner.plan(plan), columns).plan,
    };
    this.#ctes.set(index, made);
    return made;
  }
}

class PhysicalPlanner implements PlanContext {
  readonly #shared: SharedParts;
  readonly #placer: ExpressionPlacer;
  readonly #known = new Map<LogicalPlan, Planned>();

  constructor(shared: SharedParts, frame: SubqueryFrame) {
    this.#shared = shared;
    this.#placer = new ExpressionPlacer(frame, (plan, inner) => {
      const planner = new PhysicalPlanner(shared, inner);
      return projectedTo(planner.plan(plan), outputColumns(plan)).plan;
    });
  }

  get estimator(): Estimator {
    return this.#shared.estimator;
  }

  place(expression: Expression, layout: Layout): Expression {
    return this.#placer.place(expression, layout);
  }

  placePlan(plan: LogicalPlan, layout: Layout): DependentPlan {
    return this.#placer.placePlan(plan, layout);
  }

  cte(index: number): CteDefinition {
    return this.#shared.cte(index);
  }

  /** Each node once: a join may look at the plan of a side before it decides what to do with it. */
  plan(node: LogicalPlan): Planned {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const made = this.#planNode(node);
    this.#known.set(node, made);
    return made;
  }

  #planNode(node: LogicalPlan): Planned {
    switch (node.kind) {
      case 'get':
        return planScan(node, [], this.estimator.rows(node), this);
      case 'values':
        return this.#planValues(node);
      case 'series':
        return planSeries(node, this);
      case 'function-scan':
        return planFunctionScan(node, this);
      case 'filter':
        return this.#planFilter(node);
      case 'project':
        return this.#planProject(node);
      case 'join':
        return planJoin(node, this);
      case 'apply':
        return planApply(node, this);
      case 'aggregate':
        return this.#planAggregate(node);
      case 'window':
        return planWindow(node, this);
      case 'sort':
        return this.#planSort(node);
      case 'limit':
        return this.#planLimit(node);
      case 'lock-rows':
        return this.#planLockRows(node, undefined, undefined);
      case 'distinct':
        return this.#planDistinct(node);
      case 'set-operation':
        return this.#planSetOperation(node);
      case 'cte-scan':
        return this.#planCteScan(node);
      case 'recursive':
        return planRecursive(node, this, this.#shared.working);
      case 'working-scan':
        return planWorkingScan(node, this, this.#shared.working);
      case 'insert':
        return planInsert(node, this);
      case 'update':
        return planUpdate(node, this);
      case 'delete':
        return planDelete(node, this);
    }
  }

  #planValues(node: LogicalPlan & { readonly kind: 'values' }): Planned {
    const tuples = node.tuples.map((tuple) => tuple.map((value) => this.place(value, NO_COLUMNS)));
    const rows = tuples.length;
    return planned(
      {
        kind: 'values',
        tuples,
        columns: planColumns(node.columns),
        rows,
        cost: rows * EXPRESSION_ROW,
      },
      node.columns,
    );
  }

  #planFilter(node: LogicalFilter): Planned {
    const rows = this.estimator.rows(node);
    const parts = conjuncts(node.predicate);
    if (node.input.kind === 'get') return planScan(node.input, parts, rows, this);
    const input = this.plan(node.input);
    const plan: PhysicalPlan = {
      kind: 'filter',
      input: input.plan,
      predicate: this.place(conjoin(cheapFirst(parts))!, input.layout),
      columns: input.plan.columns,
      rows,
      cost: input.plan.cost + input.plan.rows * parts.length * EXPRESSION_ROW,
    };
    return planned(plan, input.columns);
  }

  #planProject(node: LogicalProject): Planned {
    const route = routeVectorSearch(node.input, SCORE_ID, this);
    return route === undefined
      ? this.#projectOver(node, this.plan(node.input))
      : this.#projectOver(readScore(node, route), route.planned);
  }

  #projectOver(node: LogicalProject, input: Planned): Planned {
    const expressions = node.items.map((item) => this.place(item.expression, input.layout));
    const computed = expressions.filter((one) => one.kind !== 'column').length;
    const cost = input.plan.cost + input.plan.rows * computed * EXPRESSION_ROW;
    return projection(input.plan, expressions, outputColumns(node), cost);
  }

  #planAggregate(node: LogicalAggregate): Planned {
    const input = this.plan(node.input);
    const columns = outputColumns(node);
    const place = (expression: Expression): Expression => this.place(expression, input.layout);
    const plan: PhysicalPlan = {
      kind: 'aggregate',
      input: input.plan,
      groups: node.groups.map((group) => place(group.expression)),
      aggregates: node.aggregates.map((item) => mapAggregate(item.call, place)),
      columns: planColumns(columns),
      rows: this.estimator.rows(node),
      cost: input.plan.cost + input.plan.rows * HASH_ROW,
    };
    return planned(plan, columns);
  }

  #planSort(node: LogicalSort): Planned {
    const input = this.plan(node.input);
    const keys = mapSortKeys(node.keys, (expression) => this.place(expression, input.layout));
    const ordered = inOrder(input.plan, keys);
    if (ordered !== undefined) return planned(ordered, input.columns);
    const { rows } = input.plan;
    const cost = input.plan.cost + sortCost(rows);
    return planned(
      { kind: 'sort', input: input.plan, keys, columns: input.plan.columns, rows, cost },
      input.columns,
    );
  }

  #planLimit(node: LogicalLimit): Planned {
    const route = routeVectorSearch(node, SCORE_ID, this);
    if (route !== undefined) return projectedTo(route.planned, outputColumns(node));
    const limit = node.limit === undefined ? undefined : this.place(node.limit, NO_COLUMNS);
    const offset = node.offset === undefined ? undefined : this.place(node.offset, NO_COLUMNS);
    const rows = this.estimator.rows(node);
    if (node.input.kind === 'lock-rows') {
      const locked = this.#planLockRows(node.input, limit, offset);
      return limited(locked.plan, locked, { limit, offset, rows });
    }
    const input = this.plan(node.input);
    const { columns } = input.plan;
    if (input.plan.kind === 'sort' && limit !== undefined) {
      const { keys } = input.plan;
      const below = input.plan.input;
      const cost = below.cost + below.rows * Math.log2(Math.max(2, rows)) * EXPRESSION_ROW;
      const ordered = orderedByIndex(below, keys, [limit, offset], cost);
      if (ordered !== undefined) return limited(ordered, input, { limit, offset, rows });
      return planned(
        { kind: 'top-k', input: below, keys, limit, offset, columns, rows, cost },
        input.columns,
      );
    }
    return limited(input.plan, input, { limit, offset, rows });
  }

  /** Limit and offset are those above, so that nothing is locked which they leave out. */
  #planLockRows(
    node: LogicalLockRows,
    limit: Expression | undefined,
    offset: Expression | undefined,
  ): Planned {
    const input = this.plan(node.input);
    const { columns, rows, cost } = input.plan;
    const locks = node.locks.map(({ table, key, mode, wait }) => {
      const placed = this.place(key, input.layout);
      assert(placed.kind === 'column', 'the key of a row to be locked is a column of the input');
      return { table, column: placed.index, mode, wait };
    });
    const work = cost + rows * WRITE_ROW;
    return planned(
      { kind: 'lock-rows', input: input.plan, locks, limit, offset, columns, rows, cost: work },
      input.columns,
    );
  }

  #planDistinct(node: LogicalPlan & { readonly kind: 'distinct' }): Planned {
    const input = this.plan(node.input);
    const cost = input.plan.cost + input.plan.rows * HASH_ROW;
    const rows = this.estimator.rows(node);
    return planned(
      { kind: 'distinct', input: input.plan, columns: input.plan.columns, rows, cost },
      input.columns,
    );
  }

  #planSetOperation(node: LogicalSetOperation): Planned {
    const left = projectedTo(this.plan(node.left), outputColumns(node.left)).plan;
    const right = projectedTo(this.plan(node.right), outputColumns(node.right)).plan;
    const { operation, all } = node;
    const work = operation === 'union' && all ? 0 : (left.rows + right.rows) * HASH_ROW;
    const plan: PhysicalPlan = {
      kind: 'set-operation',
      operation,
      all,
      left,
      right,
      columns: planColumns(node.columns),
      rows: this.estimator.rows(node),
      cost: left.cost + right.cost + work,
    };
    return planned(plan, node.columns);
  }

  #planCteScan(node: LogicalPlan & { readonly kind: 'cte-scan' }): Planned {
    const cte = this.cte(node.cte);
    const { rows } = cte.plan;
    return planned(
      {
        kind: 'cte-scan',
        cte,
        columns: planColumns(node.columns),
        rows,
        cost: rows * EXPRESSION_ROW,
      },
      node.columns,
    );
  }
}

interface LimitFigures {
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly rows: number;
}

/** `plan` delivers the columns of `input`. */
function limited(
  plan: PhysicalPlan,
  input: Planned,
  { limit, offset, rows }: LimitFigures,
): Planned {
  const below = limit !== undefined && offset === undefined ? limitScan(plan, limit, rows) : plan;
  const { columns, cost } = below;
  return planned(
    { kind: 'limit', input: below, limit, offset, columns, rows, cost },
    input.columns,
  );
}

/** Tells a scan below when to stop. The limit above still stands; this only saves reading. */
function limitScan(plan: PhysicalPlan, limit: Expression, rows: number): PhysicalPlan {
  switch (plan.kind) {
    case 'table-scan':
      return { ...plan, limit, rows: Math.min(plan.rows, rows) };
    case 'project': {
      const input = limitScan(plan.input, limit, rows);
      return input === plan.input ? plan : { ...plan, input, rows: Math.min(plan.rows, rows) };
    }
    default:
      return plan;
  }
}
