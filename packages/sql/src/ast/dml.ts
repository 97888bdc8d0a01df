/** INSERT, UPDATE, DELETE as written. */
import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName } from './name.ts';
import type { FromItem, Query, SelectItem, WithClause } from './query.ts';
import type { Span } from './span.ts';

export interface InsertStatement {
  readonly kind: 'insert';
  readonly with: WithClause | undefined;
  readonly table: QualifiedName;
  readonly alias: Identifier | undefined;
  /** Empty when not written: all columns in order. */
  readonly columns: readonly Identifier[];
  /** INSERT … BY NAME SELECT: the query's column names choose the targets. */
  readonly byName: boolean;
  readonly overriding: 'system' | 'user' | undefined;
  /** Undefined is DEFAULT VALUES. Rows of a VALUES body may hold `default` expressions. */
  readonly source: Query | undefined;
  readonly onConflict: OnConflict | undefined;
  /** Empty when not written. */
  readonly returning: readonly SelectItem[];
  readonly span: Span;
}

export interface OnConflict {
  readonly kind: 'on-conflict';
  readonly target: ConflictTarget | undefined;
  /** Undefined is DO NOTHING. */
  readonly update:
    | { readonly assignments: readonly Assignment[]; readonly where: Expression | undefined }
    | undefined;
  readonly span: Span;
}

export type ConflictTarget =
  | {
      readonly kind: 'conflict-columns';
      /** Column references or index expressions. */
      readonly columns: readonly Expression[];
      readonly where: Expression | undefined;
      readonly span: Span;
    }
  | { readonly kind: 'conflict-constraint'; readonly name: Identifier; readonly span: Span };

/**
 * `a = e` (one target), or `(a, b) = (e, f)` / `ROW(e, f)` / `(SELECT …)` (`multiple`): then `value` is a `row`, a
 * `scalar-subquery` of as many columns, or one parenthesised expression.
 */
export interface Assignment {
  readonly kind: 'assignment';
  readonly targets: readonly AssignmentTarget[];
  readonly multiple: boolean;
  readonly value: Expression;
  readonly span: Span;
}

export interface AssignmentTarget {
  readonly kind: 'assignment-target';
  readonly column: Identifier;
  /** `a[2] = …`, `a[1:2] = …`, `a.f = …`: the steps below the column. */
  readonly path: readonly (Expression | AssignmentSlice | Identifier)[];
  readonly span: Span;
}

/** `[2:3]`; an absent bound is the array's own. */
export interface AssignmentSlice {
  readonly kind: 'assignment-slice';
  readonly lower: Expression | undefined;
  readonly upper: Expression | undefined;
  readonly span: Span;
}

export interface UpdateStatement {
  readonly kind: 'update';
  readonly with: WithClause | undefined;
  readonly table: QualifiedName;
  readonly alias: Identifier | undefined;
  readonly assignments: readonly Assignment[];
  readonly from: readonly FromItem[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[];
  readonly span: Span;
}

export interface DeleteStatement {
  readonly kind: 'delete';
  readonly with: WithClause | undefined;
  readonly table: QualifiedName;
  readonly alias: Identifier | undefined;
  readonly using: readonly FromItem[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[];
  readonly span: Span;
}
