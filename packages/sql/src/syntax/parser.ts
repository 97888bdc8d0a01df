/**
 * The leaf of the grammar: whole statements, and the way in. One instance serves a whole process: it keeps nothing between
 * two calls. Loaded by `load-parser` only, because it brings chevrotain with it.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { IToken } from 'chevrotain';
import type { Expression } from '../ast/expression.ts';
import type { ParsedStatement, Statement } from '../ast/statement.ts';
import { isDeeperThan } from '../ast/visit.ts';
import { closestName, locateError } from '../errors.ts';
import { tokenize } from './lexer.ts';
import { checkTextEncoding, checkTextLength, nestingError, TREE_DEPTH_MAX } from './limits.ts';
import type { SqlParser } from './load-parser.ts';
import { clauseHint } from './syntax-error.ts';
import * as t from './tokens.ts';
import type { SqlToken } from './tokens.ts';
import { unbuiltStatement } from './unbuilt.ts';
import { UtilityGrammar } from './utility-grammar.ts';

class StatementParser extends UtilityGrammar implements SqlParser {
  readonly statement = this.RULE('statement', (): Statement => {
    return this.OR([
      { ALT: () => this.SUBRULE(this.dataStatement) },
      { ALT: () => this.SUBRULE(this.create) },
      { ALT: () => this.SUBRULE(this.drop) },
      { ALT: () => this.SUBRULE(this.truncate) },
      { ALT: () => this.SUBRULE(this.alter) },
      { ALT: () => this.SUBRULE(this.transaction) },
      { ALT: () => this.SUBRULE(this.settings) },
      { ALT: () => this.SUBRULE(this.inspection) },
      { ALT: () => this.SUBRULE(this.prepared) },
      { ALT: () => this.SUBRULE(this.maintenance) },
    ]);
  });

  /** An expression alone: a DEFAULT or CHECK out of the catalog, the filter of a vector search. */
  readonly loneExpression = this.RULE('loneExpression', () => this.expression());

  constructor(validate: boolean) {
    super(validate);
    this.performSelfAnalysis();
  }

  parseScript(text: string): ParsedStatement[] {
    return guarded(text, () => this.#statements(text));
  }

  parseStatement(text: string): ParsedStatement {
    return guarded(text, () => {
      const [first, second] = this.#statements(text);
      if (first === undefined) {
        throw new AlopexError('ALX_EXPECTED_TOKEN', 'syntax error at end of input', {
          position: text.length,
          detail: 'expected a statement',
        });
      }
      if (second === undefined) return first;
      throw new AlopexError('ALX_UNEXPECTED_TOKEN', 'cannot run several statements at once here', {
        position: second.span.start,
        hint: 'Use executeScript.',
      });
    });
  }

  parseExpression(text: string): Expression {
    return guarded(text, () => {
      checkTextLength(text);
      checkTextEncoding(text);
      const tokens = tokenize(text);
      this.begin(text, text.length, tokens);
      const expression = this.#run(() => this.loneExpression(), undefined);
      if (tokens.length > TREE_DEPTH_MAX && isDeeperThan(expression, TREE_DEPTH_MAX))
        throw nestingError(text, 0);
      return expression;
    });
  }

  #statements(text: string): ParsedStatement[] {
    checkTextLength(text);
    checkTextEncoding(text);
    const tokens = tokenize(text);
    const statements: ParsedStatement[] = [];
    let from = 0;
    for (let i = 0; i <= tokens.length; i++) {
      if (i < tokens.length && tokens[i]!.tokenType !== t.Semicolon) continue;
      if (i > from) statements.push(this.#statement(text, tokens, from, i));
      from = i + 1;
    }
    return statements;
  }

  #statement(text: string, tokens: readonly SqlToken[], from: number, to: number): ParsedStatement {
    const span = { start: tokens[from]!.startOffset, end: tokens[to - 1]!.end };
    this.begin(text, span.end, tokens.slice(from, to));
    const statement = this.#run(() => this.statement(), tokens[from]);
    // A tree is never deeper than its statement has tokens, so only long statements are measured.
    if (to - from > TREE_DEPTH_MAX && isDeeperThan(statement, TREE_DEPTH_MAX))
      throw nestingError(text, span.start);
    return { statement, parameters: this.parameterList(), span };
  }

  /**
   * Runs a rule over all of the input. chevrotain collects its first error instead of throwing it. `first` is the token that
   * should begin a statement.
   */
  #run<T>(rule: () => T, first: IToken | undefined): T {
    const result = rule();
    const error = this.errors[0];
    if (error === undefined) return result;
    if (error.name === 'NoViableAltException' && error.token === first)
      throw this.#unknownStatement(first);
    const expected = error.message === '' ? undefined : error.message;
    const before = this.#tokenBefore(error.token);
    throw this.failAt(error.token, before, expected, clauseHint(error.token, before));
  }

  #unknownStatement(first: IToken): AlopexError {
    const closest = closestName(first.image, STATEMENT_WORDS);
    const hint = closest === undefined ? undefined : `Did you mean ${closest.toUpperCase()}?`;
    return unbuiltStatement(first) ?? this.failAt(first, t.END, undefined, hint);
  }

  #tokenBefore(token: { startOffset: number }): SqlToken {
    const { input } = this;
    const index = input.findIndex((other) => other.startOffset === token.startOffset);
    const before = input[index < 0 ? input.length - 1 : index - 1];
    return (before ?? t.END) as SqlToken;
  }
}

/** Adds line and column, and turns a stack that ran out into the error it means: nesting beyond what this stack can hold. */
function guarded<T>(text: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof AlopexError) throw locateError(error, text);
    if (error instanceof RangeError && /call stack/i.test(error.message))
      throw nestingError(text, 0);
    throw error;
  }
}

/** First words of statements, for misspelt ones. */
const STATEMENT_WORDS = [
  'select',
  'insert',
  'update',
  'delete',
  'with',
  'values',
  'table',
  'from',
  'create',
  'drop',
  'alter',
  'truncate',
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint',
  'release',
  'set',
  'show',
  'reset',
  'explain',
  'prepare',
  'execute',
  'deallocate',
  'describe',
  'pragma',
  'analyze',
  'vacuum',
  'copy',
  'discard',
];

export function createParser(options: { readonly validate?: boolean } = {}): SqlParser {
  return new StatementParser(options.validate ?? false);
}
