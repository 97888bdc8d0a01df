/**
 * Queries as written. A `query` is what may stand in parentheses: WITH, a body, ORDER BY, LIMIT. `TABLE t` and `FROM t` without
 * SELECT are `SELECT * FROM t`.
 */
import type { DeleteStatement, InsertStatement, UpdateStatement } from './dml.ts';
import type { Expression, FunctionCall } from './expression.ts';
import type { Identifier, QualifiedName, TypeName } from './name.ts';
import type { Span } from './span.ts';
import type { NamedWindow, OrderItem } from './window.ts';

export interface Query {
  readonly kind: 'query';
  readonly with: WithClause | undefined;
  readonly body: QueryBody;
  readonly orderBy: OrderBy | undefined;
  /** Absent also for LIMIT ALL and LIMIT NULL. */
  readonly limit: Expression | undefined;
  /** FETCH FIRST n ROWS WITH TIES. */
  readonly withTies: boolean;
  readonly offset: Expression | undefined;
  readonly locking: readonly LockingClause[];
  readonly span: Span;
}

/** A nested `query` stood in parentheses and keeps its own ORDER BY and LIMIT. */
export type QueryBody = Select | Values | SetOperation | Query;

export interface Select {
  readonly kind: 'select';
  readonly distinct: Distinct | undefined;
  /** May be empty, as in PostgreSQL. */
  readonly items: readonly SelectItem[];
  /** Entries separated by commas. */
  readonly from: readonly FromItem[];
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | undefined;
  /** The texts inside hint comments that follow SELECT, e.g. `USE_INDEX(i)`. */
  readonly hints: readonly string[];
  readonly span: Span;
}

/** DISTINCT (`on` empty) or DISTINCT ON (…). */
export interface Distinct {
  readonly kind: 'distinct';
  readonly on: readonly Expression[];
  readonly span: Span;
}

export interface Values {
  readonly kind: 'values';
  /** At least one row; each at least one value. Equal widths are the binder's to check. */
  readonly rows: readonly (readonly Expression[])[];
  readonly span: Span;
}

export interface SetOperation {
  readonly kind: 'set-operation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  /** Columns are matched by name instead of position. */
  readonly byName: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
  readonly span: Span;
}

export type SelectItem = SelectExpression | Star;

export interface SelectExpression {
  readonly kind: 'select-expression';
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
  readonly span: Span;
}

/** `*` or `t.*`, with the changes that EXCLUDE, REPLACE and RENAME ask for. */
export interface Star {
  readonly kind: 'star';
  readonly table: QualifiedName | undefined;
  readonly exclude: readonly Identifier[];
  readonly replace: readonly { readonly column: Identifier; readonly value: Expression }[];
  readonly rename: readonly { readonly from: Identifier; readonly to: Identifier }[];
  readonly span: Span;
}

export interface OrderBy {
  readonly kind: 'order-by';
  /** ORDER BY ALL: every output column in order; then `items` is empty. */
  readonly all:
    | { readonly descending: boolean; readonly nulls: 'first' | 'last' | undefined }
    | undefined;
  readonly items: readonly OrderItem[];
  readonly span: Span;
}

export interface GroupBy {
  readonly kind: 'group-by';
  /** GROUP BY ALL: every output column without an aggregate; then `elements` is empty. */
  readonly all: boolean;
  /** GROUP BY DISTINCT: equal grouping sets once. */
  readonly distinct: boolean;
  readonly elements: readonly GroupingElement[];
  readonly span: Span;
}

export type GroupingElement =
  | { readonly kind: 'grouping-expression'; readonly expression: Expression; readonly span: Span }
  /** `()`. */
  | { readonly kind: 'empty-grouping'; readonly span: Span }
  /** `(a, b)` inside is a `row` expression. */
  | {
      readonly kind: 'rollup' | 'cube';
      readonly expressions: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: 'grouping-sets';
      readonly sets: readonly GroupingElement[];
      readonly span: Span;
    };

export type FromItem = TableReference | DerivedTable | FunctionTable | Join;

/** `AS name (a, b)`; `name` may be absent only where the standard allows it. */
export interface TableAlias {
  readonly kind: 'table-alias';
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly span: Span;
}

export interface TableReference {
  readonly kind: 'table-reference';
  readonly name: QualifiedName;
  readonly alias: TableAlias | undefined;
  readonly asOf: AsOf | undefined;
  readonly sample: TableSample | undefined;
  readonly span: Span;
}

/** Time travel: AS OF TIMESTAMP e, AS OF VERSION e, AS OF SYSTEM TIME e. */
export interface AsOf {
  readonly kind: 'as-of';
  readonly unit: 'timestamp' | 'version' | 'system time';
  readonly value: Expression;
  readonly span: Span;
}

export interface TableSample {
  readonly kind: 'table-sample';
  readonly method: Identifier;
  readonly args: readonly Expression[];
  readonly repeatable: Expression | undefined;
  readonly span: Span;
}

/** `(SELECT …) AS d`; the alias may be absent. */
export interface DerivedTable {
  readonly kind: 'derived-table';
  readonly query: Query;
  readonly lateral: boolean;
  readonly alias: TableAlias | undefined;
  readonly span: Span;
}

/** `f(x)` or `ROWS FROM (f(x), g(y))` in FROM. */
export interface FunctionTable {
  readonly kind: 'function-table';
  readonly calls: readonly FunctionCall[];
  readonly lateral: boolean;
  readonly withOrdinality: boolean;
  readonly alias: TableAlias | undefined;
  /** `AS t (a INTEGER, b TEXT)` for functions that return records; then the alias has no columns. */
  readonly definitions: readonly { readonly name: Identifier; readonly type: TypeName }[];
  readonly span: Span;
}

export interface Join {
  readonly kind: 'join';
  readonly join:
    | 'inner'
    | 'left'
    | 'right'
    | 'full'
    | 'cross'
    | 'semi'
    | 'anti'
    | 'asof'
    | 'asof left';
  readonly left: FromItem;
  readonly right: FromItem;
  readonly natural: boolean;
  readonly on: Expression | undefined;
  /** USING (…), empty when not written. */
  readonly using: readonly Identifier[];
  /** `USING (a) AS j`. */
  readonly usingAlias: Identifier | undefined;
  /** Of the alias in `(a JOIN b …) AS j`. */
  readonly alias: TableAlias | undefined;
  readonly span: Span;
}

export interface WithClause {
  readonly kind: 'with';
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
  readonly span: Span;
}

export interface CommonTable {
  readonly kind: 'common-table';
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  /** Absent: the optimizer decides. */
  readonly materialized: boolean | undefined;
  readonly statement: Query | InsertStatement | UpdateStatement | DeleteStatement;
  readonly span: Span;
}

/** FOR UPDATE and its kin. */
export interface LockingClause {
  readonly kind: 'locking';
  readonly strength: 'update' | 'no key update' | 'share' | 'key share';
  /** Empty: all tables of the query. */
  readonly tables: readonly QualifiedName[];
  readonly wait: 'wait' | 'nowait' | 'skip locked';
  readonly span: Span;
}
