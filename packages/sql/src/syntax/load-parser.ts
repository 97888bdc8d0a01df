/**
 * The way to the parser. chevrotain takes 40-90 ms to import and the grammar some more to analyse, so neither happens when
 * the library is imported: `loadParser` brings both at the first statement, once a process.
 *
 * Parsing itself is synchronous. Who has no promise to wait on (`db.sync`) uses `loadedParser`, and whoever opens a database
 * sees to it that the parser is there: `Database.open` starts `loadParser()` first, opens its files, and awaits it last.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { Expression } from '../ast/expression.ts';
import type { ParsedStatement } from '../ast/statement.ts';

export interface SqlParser {
  /** Statements separated by `;`, empty ones left out. A syntax error anywhere refuses all. */
  parseScript(text: string): ParsedStatement[];
  /** Exactly one statement, with or without a `;` behind it. */
  parseStatement(text: string): ParsedStatement;
  /** A lone expression. */
  parseExpression(text: string): Expression;
}

// The one piece of module state: a grammar is a constant of the program that only comes late.
let loading: Promise<SqlParser> | undefined;
let loaded: SqlParser | undefined;

export function loadParser(): Promise<SqlParser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<SqlParser> {
  const { createParser } = await import('./parser.ts');
  loaded = createParser();
  return loaded;
}

/** The parser that `loadParser` has brought. */
export function loadedParser(): SqlParser {
  if (loaded !== undefined) return loaded;
  throw new AlopexError('ALX_INTERNAL', 'the SQL parser is not loaded yet', {
    hint: 'Await loadParser() before the first synchronous statement.',
  });
}
