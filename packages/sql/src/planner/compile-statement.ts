/**
 * The front end in one call: a parsed statement and what it may see become a compiled statement. Pure; the catalog is only
 * read. binder -> optimizer -> physical planner.
 */
import type { ParsedStatement } from '../ast/statement.ts';
import type { CompiledStatement } from '../plan/compiled-statement.ts';
import type { CompileContext } from './compile-context.ts';

export declare function compileStatement(parsed: ParsedStatement, context: CompileContext): CompiledStatement;
