/**
 * What stands between text and compiled statements: parser, binder, optimizer, planner, functions. That is more than half of
 * the code of SQL, and who imports the library may only want keys, so it is loaded by the first statement or the opening of a
 * database. Compiling itself is synchronous.
 */
import type { ParsedStatement } from '../ast/statement.ts';
import type { FunctionServices } from '../functions/registry.ts';
import type { CompiledStatement } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { loadParser, type SqlParser } from '../syntax/load-parser.ts';

export interface FrontEnd {
  readonly parser: SqlParser;
  compile(
    parsed: ParsedStatement,
    context: Omit<CompileContext, 'parser' | 'functions'>,
  ): CompiledStatement;
}

/** One for a database: functions hang on its kernels and sequences. */
export async function loadFrontEnd(services: FunctionServices): Promise<FrontEnd> {
  const [parser, { compileStatement }, { FunctionRegistry }] = await Promise.all([
    loadParser(),
    import('../planner/compile-statement.ts'),
    import('../functions/registry.ts'),
  ]);
  const functions = new FunctionRegistry(services);
  return {
    parser,
    compile: (parsed, context) => compileStatement(parsed, { ...context, parser, functions }),
  };
}
