/** Function calls, the keyword forms of functions, and windows. */
import type { IToken, TokenType } from 'chevrotain';
import { functionCall, stringLiteral } from '../ast/expression.ts';
import type { Expression, FunctionCall } from '../ast/expression.ts';
import { identifier, qualifiedName } from '../ast/name.ts';
import type { Identifier } from '../ast/name.ts';
import type { Query } from '../ast/query.ts';
import type { OrderItem, Window } from '../ast/window.ts';
import { NameGrammar } from './name-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ALL = keyword('all');
const BOTH = keyword('both');
const BY = keyword('by');
const DISTINCT = keyword('distinct');
const EXTRACT = keyword('extract');
const FILTER = keyword('filter');
const FOR = keyword('for');
const FROM = keyword('from');
const GROUP = keyword('group');
const IGNORE = keyword('ignore');
const IN = keyword('in');
const LEADING = keyword('leading');
const NULLS = keyword('nulls');
const ORDER = keyword('order');
const OVER = keyword('over');
const OVERLAY = keyword('overlay');
const PLACING = keyword('placing');
const POSITION = keyword('position');
const RESPECT = keyword('respect');
const SUBSTRING = keyword('substring');
const TRAILING = keyword('trailing');
const TRIM = keyword('trim');
const VARIADIC = keyword('variadic');
const WHERE = keyword('where');
const WITHIN = keyword('within');

/** Functions that are written without parentheses. */
const BARE_CALLS: ReadonlySet<TokenType> = new Set(
  [
    'current_catalog',
    'current_date',
    'current_role',
    'current_schema',
    'current_time',
    'current_timestamp',
    'current_user',
    'localtime',
    'localtimestamp',
    'session_user',
    'system_user',
    'user',
  ].map(keyword),
);

/** Those of them that take a precision. */
const WITH_PRECISION: ReadonlySet<TokenType> = new Set(
  ['current_time', 'current_timestamp', 'localtime', 'localtimestamp'].map(keyword),
);

export abstract class CallGrammar extends NameGrammar {
  protected abstract expression(power?: number, restricted?: boolean): Expression;
  protected abstract restrictedExpression(): Expression;
  protected abstract orderItems(): readonly OrderItem[];
  protected abstract window(): Window;
  /** Whether SELECT, WITH, VALUES, TABLE or FROM begins a query here. */
  protected abstract startsQuery(): boolean;
  /** A query up to its closing parenthesis. */
  protected abstract subquery(): Query;
  protected abstract parenthesisedQuery(): Query;
  /** Whether a set operation, ORDER BY, LIMIT or locking follows. */
  protected abstract continuesQuery(): boolean;
  protected abstract continueQuery(first: Query): Query;

  protected callKeywords(): readonly TokenType[] {
    // current_schema is a function name too, and listed as such.
    return [...BARE_CALLS].filter((type) => !t.isA(type, t.FunctionName));
  }

  /** `name(…)` and the clauses behind it; the next token is the parenthesis. */
  protected call(parts: readonly Identifier[], start: number): FunctionCall {
    this.next();
    this.enter();
    const inside = this.#insideCall();
    this.leave();
    this.expect(t.RightParen);
    return this.#clauses(parts, inside, start);
  }

  #insideCall(): CallContent {
    if (this.at(t.Star) && this.atAhead(2, t.RightParen)) {
      this.next();
      return { ...NO_CONTENT, star: true };
    }
    if (this.at(t.RightParen)) return NO_CONTENT;
    const distinct = this.take(DISTINCT);
    if (!distinct) this.take(ALL);
    let variadic = false;
    const args: Expression[] = [];
    do {
      variadic = this.take(VARIADIC);
      args.push(this.atAhead(2, t.Arrow) ? this.#namedArgument() : this.expression());
    } while (this.take(t.Comma) && !this.at(t.RightParen));
    const orderBy = this.#innerOrder();
    return { args, distinct, variadic, star: false, orderBy };
  }

  #namedArgument(): Expression {
    const start = this.start();
    const name = this.label('an argument name');
    this.next();
    return { kind: 'named-argument', name, value: this.expression(), span: this.since(start) };
  }

  #innerOrder(): readonly OrderItem[] {
    if (!this.at(ORDER)) return [];
    this.next();
    this.expect(BY);
    return this.orderItems();
  }

  #clauses(parts: readonly Identifier[], inside: CallContent, start: number): FunctionCall {
    let withinGroup: readonly OrderItem[] = [];
    if (this.takeBoth(WITHIN, GROUP)) {
      this.expect(t.LeftParen);
      if (!this.at(ORDER)) throw this.fail('ORDER BY');
      withinGroup = this.#innerOrder();
      this.expect(t.RightParen);
    }
    let filter: Expression | undefined;
    if (this.takeBoth(FILTER, t.LeftParen)) {
      this.expect(WHERE);
      filter = this.nested(() => this.expression());
      this.expect(t.RightParen);
    }
    let nulls: 'ignore' | 'respect' | undefined;
    if (this.takeBoth(IGNORE, NULLS)) nulls = 'ignore';
    else if (this.takeBoth(RESPECT, NULLS)) nulls = 'respect';
    const over = this.take(OVER) ? this.window() : undefined;
    const modifiers = { ...inside, withinGroup, filter, nulls, over };
    return functionCall(qualifiedName(parts), inside.args, this.since(start), modifiers);
  }

  // Keyword forms

  /** A keyword form of a function, or undefined when the next word is none. */
  protected specialCall(): Expression | undefined {
    const { tokenType } = this.LA(1);
    if (BARE_CALLS.has(tokenType)) return this.#bareCall();
    if (!this.atAhead(2, t.LeftParen)) return undefined;
    switch (tokenType) {
      case EXTRACT:
        return this.#extract();
      case SUBSTRING:
      case OVERLAY:
        return this.#sliced();
      case POSITION:
        return this.#position();
      case TRIM:
        return this.#trim();
      default:
        return undefined;
    }
  }

  #bareCall(): Expression | undefined {
    const { tokenType } = this.LA(1);
    const parenthesised = this.atAhead(2, t.LeftParen);
    if (parenthesised && !WITH_PRECISION.has(tokenType)) {
      // current_schema() is also an ordinary function.
      if (t.isA(tokenType, t.FunctionName)) return undefined;
    }
    const token = this.next();
    const args: Expression[] = [];
    if (parenthesised && WITH_PRECISION.has(tokenType)) {
      this.next();
      args.push(this.expression());
      this.expect(t.RightParen);
    }
    return this.#named(token.image, token, args);
  }

  #named(name: string, token: IToken, args: readonly Expression[]): FunctionCall {
    const start = token.startOffset;
    const span = { start, end: start + name.length };
    return functionCall(qualifiedName([identifier(name, false, span)]), args, this.since(start));
  }

  #extract(): Expression {
    const token = this.next();
    this.next();
    const isField = this.at(t.StringToken) || t.isA(this.LA(1).tokenType, t.Label);
    if (!isField || !this.atAhead(2, FROM)) return this.#plain(token, []);
    const field = this.next();
    this.next();
    const unit = stringLiteral(field.image, { start: field.startOffset, end: field.end });
    const value = this.nested(() => this.expression());
    this.expect(t.RightParen);
    return this.#named('extract', token, [unit, value]);
  }

  /** SUBSTRING(x FROM a FOR b) and OVERLAY(x PLACING y FROM a FOR b). */
  #sliced(): Expression {
    const token = this.next();
    this.next();
    if (this.at(t.RightParen)) return this.#plain(token, []);
    this.enter();
    const args = [this.expression()];
    const overlay = token.tokenType === OVERLAY;
    const keywordForm = overlay ? this.at(PLACING) : this.at(FROM) || this.at(FOR);
    if (!keywordForm) {
      this.leave();
      return this.#plain(token, args);
    }
    if (this.take(PLACING)) args.push(this.expression());
    const from = this.take(FROM) ? this.expression() : undefined;
    const length = this.take(FOR) ? this.expression() : undefined;
    // FOR without FROM counts from the first character.
    const first =
      from ?? ({ kind: 'integer-literal', text: '1', span: this.since(this.start()) } as const);
    this.leave();
    args.push(first);
    if (length !== undefined) args.push(length);
    this.expect(t.RightParen);
    return this.#named(token.image, token, args);
  }

  #position(): Expression {
    const token = this.next();
    this.next();
    this.enter();
    const part = this.restrictedExpression();
    this.leave();
    if (!this.take(IN)) return this.#plain(token, [part]);
    const whole = this.nested(() => this.restrictedExpression());
    this.expect(t.RightParen);
    return this.#named('strpos', token, [whole, part]);
  }

  #trim(): Expression {
    const token = this.next();
    this.next();
    this.enter();
    let name = 'btrim';
    if (this.take(LEADING)) name = 'ltrim';
    else if (this.take(TRAILING)) name = 'rtrim';
    else this.take(BOTH);
    let args: Expression[] = [];
    if (this.take(FROM)) args = this.commaList(() => this.expression());
    else {
      const first = this.expression();
      if (this.take(FROM)) args = [...this.commaList(() => this.expression()), first];
      else
        args = this.take(t.Comma) ? [first, ...this.commaList(() => this.expression())] : [first];
    }
    this.leave();
    this.expect(t.RightParen);
    return this.#named(name, token, args);
  }

  /** The ordinary call of a function that also has a keyword form, from behind its first arguments on. */
  #plain(token: IToken, first: readonly Expression[]): FunctionCall {
    const args = [...first];
    const more = first.length === 0 ? !this.at(t.RightParen) : this.take(t.Comma);
    if (more) args.push(...this.nested(() => this.commaList(() => this.expression())));
    this.expect(t.RightParen);
    return this.#named(token.image, token, args);
  }
}

interface CallContent {
  readonly args: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly variadic: boolean;
  readonly orderBy: readonly OrderItem[];
}

const NO_CONTENT: CallContent = {
  args: [],
  star: false,
  distinct: false,
  variadic: false,
  orderBy: [],
};
