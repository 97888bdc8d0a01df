/**
 * The front end in one call: a parsed statement and what it may see become a compiled statement. Pure; the catalog is only
 * read. binder -> optimizer -> physical planner.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { DataStatement, ParsedStatement, Statement } from '../ast/statement.ts';
import type { ExplainStatement } from '../ast/utility.ts';
import { bindDataStatement } from '../binder/bind-data-statement.ts';
import { BindState } from '../binder/bind-state.ts';
import { bindDefinition } from '../binder/bind-definition.ts';
import { unsupported } from '../binder/bind-error.ts';
import { locateError } from '../errors.ts';
import type {
  CompiledExplain,
  CompiledQuery,
  CompiledStatement,
  QueryCommand,
} from '../plan/compiled-statement.ts';
import type { CompileContext } from './compile-context.ts';
import { compileCreateTableAs } from './compile-create-table-as.ts';
import { compilePragma } from './compile-pragma.ts';
import { compileTruncate } from './compile-truncate.ts';
import { physicalQuery } from './physical-query.ts';

/** Errors name line and column of the text in the context. */
export function compileStatement(
  parsed: ParsedStatement,
  context: CompileContext,
): CompiledStatement {
  try {
    return compile(parsed.statement, parsed.parameters.count, context);
  } catch (error) {
    throw error instanceof AlopexError ? locateError(error, context.text) : error;
  }
}

function compile(
  statement: Statement,
  parameterCount: number,
  context: CompileContext,
): CompiledStatement {
  switch (statement.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
      return compileData(statement, parameterCount, context);
    case 'create-table':
    case 'create-view':
    case 'create-index':
    case 'drop':
    case 'alter-table':
      return bindDefinition(statement, context);
    case 'create-table-as':
      return compileCreateTableAs(statement, parameterCount, context);
    case 'truncate':
      return compileTruncate(statement, context);
    case 'pragma':
      return compilePragma(statement, context);
    case 'explain':
      return compileExplain(statement, parameterCount, context);
    default:
      return { kind: 'utility', statement };
  }
}

function compileData(
  statement: DataStatement,
  parameterCount: number,
  context: CompileContext,
): CompiledQuery {
  const state = new BindState(context, parameterCount);
  return physicalQuery(bindDataStatement(statement, state), COMMANDS[statement.kind], state);
}

const COMMANDS: Readonly<Record<DataStatement['kind'], QueryCommand>> = {
  query: 'SELECT',
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
};

function compileExplain(
  statement: ExplainStatement,
  parameterCount: number,
  context: CompileContext,
): CompiledExplain {
  const inner = statement.statement;
  const explainable =
    inner.kind === 'query' ||
    inner.kind === 'insert' ||
    inner.kind === 'update' ||
    inner.kind === 'delete';
  if (!explainable) throw unsupported('EXPLAIN of a statement that has no plan', statement.span);
  const target = compileData(inner, parameterCount, context);
  const { analyze, verbose, format } = statement;
  return {
    kind: 'explain',
    target,
    parameterTypes: target.parameterTypes,
    analyze,
    verbose,
    format,
  };
}
