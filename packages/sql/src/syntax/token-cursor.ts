/**
 * The base of the grammar chain (cursor, names, primaries, expressions, queries, DML, DDL, utility, parser): chevrotain's
 * parser with a cursor over its tokens.
 *
 * How the grammar uses chevrotain
 * - Statements and clauses are its rules (RULE, SUBRULE, OR, OPTION) with one token of lookahead.
 * - Expressions, names and comma lists are methods on the cursor (`at`, `take`, `expect`). A chevrotain rule costs nine
 *   stack frames and two try blocks a level: a thousand nested parentheses do not fit a default stack that way, and the
 *   operator table of PostgreSQL is a loop over binding powers, not a ladder of fifteen rules.
 * - Before the first parse chevrotain records every rule once. `at` and `take` are false then, so each loop runs once and
 *   each method records the tokens it can start with through `expect` or its rule.
 * - A mismatch never recovers: `fail` throws the AlopexError at the first wrong token.
 */
import { AlopexError } from '@alopex-db/core/base';
import { EmbeddedActionsParser, EOF } from 'chevrotain';
import type { IToken, TokenType } from 'chevrotain';
import type { Parameter } from '../ast/expression.ts';
import type { ParameterList } from '../ast/statement.ts';
import type { Span } from '../ast/span.ts';
import { NESTING_MAX, nestingError, PARAMETERS_MAX } from './limits.ts';
import { messageProvider } from './messages.ts';
import { describeExpected, errorNear, slipHint } from './syntax-error.ts';
import { Comma, isA, Label, QuotedIdentifier, VOCABULARY } from './tokens.ts';
import type { SqlToken } from './tokens.ts';

export abstract class TokenCursor extends EmbeddedActionsParser {
  /** The whole script; spans and errors point into it. */
  protected text = '';
  /** Where the statement ends: the place of an error at its end. */
  protected textEnd = 0;
  #depth = 0;
  #style: ParameterList['style'] = 'none';
  #parameterCount = 0;
  #parameterNames: string[] = [];
  #recorded = 0;

  /** `validate` makes chevrotain check the grammar for ambiguities, which takes several times as long as loading it. */
  constructor(validate: boolean) {
    super([...VOCABULARY], {
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations: !validate,
      errorMessageProvider: messageProvider,
    });
  }

  /** Makes ready for the tokens of one statement. */
  protected begin(text: string, textEnd: number, tokens: SqlToken[]): void {
    this.text = text;
    this.textEnd = textEnd;
    this.input = tokens;
    this.#depth = 0;
    this.#style = 'none';
    this.#parameterCount = 0;
    this.#parameterNames = [];
  }

  protected parameterList(): ParameterList {
    return { style: this.#style, count: this.#parameterCount, names: this.#parameterNames };
  }

  // Looking and moving

  protected at(type: TokenType): boolean {
    return this.LA(1).tokenTypeIdx === type.tokenTypeIdx;
  }

  /** Whether the token `ahead` (1 is the next) has exactly this type. */
  protected atAhead(ahead: number, type: TokenType): boolean {
    return this.LA(ahead).tokenTypeIdx === type.tokenTypeIdx;
  }

  /** The next token, whatever it is. */
  protected next(): SqlToken {
    const token = this.LA(1);
    this.SKIP_TOKEN();
    return asSqlToken(token);
  }

  protected take(type: TokenType): boolean {
    if (this.LA(1).tokenTypeIdx !== type.tokenTypeIdx) return false;
    this.SKIP_TOKEN();
    return true;
  }

  /** Takes `first` only when `second` follows it, and then both. */
  protected takeBoth(first: TokenType, second: TokenType): boolean {
    if (!this.at(first) || !this.atAhead(2, second)) return false;
    this.SKIP_TOKEN();
    this.SKIP_TOKEN();
    return true;
  }

  /** A token of this type or category; anything else is an error that names `what` was expected. */
  protected expect(type: TokenType, what: string = type.LABEL ?? type.name): SqlToken {
    if (this.RECORDING_PHASE) return asSqlToken(this.consume(this.recordIndex(), type));
    const token = this.LA(1);
    if (!isA(token.tokenType, type)) throw this.fail(what);
    this.SKIP_TOKEN();
    return asSqlToken(token);
  }

  /** chevrotain tells calls within a rule by number; only its recording ever asks. */
  protected recordIndex(): number {
    this.#recorded = (this.#recorded + 1) % 256;
    return this.#recorded;
  }

  /** Whether the next token is a plain word with this folded text, which need not be a keyword. */
  protected atWord(word: string): boolean {
    const token = this.LA(1);
    return (
      token.image === word && token.tokenType !== QuotedIdentifier && isA(token.tokenType, Label)
    );
  }

  protected takeWord(word: string): boolean {
    if (!this.atWord(word)) return false;
    this.SKIP_TOKEN();
    return true;
  }

  /** At least one item. A comma before `end`-like tokens, where no item can start, is allowed and ignored. */
  protected commaList<T>(item: () => T, endsList: () => boolean = neverEnds): T[] {
    const items = [item()];
    while (this.take(Comma)) {
      if (endsList()) break;
      items.push(item());
    }
    return items;
  }

  // Spans

  /** Where the next token starts. */
  protected start(): number {
    return this.LA(1).startOffset;
  }

  /** From `start` to the end of the last token taken. */
  protected since(start: number): Span {
    return { start, end: asSqlToken(this.LA(0)).end };
  }

  // Limits

  /** Runs `body` one level deeper. */
  protected nested<T>(body: () => T): T {
    this.enter();
    const result = body();
    this.leave();
    return result;
  }

  protected enter(levels = 1): void {
    this.#depth += levels;
    if (this.#depth > NESTING_MAX) throw nestingError(this.text, this.position());
  }

  protected leave(levels = 1): void {
    this.#depth -= levels;
  }

  // Parameters

  /** `?`, `$n` or `$name`, numbered; the styles do not mix. */
  protected parameter(style: 'numbered' | 'positional' | 'named', token: SqlToken): Parameter {
    const span = { start: token.startOffset, end: token.end };
    if (this.#style !== 'none' && this.#style !== style) {
      const details = {
        position: span.start,
        hint: 'Use only one of $1, ? and $name in a statement.',
      };
      throw new AlopexError('ALX_PARAMETER', 'parameter styles cannot be mixed', details);
    }
    this.#style = style;
    const index = this.#parameterIndex(style, token);
    if (index >= PARAMETERS_MAX || index < 0) {
      const message =
        index < 0
          ? `there is no parameter $${token.image}`
          : `more than ${PARAMETERS_MAX} parameters`;
      throw new AlopexError('ALX_PARAMETER', message, { position: span.start });
    }
    this.#parameterCount = Math.max(this.#parameterCount, index + 1);
    return { kind: 'parameter', index, name: style === 'named' ? token.image : undefined, span };
  }

  #parameterIndex(style: 'numbered' | 'positional' | 'named', token: SqlToken): number {
    if (style === 'numbered') return Number(token.image) - 1;
    if (style === 'positional') return this.#parameterCount;
    const known = this.#parameterNames.indexOf(token.image);
    return known >= 0 ? known : this.#parameterNames.push(token.image) - 1;
  }

  // Errors

  protected position(): number {
    const token = this.LA(1);
    return token.tokenType === EOF ? this.textEnd : token.startOffset;
  }

  /** A syntax error at the next token, where `what` was expected. */
  protected fail(what: string | undefined, hint?: string): AlopexError {
    return this.failAt(this.LA(1), this.LA(0), what, hint);
  }

  protected failAt(
    found: IToken,
    previous: IToken,
    what: string | undefined,
    hint?: string,
  ): AlopexError {
    const atEnd = found.tokenType === EOF;
    const start = atEnd ? this.textEnd : found.startOffset;
    const end = atEnd ? this.textEnd : asSqlToken(found).end;
    const text = atEnd ? this.text.slice(0, this.textEnd) : this.text;
    return errorNear(
      what === undefined ? 'ALX_UNEXPECTED_TOKEN' : 'ALX_EXPECTED_TOKEN',
      'syntax error',
      text,
      start,
      end,
      {
        detail: what === undefined ? undefined : describeExpected(what, previous),
        hint: hint ?? slipHint(what, found, previous, this.LA(2)),
      },
    );
  }
}

function neverEnds(): boolean {
  return false;
}

/** Every token of a statement comes from our lexer; only chevrotain's end marker and its recording token are its own. */
function asSqlToken(token: IToken): SqlToken {
  return token as SqlToken;
}
