/**
 * Physical plans: what the planner hands to the executor. Immutable records; `kind` discriminates. Expressions refer to the
 * columns of their input by position: for joins left columns first, then right ones.
 */
import type {
  AggregateCall,
  Expression,
  JoinKind,
  SortKey,
  WindowCall,
} from '@alopex-db/core/exec';
import type { LockWaitPolicy, RowLockMode } from '@alopex-db/core';
import type { DataType, Metric } from '@alopex-db/core/types';
import type { IndexLayout } from '../catalog/index-layout.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { References } from './references.ts';
import type { TableCall } from './logical.ts';

export interface PlanColumn {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** The table it comes from unchanged, for result metadata. */
  readonly table?: string | undefined;
  /** Alias of the table it comes from, for EXPLAIN. */
  readonly qualifier?: string | undefined;
}

/** What every node tells EXPLAIN. Rows and cost are estimates; cost is in microseconds of one core. */
interface PlanNode {
  readonly columns: readonly PlanColumn[];
  readonly rows: number;
  readonly cost: number;
}

/**
 * How a scan reaches its rows.
 *   full     every row
 *   point    the rows with these whole primary keys (a list of key tuples; each expression reads no column; duplicates and
 *            null tuples are the executor's to drop)
 *   range    a prefix of the key columns fixed by equality, then at most one bounded column; a null anywhere: no rows
 *   index    the same over the columns of an index, for each of several prefixes, in index order; one empty prefix: all of it
 */
export type Access =
  | { readonly kind: 'full' }
  | { readonly kind: 'point'; readonly keys: readonly (readonly Expression[])[] }
  | {
      readonly kind: 'range';
      readonly prefix: readonly Expression[];
      readonly lower?: { readonly value: Expression; readonly inclusive: boolean } | undefined;
      readonly upper?: { readonly value: Expression; readonly inclusive: boolean } | undefined;
    }
  | {
      readonly kind: 'index';
      readonly index: IndexLayout;
      readonly prefixes: readonly (readonly Expression[])[];
      readonly lower?: { readonly value: Expression; readonly inclusive: boolean } | undefined;
      readonly upper?: { readonly value: Expression; readonly inclusive: boolean } | undefined;
    };

/** Reads `ordinals` of a table; `filter` sees exactly those columns and runs before the others are decoded. */
export interface TableScan extends PlanNode {
  readonly kind: 'table-scan';
  readonly table: TableDef;
  readonly alias: string;
  readonly ordinals: readonly number[];
  readonly access: Access;
  readonly filter: Expression | undefined;
  /** Adds the row's key (bytea) as the last column: what UPDATE and DELETE write to. */
  readonly withRowKey: boolean;
  readonly reverse: boolean;
  /**
   * A hint to stop after so many rows have passed the filter; an expression without columns, null = no limit. The `limit`
   * node it comes from still stands above.
   */
  readonly limit?: Expression | undefined;
}

/**
 * The k rows nearest to a query vector: exact flat search. Output: `ordinals` of the table, then `score` (float64) as
 * `scoreKind` says. Sorted closest first; NULL and NaN scores last; ties by key.
 */
export interface VectorTopK extends PlanNode {
  readonly kind: 'vector-top-k';
  readonly table: TableDef;
  readonly alias: string;
  readonly ordinals: readonly number[];
  /** Ordinal of the vector column in the table. */
  readonly vectorOrdinal: number;
  readonly query: Expression;
  readonly metric: Metric;
  readonly scoreKind: 'similarity' | 'distance';
  /** Over the columns of `ordinals`. */
  readonly filter: Expression | undefined;
  readonly limit: Expression;
  readonly offset: Expression | undefined;
  /** Absent: every row is compared. */
  readonly index?: VectorIndexUse | undefined;
}

export interface VectorIndexUse {
  readonly name: string;
  readonly keyspace: number;
  /** Delivers the keys of the rows that pass the filter, in its last column; absent: there is no filter. */
  readonly allowed: TableScan | undefined;
  /** The share of rows that is expected to pass the filter, where candidates are filtered first, and `allowed` serves if too few pass. */
  readonly passingShare: number | undefined;
}

/** Locks the rows of tables, whose keys are columns of its input, as far as LIMIT and OFFSET above let them through. */
export interface LockRowsPlan extends PlanNode {
  readonly kind: 'lock-rows';
  readonly input: PhysicalPlan;
  readonly locks: readonly RowLock[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
}

export interface RowLock {
  readonly table: TableDef;
  /** Where the row's key is. */
  readonly column: number;
  readonly mode: RowLockMode;
  readonly wait: LockWaitPolicy;
}

export type PhysicalPlan =
  | TableScan
  | VectorTopK
  /** PRAGMA integrity_check; `checked` are some of `tables`, all of which foreign keys may refer to. */
  | (PlanNode & {
      readonly kind: 'integrity-check';
      readonly checked: readonly TableDef[];
      readonly tables: readonly TableDef[];
      readonly problemsMax: number;
    })
  | (PlanNode & {
      readonly kind: 'function-scan';
      readonly calls: readonly TableCall[];
      readonly withOrdinality: boolean;
    })
  /** generate_series. */
  | (PlanNode & { readonly kind: 'series'; readonly args: readonly Expression[] })
  | (PlanNode & { readonly kind: 'values'; readonly tuples: readonly (readonly Expression[])[] })
  | (PlanNode & {
      readonly kind: 'filter';
      readonly input: PhysicalPlan;
      readonly predicate: Expression;
    })
  | (PlanNode & {
      readonly kind: 'project';
      readonly input: PhysicalPlan;
      readonly expressions: readonly Expression[];
    })
  | (PlanNode & {
      readonly kind: 'hash-join';
      readonly join: JoinKind;
      readonly left: PhysicalPlan;
      /** The side that is built into the hash table. */
      readonly right: PhysicalPlan;
      readonly leftKeys: readonly Expression[];
      readonly rightKeys: readonly Expression[];
      /** Over left columns, then right ones. */
      readonly residual: Expression | undefined;
      /**
       * Set where it pays to look the partners up instead of reading all of `right`, which then is a full table scan: the
       * values of the whole primary key, in key order, over left columns. The join stays the same: reading `right` in full
       * would give the same answer.
       */
      readonly lookup?: readonly Expression[] | undefined;
    })
  /** Runs `right` anew for each left row, with the values of `outer` over that row. */
  | (PlanNode & {
      readonly kind: 'apply';
      readonly join: 'inner' | 'left' | 'semi' | 'anti';
      readonly left: PhysicalPlan;
      readonly right: PhysicalPlan;
      readonly outer: readonly Expression[];
      /** Over left columns, then right ones. */
      readonly condition: Expression | undefined;
    })
  | (PlanNode & {
      readonly kind: 'nested-loop-join';
      readonly join: JoinKind;
      readonly left: PhysicalPlan;
      readonly right: PhysicalPlan;
      readonly condition: Expression | undefined;
    })
  | (PlanNode & {
      readonly kind: 'aggregate';
      readonly input: PhysicalPlan;
      /** Output: groups, then aggregates. No groups: exactly one row. */
      readonly groups: readonly Expression[];
      readonly aggregates: readonly AggregateCall[];
    })
  /** Output: the input's columns, then the calls, in the order of partitions and keys. */
  | (PlanNode & {
      readonly kind: 'window';
      readonly input: PhysicalPlan;
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly SortKey[];
      readonly calls: readonly WindowCall[];
    })
  | (PlanNode & {
      readonly kind: 'sort';
      readonly input: PhysicalPlan;
      readonly keys: readonly SortKey[];
    })
  | (PlanNode & {
      readonly kind: 'top-k';
      readonly input: PhysicalPlan;
      readonly keys: readonly SortKey[];
      readonly limit: Expression;
      readonly offset: Expression | undefined;
    })
  | (PlanNode & {
      readonly kind: 'limit';
      readonly input: PhysicalPlan;
      readonly limit: Expression | undefined;
      readonly offset: Expression | undefined;
    })
  | LockRowsPlan
  | (PlanNode & { readonly kind: 'distinct'; readonly input: PhysicalPlan })
  | (PlanNode & {
      readonly kind: 'set-operation';
      readonly operation: 'union' | 'intersect' | 'except';
      readonly all: boolean;
      readonly left: PhysicalPlan;
      readonly right: PhysicalPlan;
    })
  /** Runs `definition` once an execution and shares its rows with every `cte-scan` of the same `cte` object. */
  | (PlanNode & { readonly kind: 'cte-scan'; readonly cte: CteDefinition })
  /** Runs `step` over the rows of the round before, read by scans of `working`, until a round finds none. */
  | (PlanNode & {
      readonly kind: 'recursive-union';
      readonly working: WorkingTable;
      readonly all: boolean;
      readonly anchor: PhysicalPlan;
      readonly step: PhysicalPlan;
    })
  | (PlanNode & { readonly kind: 'working-scan'; readonly working: WorkingTable })
  | InsertPlan
  | UpdatePlan
  | DeletePlan;

/** The rows between two rounds of a recursive query; the object itself is what tells two queries apart. */
export interface WorkingTable {
  readonly name: string;
}

export interface CteDefinition {
  readonly name: string;
  readonly columns: readonly PlanColumn[];
  readonly plan: PhysicalPlan;
}

/**
 * Output of the three writers: `returning` over the new row (delete: the old one) in table order, then, for UPDATE … FROM and
 * DELETE … USING, the input's columns after the row key. Without RETURNING no columns.
 */
export interface InsertPlan extends PlanNode {
  readonly kind: 'insert';
  readonly table: TableDef;
  /** Delivers one value per table column, in table order, defaults filled in and cast to the column's type. */
  readonly source: PhysicalPlan;
  readonly checks: readonly BoundCheck[];
  readonly onConflict: OnConflictPlan | undefined;
  /** Absent when no foreign key concerns the table. */
  readonly references?: References | undefined;
  readonly returning: readonly Expression[] | undefined;
}

export interface OnConflictPlan {
  /** Constraint to watch: 'primary' or a unique constraint's name; absent = any (DO NOTHING only). */
  readonly target: string | undefined;
  /** Absent = DO NOTHING. Expressions see the existing row's columns, then the proposed (excluded) row's. */
  readonly update:
    | { readonly assignments: readonly Assignment[]; readonly where: Expression | undefined }
    | undefined;
}

export interface UpdatePlan extends PlanNode {
  readonly kind: 'update';
  readonly table: TableDef;
  /** All table columns in order, then the row key, then columns of FROM. */
  readonly input: PhysicalPlan;
  /** Their values read the input. A row that comes twice (several partners in FROM) is updated once, by the first. */
  readonly assignments: readonly Assignment[];
  readonly checks: readonly BoundCheck[];
  /** Absent when no foreign key concerns the table. */
  readonly references?: References | undefined;
  readonly returning: readonly Expression[] | undefined;
}

export interface DeletePlan extends PlanNode {
  readonly kind: 'delete';
  readonly table: TableDef;
  /** All table columns in order, then the row key, then columns of USING. */
  readonly input: PhysicalPlan;
  /** Absent when no foreign key concerns the table. */
  readonly references?: References | undefined;
  readonly returning: readonly Expression[] | undefined;
}

export interface Assignment {
  readonly ordinal: number;
  /** Cast to the column's type already. */
  readonly value: Expression;
}

/** A CHECK over the row's columns in table order: fails only when false. */
export interface BoundCheck {
  readonly name: string;
  readonly condition: Expression;
}
