/** Session, inspection and maintenance statements as written. */
import type { Option } from './ddl.ts';
import type { DeleteStatement, InsertStatement, UpdateStatement } from './dml.ts';
import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, TypeName } from './name.ts';
import type { Query } from './query.ts';
import type { Span } from './span.ts';
import type { Statement } from './statement.ts';

/** `SET name = value, …`; `values` empty is SET … TO DEFAULT. A bare word (`on`, `utf8`) is a string literal. */
export interface SetStatement {
  readonly kind: 'set';
  readonly scope: 'session' | 'local';
  /** Folded, with its dots: `alopex.hnsw_ef_search`. `SET TIME ZONE x` is `timezone`. */
  readonly name: string;
  readonly values: readonly Expression[];
  readonly span: Span;
}

export interface ShowStatement {
  readonly kind: 'show';
  /** Folded, with its dots; `all` for SHOW ALL. */
  readonly name: string;
  readonly span: Span;
}

export interface ResetStatement {
  readonly kind: 'reset';
  /** `all` for RESET ALL. */
  readonly name: string;
  readonly span: Span;
}

/** SHOW TABLES, SHOW INDEXES [FROM t], DESCRIBE t. */
export interface DescribeStatement {
  readonly kind: 'describe';
  readonly what: 'tables' | 'indexes' | 'table';
  readonly table: QualifiedName | undefined;
  readonly span: Span;
}

export interface ExplainStatement {
  readonly kind: 'explain';
  readonly analyze: boolean;
  readonly verbose: boolean;
  readonly format: 'text' | 'json';
  /** The rest of the parenthesised options. */
  readonly options: readonly Option[];
  readonly statement: Statement;
  readonly span: Span;
}

export interface PrepareStatement {
  readonly kind: 'prepare';
  readonly name: Identifier;
  readonly types: readonly TypeName[];
  readonly statement: Query | InsertStatement | UpdateStatement | DeleteStatement;
  readonly span: Span;
}

export interface ExecuteStatement {
  readonly kind: 'execute';
  readonly name: Identifier;
  readonly args: readonly Expression[];
  readonly span: Span;
}

/** `name` undefined is DEALLOCATE ALL. */
export interface DeallocateStatement {
  readonly kind: 'deallocate';
  readonly name: Identifier | undefined;
  readonly span: Span;
}

/** `PRAGMA name`, `PRAGMA name = value`, `PRAGMA name(args)`. */
export interface PragmaStatement {
  readonly kind: 'pragma';
  readonly name: string;
  readonly value: Expression | undefined;
  readonly args: readonly Expression[];
  readonly span: Span;
}

/** ANALYZE and VACUUM; without tables: all of them. */
export interface MaintenanceStatement {
  readonly kind: 'analyze' | 'vacuum';
  readonly options: readonly Option[];
  readonly tables: readonly {
    readonly name: QualifiedName;
    readonly columns: readonly Identifier[];
  }[];
  readonly span: Span;
}

export interface CopyStatement {
  readonly kind: 'copy';
  readonly source:
    | {
        readonly kind: 'copy-table';
        readonly table: QualifiedName;
        readonly columns: readonly Identifier[];
      }
    | { readonly kind: 'copy-query'; readonly query: Query };
  readonly direction: 'from' | 'to';
  /** A file name, or the client's stream. */
  readonly endpoint:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'stdin' | 'stdout' };
  readonly options: readonly Option[];
  readonly where: Expression | undefined;
  readonly span: Span;
}

export interface DiscardStatement {
  readonly kind: 'discard';
  readonly what: 'all' | 'plans' | 'sequences' | 'temp';
  readonly span: Span;
}

export type UtilityStatement =
  | SetStatement
  | ShowStatement
  | ResetStatement
  | DescribeStatement
  | ExplainStatement
  | PrepareStatement
  | ExecuteStatement
  | DeallocateStatement
  | PragmaStatement
  | MaintenanceStatement
  | CopyStatement
  | DiscardStatement;
