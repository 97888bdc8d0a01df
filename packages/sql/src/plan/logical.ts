/**
 * Logical plans: what a query means, before anybody decides how to run it. Immutable records; `kind` discriminates.
 *
 * Law of ids: every column that a plan node makes has an id, unique in the statement. Inside logical plans an expression's
 * `column.index` is such an id, not a position, so rules may move expressions and reorder joins without renumbering
 * anything. A column id that no input of a node delivers belongs to an enclosing query: a correlated reference. The physical
 * planner turns ids into positions, and ids of enclosing queries into `outer` references.
 */
import type {
  AggregateCall,
  Expression,
  JoinKind,
  SortKey,
  WindowCall,
  TableFunction,
} from '@alopex-db/core/exec';
import type { LockWaitPolicy, RowLockMode } from '@alopex-db/core';
import type { DataType } from '@alopex-db/core/types';
import type { References } from './references.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { BoundCheck } from './physical.ts';

/** A column some node makes. */
export interface LogicalColumn {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Alias of the table it comes from, for EXPLAIN and messages. */
  readonly qualifier?: string | undefined;
  /** Name of the table it comes from unchanged, for result metadata. */
  readonly table?: string | undefined;
}

export interface ProjectItem {
  readonly column: LogicalColumn;
  readonly expression: Expression;
}

export interface AggregateItem {
  readonly column: LogicalColumn;
  readonly call: AggregateCall;
}

/** Reads a table. `columns` are those still wanted, `ordinals` their places in the table. */
export interface LogicalGet {
  readonly kind: 'get';
  readonly table: TableDef;
  readonly alias: string;
  readonly ordinals: readonly number[];
  readonly columns: readonly LogicalColumn[];
  /** Set where a writer needs the row's key as a column. */
  readonly rowKey: LogicalColumn | undefined;
}

export interface LogicalValues {
  readonly kind: 'values';
  readonly columns: readonly LogicalColumn[];
  readonly tuples: readonly (readonly Expression[])[];
}

/** generate_series: first, last and step, which read no columns of this query. */
export interface LogicalSeries {
  readonly kind: 'series';
  readonly args: readonly Expression[];
  readonly columns: readonly LogicalColumn[];
}

/** Functions in FROM: their rows side by side, then the row's number if asked for. */
export interface LogicalFunctionScan {
  readonly kind: 'function-scan';
  readonly calls: readonly TableCall[];
  readonly withOrdinality: boolean;
  readonly columns: readonly LogicalColumn[];
}

/** A call of a function that answers rows of `columns`. */
export interface TableCall {
  readonly function: TableFunction;
  readonly args: readonly Expression[];
  readonly columns: readonly DataType[];
}

export interface LogicalFilter {
  readonly kind: 'filter';
  readonly input: LogicalPlan;
  readonly predicate: Expression;
}

export interface LogicalProject {
  readonly kind: 'project';
  readonly input: LogicalPlan;
  readonly items: readonly ProjectItem[];
}

/** Output: left columns, then right ones; semi and anti: left ones only. */
export interface LogicalJoin {
  readonly kind: 'join';
  readonly join: JoinKind;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly condition: Expression | undefined;
}

/**
 * A join whose right side reads columns of the left one, run anew for each left row: the apply operator of Galindo-Legaria and
 * Joshi 2001, LATERAL in SQL. Output as of a join. No column of the right side may be padded on the left.
 */
export interface LogicalApply {
  readonly kind: 'apply';
  readonly join: 'inner' | 'left' | 'semi' | 'anti';
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly condition: Expression | undefined;
}

/** Output: groups, then aggregates. Without groups exactly one row. */
export interface LogicalAggregate {
  readonly kind: 'aggregate';
  readonly input: LogicalPlan;
  readonly groups: readonly ProjectItem[];
  readonly aggregates: readonly AggregateItem[];
}

export interface WindowItem {
  readonly column: LogicalColumn;
  readonly call: WindowCall;
}

/** Output: the input's columns, then the calls; all calls share partitions and order. */
export interface LogicalWindow {
  readonly kind: 'window';
  readonly input: LogicalPlan;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly items: readonly WindowItem[];
}

export interface LogicalSort {
  readonly kind: 'sort';
  readonly input: LogicalPlan;
  readonly keys: readonly SortKey[];
}

export interface LogicalLimit {
  readonly kind: 'limit';
  readonly input: LogicalPlan;
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
}

/** Locks the rows of tables whose keys are among its input's columns; output as its input. */
export interface LogicalLockRows {
  readonly kind: 'lock-rows';
  readonly input: LogicalPlan;
  readonly locks: readonly LogicalRowLock[];
}

export interface LogicalRowLock {
  readonly table: TableDef;
  readonly column: LogicalColumn;
  /** Reads `column`. */
  readonly key: Expression;
  readonly mode: RowLockMode;
  readonly wait: LockWaitPolicy;
}

export interface LogicalDistinct {
  readonly kind: 'distinct';
  readonly input: LogicalPlan;
}

/** Columns of its own; the inputs deliver theirs in the same order with the same types. */
export interface LogicalSetOperation {
  readonly kind: 'set-operation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly columns: readonly LogicalColumn[];
}

/**
 * A query that reads itself. `step` reads the rows of the round before through `working-scan`s of `working`. Columns of its
 * own; both inputs deliver theirs in the same order with the same types.
 */
export interface LogicalRecursive {
  readonly kind: 'recursive';
  readonly name: string;
  readonly working: number;
  readonly all: boolean;
  readonly anchor: LogicalPlan;
  readonly step: LogicalPlan;
  readonly columns: readonly LogicalColumn[];
}

/** The rows that the round before found. */
export interface LogicalWorkingScan {
  readonly kind: 'working-scan';
  readonly working: number;
  readonly name: string;
  readonly columns: readonly LogicalColumn[];
}

/** One reading of a WITH query; every reading has column ids of its own. */
export interface LogicalCteScan {
  readonly kind: 'cte-scan';
  /** Index into the statement's `ctes`. */
  readonly cte: number;
  readonly name: string;
  readonly columns: readonly LogicalColumn[];
}

/** A query of a WITH clause. */
export interface LogicalCte {
  readonly name: string;
  readonly plan: LogicalPlan;
  /** As MATERIALIZED or NOT MATERIALIZED says; absent: the optimizer decides. */
  readonly materialized: boolean | undefined;
}

/** A whole statement. A CTE reads only CTEs before it in the list. */
export interface LogicalStatement {
  readonly plan: LogicalPlan;
  readonly ctes: readonly LogicalCte[];
}

/** `source` delivers one column per table column, in table order. */
export interface LogicalInsert {
  readonly kind: 'insert';
  readonly table: TableDef;
  readonly references?: References | undefined;
  readonly source: LogicalPlan;
  readonly checks: readonly BoundCheck[];
  readonly onConflict: LogicalOnConflict | undefined;
  /** Over `row`. */
  readonly returning: readonly ProjectItem[] | undefined;
  /** Ids by which `returning` and the checks name the new row's columns, in table order. */
  readonly row: readonly LogicalColumn[];
}

export interface LogicalOnConflict {
  readonly target: string | undefined;
  readonly update: LogicalConflictUpdate | undefined;
}

/** Expressions over `existing` and `excluded`, both in table order. */
export interface LogicalConflictUpdate {
  readonly existing: readonly LogicalColumn[];
  readonly excluded: readonly LogicalColumn[];
  readonly assignments: readonly LogicalAssignment[];
  readonly where: Expression | undefined;
}

export interface LogicalAssignment {
  readonly ordinal: number;
  readonly value: Expression;
}

/** `input` delivers the target's columns `target`, its row key and whatever FROM adds. */
export interface LogicalUpdate {
  readonly kind: 'update';
  readonly table: TableDef;
  readonly references?: References | undefined;
  readonly input: LogicalPlan;
  readonly target: readonly LogicalColumn[];
  readonly rowKey: LogicalColumn;
  readonly assignments: readonly LogicalAssignment[];
  readonly checks: readonly BoundCheck[];
  /** `row` stands for the new row; other ids come from the input. */
  readonly row: readonly LogicalColumn[];
  readonly returning: readonly ProjectItem[] | undefined;
}

export interface LogicalDelete {
  readonly kind: 'delete';
  readonly table: TableDef;
  readonly references?: References | undefined;
  readonly input: LogicalPlan;
  readonly target: readonly LogicalColumn[];
  readonly rowKey: LogicalColumn;
  readonly returning: readonly ProjectItem[] | undefined;
}

export type LogicalPlan =
  | LogicalGet
  | LogicalValues
  | LogicalSeries
  | LogicalFunctionScan
  | LogicalFilter
  | LogicalProject
  | LogicalJoin
  | LogicalApply
  | LogicalAggregate
  | LogicalWindow
  | LogicalSort
  | LogicalLimit
  | LogicalLockRows
  | LogicalDistinct
  | LogicalSetOperation
  | LogicalCteScan
  | LogicalRecursive
  | LogicalWorkingScan
  | LogicalInsert
  | LogicalUpdate
  | LogicalDelete;

/** The columns a node delivers, in order. */
export function outputColumns(plan: LogicalPlan): readonly LogicalColumn[] {
  switch (plan.kind) {
    case 'get':
      return plan.rowKey === undefined ? plan.columns : [...plan.columns, plan.rowKey];
    case 'values':
    case 'series':
    case 'function-scan':
    case 'set-operation':
    case 'cte-scan':
    case 'recursive':
    case 'working-scan':
      return plan.columns;
    case 'project':
      return plan.items.map((item) => item.column);
    case 'aggregate':
      return [...plan.groups, ...plan.aggregates].map((item) => item.column);
    case 'window':
      return [...outputColumns(plan.input), ...plan.items.map((item) => item.column)];
    case 'join':
    case 'apply':
      return joinColumns(plan);
    case 'filter':
    case 'sort':
    case 'limit':
    case 'lock-rows':
    case 'distinct':
      return outputColumns(plan.input);
    case 'insert':
    case 'update':
    case 'delete':
      return (plan.returning ?? []).map((item) => item.column);
  }
}

/** An outer join fills the side that has no partner with nulls, whatever its columns promised before. */
function joinColumns(plan: LogicalJoin | LogicalApply): readonly LogicalColumn[] {
  const left = outputColumns(plan.left);
  if (plan.join === 'semi' || plan.join === 'anti') return left;
  const right = outputColumns(plan.right);
  const leftPadded = plan.join === 'right' || plan.join === 'full';
  const rightPadded = plan.join === 'left' || plan.join === 'full';
  return [
    ...(leftPadded ? left.map(asNullable) : left),
    ...(rightPadded ? right.map(asNullable) : right),
  ];
}

function asNullable(column: LogicalColumn): LogicalColumn {
  return column.nullable ? column : { ...column, nullable: true };
}
