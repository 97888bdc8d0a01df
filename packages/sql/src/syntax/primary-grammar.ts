/** Operands: literals, parameters, columns, parentheses, CASE, CAST, arrays, subqueries; and what follows them tightly. */
import type { CaseBranch, Expression } from '../ast/expression.ts';
import { assert, fromHex } from '@alopex-db/core/base';
import type { TokenType } from 'chevrotain';
import type { Query } from '../ast/query.ts';
import { CallGrammar } from './call-grammar.ts';
import { asIdentifier } from './name-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ARRAY = keyword('array');
const AS = keyword('as');
const BIT = keyword('bit');
const CASE = keyword('case');
const CAST = keyword('cast');
const CHAR = keyword('char');
const CHARACTER = keyword('character');
const DEFAULT = keyword('default');
const ELSE = keyword('else');
const END = keyword('end');
const EXISTS = keyword('exists');
const FALSE = keyword('false');
const INTERVAL = keyword('interval');
const NATIONAL = keyword('national');
const NOT = keyword('not');
const NULL = keyword('null');
const PRECISION = keyword('precision');
const ROW = keyword('row');
const THEN = keyword('then');
const TIME = keyword('time');
const TIMESTAMP = keyword('timestamp');
const TRUE = keyword('true');
const TRY_CAST = keyword('try_cast');
const WHEN = keyword('when');
const WITH = keyword('with');
const WITHOUT = keyword('without');

export abstract class PrimaryGrammar extends CallGrammar {
  /** An operand with the casts, subscripts and fields behind it. */
  protected operand(): Expression {
    const start = this.start();
    const parenthesised = this.at(t.LeftParen);
    let operand = parenthesised
      ? this.#parenthesised()
      : this.#isPlainName()
        ? this.#nameOrCall(start)
        : this.#primary();
    for (;;) {
      if (this.take(t.Cast)) {
        const type = this.typeName();
        operand = { kind: 'cast', operand, type, onFailure: 'error', span: this.since(start) };
      } else if (this.at(t.LeftBracket)) {
        operand = this.#subscript(operand, start);
      } else if (
        this.at(t.Dot) &&
        (parenthesised || hasFields(operand)) &&
        !this.atAhead(2, t.Star)
      ) {
        this.next();
        const field = this.label('a field name');
        operand = { kind: 'field', operand, field, span: this.since(start) };
      } else return operand;
    }
  }

  /** A name that begins neither a typed literal nor anything else of its own: most operands. */
  #isPlainName(): boolean {
    const { tokenType } = this.LA(1);
    if (tokenType !== t.Identifier && tokenType !== t.QuotedIdentifier) return false;
    return !this.atAhead(2, t.StringToken) && !this.atAhead(2, PRECISION);
  }

  #primary(): Expression {
    const token = this.LA(1);
    const start = token.startOffset;
    switch (token.tokenType) {
      case t.Integer:
        return { kind: 'integer-literal', text: this.next().image, span: this.since(start) };
      case t.Decimal:
        return { kind: 'decimal-literal', text: this.next().image, span: this.since(start) };
      case t.StringToken:
        return { kind: 'string-literal', value: this.next().image, span: this.since(start) };
      case t.Bytes:
        return {
          kind: 'bytes-literal',
          value: bytesOf(this.next().image),
          span: this.since(start),
        };
      case t.NumberedParameter:
        return this.parameter('numbered', this.next());
      case t.Question:
        return this.parameter('positional', this.next());
      case t.NamedParameter:
        return this.parameter('named', this.next());
      case t.LeftBracket:
        return this.#bareArray();
      default:
        return this.#word(start);
    }
  }

  // Words

  #word(start: number): Expression {
    const token = this.LA(1);
    const call = this.atAhead(2, t.LeftParen);
    switch (token.tokenType) {
      case NULL:
        this.next();
        return { kind: 'null-literal', span: this.since(start) };
      case TRUE:
      case FALSE:
        return {
          kind: 'boolean-literal',
          value: this.next().tokenType === TRUE,
          span: this.since(start),
        };
      case DEFAULT:
        this.next();
        return { kind: 'default', span: this.since(start) };
      case CASE:
        return this.#case();
      case CAST:
        return this.#cast('error');
      case TRY_CAST:
        return call ? this.#cast('null') : this.#nameOrCall(start);
      case EXISTS:
        return call ? this.#exists() : this.#nameOrCall(start);
      case ARRAY:
        return this.#array();
      case ROW:
        return call ? this.#row() : this.#nameOrCall(start);
      default:
        if (this.#startsTypedLiteral()) return this.#typedLiteral(start);
        return this.specialCall() ?? this.#nameOrCall(start);
    }
  }

  /** `DATE '…'`, `TIMESTAMP(3) WITH TIME ZONE '…'`, `INTERVAL '…' DAY`, `DOUBLE PRECISION '…'`. */
  #startsTypedLiteral(): boolean {
    const { tokenType, image } = this.LA(1);
    if (this.atAhead(2, t.StringToken)) {
      return t.isA(tokenType, t.FunctionName) || t.isA(tokenType, t.ColumnName);
    }
    switch (tokenType) {
      case TIMESTAMP:
      case TIME:
        return this.atAhead(2, t.LeftParen) || this.atAhead(2, WITH) || this.atAhead(2, WITHOUT);
      case INTERVAL:
      case CHAR:
      case CHARACTER:
      case BIT:
        return this.atAhead(2, t.LeftParen);
      case NATIONAL:
        return this.atAhead(2, CHAR) || this.atAhead(2, CHARACTER);
      default:
        return image === 'double' && this.atAhead(2, PRECISION);
    }
  }

  #typedLiteral(start: number): Expression {
    const type = this.typeName();
    const value = this.expect(t.StringToken).image;
    const fields = type.name === 'interval' ? this.intervalFields() : undefined;
    const span = this.since(start);
    if (fields === undefined) return { kind: 'typed-literal', type, value, span };
    return { kind: 'typed-literal', type: { ...type, intervalFields: fields }, value, span };
  }

  #nameOrCall(start: number): Expression {
    const { tokenType } = this.LA(1);
    const isColumn = t.isA(tokenType, t.ColumnName);
    if (!isColumn && !t.isA(tokenType, t.FunctionName)) throw this.fail('an expression');
    if (!isColumn && !this.atAhead(2, t.LeftParen) && !this.atAhead(2, t.Dot))
      throw this.fail('an expression');
    const parts = [asIdentifier(this.next())];
    while (this.at(t.Dot) && !this.atAhead(2, t.Star)) {
      this.next();
      parts.push(this.label('a column name'));
    }
    if (this.at(t.LeftParen)) return this.call(parts, start);
    return { kind: 'column-reference', parts, span: this.since(start) };
  }

  // Parentheses

  /** `(e)`, `(a, b)`, `(SELECT …)`. */
  #parenthesised(): Expression {
    const start = this.start();
    this.next();
    if (this.startsQuery()) return this.#closeSubquery(this.subquery(), start);
    this.enter();
    const first = this.expression();
    this.leave();
    if (this.take(t.RightParen)) return first;
    if (this.at(t.Comma)) return this.#closeRow(first, start);
    const query = this.#continuedQuery(first);
    if (query === undefined) throw this.fail('")"');
    return this.#closeSubquery(query, start);
  }

  #closeSubquery(query: Query, start: number): Expression {
    this.expect(t.RightParen);
    return { kind: 'scalar-subquery', query, span: this.since(start) };
  }

  #closeRow(first: Expression, start: number): Expression {
    this.next();
    const more = this.at(t.RightParen) ? [] : this.expressionList(t.RightParen);
    this.expect(t.RightParen);
    return { kind: 'row', fields: [first, ...more], span: this.since(start) };
  }

  /**
   * What stands between the parentheses of IN and ANY. `((SELECT …))` is the subquery too, and `((SELECT …) UNION …)` turns
   * out to be a query only behind its first operand.
   */
  protected subqueryOrList(): { query: Query | undefined; list: readonly Expression[] } {
    if (this.startsQuery()) return { query: this.subquery(), list: [] };
    const list = this.expressionList(t.RightParen);
    const [only] = list;
    if (list.length > 1 || only?.kind !== 'scalar-subquery') return { query: undefined, list };
    return { query: this.#continuedQuery(only) ?? only.query, list: [] };
  }

  #continuedQuery(first: Expression): Query | undefined {
    if (first.kind !== 'scalar-subquery' || !this.continuesQuery()) return undefined;
    return this.continueQuery(first.query);
  }

  #row(): Expression {
    const start = this.start();
    this.next();
    this.next();
    const fields = this.at(t.RightParen) ? [] : this.expressionList(t.RightParen);
    this.expect(t.RightParen);
    return { kind: 'row', fields, span: this.since(start) };
  }

  /** A list up to `close`, which stays; a comma in front of it is ignored. */
  protected expressionList(close: TokenType): Expression[] {
    this.enter();
    const list = [this.expression()];
    while (this.take(t.Comma) && !this.at(close)) list.push(this.expression());
    this.leave();
    return list;
  }

  #exists(): Expression {
    const start = this.start();
    this.next();
    return { kind: 'exists', query: this.parenthesisedQuery(), span: this.since(start) };
  }

  // Arrays

  #bareArray(): Expression {
    const start = this.start();
    const elements = this.#elements();
    return { kind: 'array', elements, bare: true, span: this.since(start) };
  }

  #elements(): Expression[] {
    this.expect(t.LeftBracket);
    const elements = this.at(t.RightBracket) ? [] : this.expressionList(t.RightBracket);
    this.expect(t.RightBracket);
    return elements;
  }

  #array(): Expression {
    const start = this.start();
    this.next();
    if (this.at(t.LeftParen)) {
      return { kind: 'array-subquery', query: this.parenthesisedQuery(), span: this.since(start) };
    }
    if (!this.at(t.LeftBracket)) throw this.fail('"[" or "("');
    return { kind: 'array', elements: this.#elements(), bare: false, span: this.since(start) };
  }

  #subscript(operand: Expression, start: number): Expression {
    this.next();
    this.enter();
    const lower = this.at(t.Colon) ? undefined : this.expression();
    if (!this.take(t.Colon)) {
      this.leave();
      this.expect(t.RightBracket);
      if (lower === undefined) throw this.fail('an expression');
      return { kind: 'subscript', operand, index: lower, span: this.since(start) };
    }
    const upper = this.at(t.RightBracket) ? undefined : this.expression();
    this.leave();
    this.expect(t.RightBracket);
    return { kind: 'slice', operand, lower, upper, span: this.since(start) };
  }

  // CASE and CAST

  #case(): Expression {
    const start = this.start();
    this.next();
    this.enter();
    const operand = this.at(WHEN) ? undefined : this.expression();
    const branches: CaseBranch[] = [];
    while (this.at(WHEN) || branches.length === 0) {
      const branchStart = this.start();
      this.expect(WHEN);
      const when = this.expression();
      this.expect(THEN);
      const then = this.expression();
      branches.push({ kind: 'case-branch', when, then, span: this.since(branchStart) });
    }
    const otherwise = this.take(ELSE) ? this.expression() : undefined;
    this.leave();
    this.expect(END);
    return { kind: 'case', operand, branches, otherwise, span: this.since(start) };
  }

  #cast(onFailure: 'error' | 'null'): Expression {
    const start = this.start();
    this.next();
    this.expect(t.LeftParen);
    this.enter();
    const operand = this.expression();
    this.leave();
    this.expect(AS);
    const type = this.typeName();
    this.expect(t.RightParen);
    return { kind: 'cast', operand, type, onFailure, span: this.since(start) };
  }

  /** For the recording: every token an expression can start with. */
  protected recordOperand(): void {
    const keywords = [NOT, NULL, TRUE, FALSE, DEFAULT, CASE, CAST, ARRAY, ...this.callKeywords()];
    const symbols = [t.Plus, t.Minus, t.Operator, t.LeftParen, t.LeftBracket, t.Question];
    const literals = [
      t.Integer,
      t.Decimal,
      t.StringToken,
      t.Bytes,
      t.NumberedParameter,
      t.NamedParameter,
    ];
    const all = [t.ColumnName, t.FunctionName, ...literals, ...symbols, ...keywords];
    this.OR(all.map((type) => ({ ALT: () => void this.CONSUME(type) })));
  }
}

/** A dot behind these reads a field; behind a column reference it was a part of the name. */
function hasFields(operand: Expression): boolean {
  return (
    operand.kind !== 'integer-literal' &&
    operand.kind !== 'decimal-literal' &&
    operand.kind !== 'column-reference'
  );
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert(bytes !== undefined, 'the lexer admits only pairs of hex digits');
  return bytes;
}
