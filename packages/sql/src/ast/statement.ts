/** A whole statement, and what the parser hands on with it. */
import type {
  AlterTableStatement,
  CreateIndexStatement,
  CreateTableAsStatement,
  CreateTableStatement,
  CreateViewStatement,
  DropStatement,
  TruncateStatement,
} from './ddl.ts';
import type { DeleteStatement, InsertStatement, UpdateStatement } from './dml.ts';
import type { Query } from './query.ts';
import type { Span } from './span.ts';
import type { TransactionStatement } from './transaction.ts';
import type { UtilityStatement } from './utility.ts';

export type DefinitionStatement =
  | CreateTableStatement
  | CreateTableAsStatement
  | CreateViewStatement
  | CreateIndexStatement
  | DropStatement
  | TruncateStatement
  | AlterTableStatement;

export type DataStatement = Query | InsertStatement | UpdateStatement | DeleteStatement;

export type Statement =
  | DataStatement
  | DefinitionStatement
  | TransactionStatement
  | UtilityStatement;

/** How a statement numbers its parameters. One statement never mixes the styles. */
export interface ParameterList {
  readonly style: 'none' | 'numbered' | 'positional' | 'named';
  /** The highest `$n`, the number of `?`, or the number of different names. */
  readonly count: number;
  /** By index, for style 'named'; else empty. */
  readonly names: readonly string[];
}

export interface ParsedStatement {
  readonly statement: Statement;
  readonly parameters: ParameterList;
  /** Where the statement stands in the script, without its `;`. */
  readonly span: Span;
}
