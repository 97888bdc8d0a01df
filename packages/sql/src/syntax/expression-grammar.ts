/**
 * Operators: precedence climbing over PostgreSQL's table. `expression(power)` reads an operand and every operator that binds at
 * least as tightly as `power`.
 *
 *   1 OR   2 AND   3 NOT   4 IS, ISNULL, NOTNULL   5 < > = <= >= <>   6 BETWEEN IN LIKE ILIKE SIMILAR GLOB   7 all other
 *   operators   8 + -   9 * / %   10 ^   11 AT TIME ZONE   12 COLLATE   13 unary + -   14 :: [ ] .
 *
 * Levels 5, 6 and IS DISTINCT FROM do not associate: `a < b < c` is an error. All others associate to the left, also `^`.
 * The low bound of BETWEEN, a DEFAULT and POSITION take the restricted form without AND, OR, NOT, IN, LIKE, BETWEEN and IS
 * NULL (PostgreSQL's b_expr), for the word behind them would be taken for their own.
 */
import type { TokenType } from 'chevrotain';
import { binaryExpression, functionCall } from '../ast/expression.ts';
import type { Expression } from '../ast/expression.ts';
import { identifier, qualifiedName } from '../ast/name.ts';
import { spanFrom } from '../ast/span.ts';
import type { Span } from '../ast/span.ts';
import { PrimaryGrammar } from './primary-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ALL = keyword('all');
const AND = keyword('and');
const ANY = keyword('any');
const ASYMMETRIC = keyword('asymmetric');
const AT = keyword('at');
const BETWEEN = keyword('between');
const COLLATE = keyword('collate');
const DISTINCT = keyword('distinct');
const ESCAPE = keyword('escape');
const FALSE = keyword('false');
const FROM = keyword('from');
const GLOB = keyword('glob');
const ILIKE = keyword('ilike');
const IN = keyword('in');
const IS = keyword('is');
const ISNULL = keyword('isnull');
const LIKE = keyword('like');
const LOCAL = keyword('local');
const NOT = keyword('not');
const NOTNULL = keyword('notnull');
const NULL = keyword('null');
const OPERATOR = keyword('operator');
const OR = keyword('or');
const OVERLAPS = keyword('overlaps');
const SIMILAR = keyword('similar');
const SOME = keyword('some');
const SYMMETRIC = keyword('symmetric');
const TIME = keyword('time');
const TO = keyword('to');
const TRUE = keyword('true');
const UNKNOWN = keyword('unknown');
const ZONE = keyword('zone');

const OR_POWER = 1;
const AND_POWER = 2;
const NOT_POWER = 3;
const IS_POWER = 4;
const COMPARE_POWER = 5;
const MATCH_POWER = 6;
const OTHER_POWER = 7;
const AT_POWER = 11;
const COLLATE_POWER = 12;
const SIGN_POWER = 13;

/** Binding power of an infix token by its type index; 0 = not an infix. */
const POWERS = infixPowers();

function infixPowers(): Uint8Array {
  const powers: (readonly [{ tokenTypeIdx?: number }, number])[] = [
    [OR, OR_POWER],
    [AND, AND_POWER],
    [IS, IS_POWER],
    [ISNULL, IS_POWER],
    [NOTNULL, IS_POWER],
    [t.Equals, COMPARE_POWER],
    [t.Comparison, COMPARE_POWER],
    [BETWEEN, MATCH_POWER],
    [IN, MATCH_POWER],
    [LIKE, MATCH_POWER],
    [ILIKE, MATCH_POWER],
    [SIMILAR, MATCH_POWER],
    [GLOB, MATCH_POWER],
    [OVERLAPS, MATCH_POWER],
    [NOT, MATCH_POWER],
    [t.Operator, OTHER_POWER],
    [t.Question, OTHER_POWER],
    [OPERATOR, OTHER_POWER],
    [t.Plus, 8],
    [t.Minus, 8],
    [t.Star, 9],
    [t.Slash, 9],
    [t.Percent, 9],
    [t.Caret, 10],
    [AT, AT_POWER],
    [COLLATE, COLLATE_POWER],
  ];
  const table = new Uint8Array(Math.max(...t.VOCABULARY.map((type) => type.tokenTypeIdx!)) + 1);
  for (const [type, power] of powers) table[type.tokenTypeIdx!] = power;
  return table;
}

/** Operators that LIKE ANY and its kin stand for, as PostgreSQL spells them. */
const MATCH_OPERATORS = { like: '~~', ilike: '~~*', glob: '~~~' } as const;

export abstract class ExpressionGrammar extends PrimaryGrammar {
  /** What rules of chevrotain refer to; its recording lists every token an expression can start with. */
  readonly expressionRule = this.RULE('expressionRule', (): Expression => {
    this.recordOperand();
    return RECORDED;
  });

  /** Calls itself through as few frames as can be: each level of nesting costs all of them. */
  protected override expression(power = OR_POWER, restricted = false): Expression {
    if (this.RECORDING_PHASE) return this.subrule(this.recordIndex(), this.expressionRule);
    let left = PREFIXES.has(this.LA(1).tokenType) ? this.#prefixed(restricted) : this.operand();
    /** The level of an operator just read that does not associate with its equals. */
    let closed = 0;
    for (;;) {
      const token = this.LA(1);
      const found = POWERS[token.tokenTypeIdx] ?? 0;
      if (found === 0 || found < power || (restricted && this.#endsRestricted(found))) return left;
      if (found === closed)
        throw this.fail(undefined, 'Comparisons do not chain: use parentheses or AND.');
      switch (found) {
        case OR_POWER:
        case AND_POWER:
          left = this.#chain(left, found);
          break;
        case IS_POWER:
          if (this.#isDistinct()) closed = IS_POWER;
          left = this.#is(left);
          break;
        case MATCH_POWER: {
          if (!this.#startsMatch()) return left;
          const complete = this.at(IN) || this.atAhead(2, IN);
          left = this.#match(left);
          if (!complete) closed = MATCH_POWER;
          break;
        }
        case AT_POWER: {
          if (!this.atAhead(2, TIME) && !this.atAhead(2, LOCAL)) return left;
          left = this.#atTimeZone(left);
          break;
        }
        case COLLATE_POWER:
          this.next();
          left = this.#collate(left);
          break;
        default:
          if (token.tokenType === OPERATOR && !this.atAhead(2, t.LeftParen)) return left;
          left = this.#infix(left, found, restricted);
          if (found === COMPARE_POWER) closed = COMPARE_POWER;
      }
    }
  }

  /** PostgreSQL's b_expr. */
  protected override restrictedExpression(): Expression {
    return this.expression(IS_POWER, true);
  }

  #endsRestricted(power: number): boolean {
    if (power === IS_POWER) return !this.#isDistinct();
    return power === MATCH_POWER;
  }

  /** NOT, a sign, or any other operator in front of its operand. */
  #prefixed(restricted: boolean): Expression {
    if (restricted && this.at(NOT)) throw this.fail('an expression');
    const start = this.start();
    const { tokenType, image } = this.next();
    this.enter();
    if (tokenType === NOT) {
      const operand = this.expression(NOT_POWER);
      this.leave();
      return { kind: 'not', operand, span: this.since(start) };
    }
    const power = tokenType === t.Operator ? OTHER_POWER + 1 : SIGN_POWER;
    const operand = this.expression(power, restricted);
    this.leave();
    return { kind: 'unary', operator: image, operand, span: this.since(start) };
  }

  // Infix operators

  /** AND or OR: one flat node however long the chain. */
  #chain(first: Expression, power: number): Expression {
    const word = power === AND_POWER ? AND : OR;
    const operands = [first];
    while (this.take(word)) operands.push(this.expression(power + 1, false));
    const span = spanFrom(first.span, operands[operands.length - 1]!.span);
    return { kind: power === AND_POWER ? 'and' : 'or', operands, span };
  }

  #infix(left: Expression, power: number, restricted: boolean): Expression {
    const start = this.start();
    const operator = this.#infixOperator();
    const operatorSpan = this.since(start);
    if ((this.at(ANY) || this.at(SOME) || this.at(ALL)) && this.atAhead(2, t.LeftParen)) {
      return this.#quantified(left, operator, operatorSpan);
    }
    return binaryExpression(operator, operatorSpan, left, this.expression(power + 1, restricted));
  }

  /** Joins the tokens of `?|`, `?&`, `@?` and reads OPERATOR(schema.+). */
  #infixOperator(): string {
    const token = this.next();
    if (token.tokenType === OPERATOR) return this.#qualifiedOperator();
    const following = this.LA(1);
    if (following.startOffset !== token.end) return token.image;
    const joins =
      token.tokenType === t.Question
        ? following.image === '|' || following.image === '&'
        : token.image === '@' && following.tokenType === t.Question;
    if (!joins) return token.image;
    this.next();
    return token.image + following.image;
  }

  #qualifiedOperator(): string {
    this.expect(t.LeftParen);
    while (t.isA(this.LA(1).tokenType, t.Label)) {
      this.next();
      this.expect(t.Dot);
    }
    const { image, tokenType } = this.next();
    if ((POWERS[tokenType.tokenTypeIdx!] ?? 0) < COMPARE_POWER) throw this.fail('an operator');
    this.expect(t.RightParen);
    return image;
  }

  #quantified(left: Expression, operator: string, operatorSpan: Span): Expression {
    const quantifier = this.next().tokenType === ALL ? 'all' : 'any';
    this.expect(t.LeftParen);
    const head = { left, operator, operatorSpan, quantifier } as const;
    const content = this.subqueryOrList();
    this.expect(t.RightParen);
    const span = { start: left.span.start, end: this.since(0).end };
    if (content.query !== undefined) {
      return { kind: 'quantified-subquery', ...head, query: content.query, span };
    }
    const [array, second] = content.list;
    if (array === undefined || second !== undefined) throw this.fail('one array');
    return { kind: 'quantified-array', ...head, array, span };
  }

  // IS

  #isDistinct(): boolean {
    if (!this.at(IS)) return false;
    return this.atAhead(2, DISTINCT) || (this.atAhead(2, NOT) && this.atAhead(3, DISTINCT));
  }

  #is(operand: Expression): Expression {
    const word = this.next().tokenType;
    const start = operand.span.start;
    if (word !== IS) {
      return {
        kind: 'is',
        operand,
        test: 'null',
        negated: word === NOTNULL,
        span: this.since(start),
      };
    }
    const negated = this.take(NOT);
    if (this.take(DISTINCT)) {
      this.expect(FROM);
      const right = this.expression(IS_POWER + 1, false);
      return { kind: 'distinct-from', left: operand, right, negated, span: this.since(start) };
    }
    const test = this.#isTest();
    return { kind: 'is', operand, test, negated, span: this.since(start) };
  }

  #isTest(): 'null' | 'true' | 'false' | 'unknown' {
    if (this.take(NULL)) return 'null';
    if (this.take(TRUE)) return 'true';
    if (this.take(FALSE)) return 'false';
    if (this.take(UNKNOWN)) return 'unknown';
    throw this.fail('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM');
  }

  // BETWEEN, IN, LIKE

  /** NOT and OVERLAPS stand in the table of infixes, but not every one of them is one. */
  #startsMatch(): boolean {
    if (!this.at(NOT)) return true;
    const { tokenType } = this.LA(2);
    return (
      tokenType !== NOT && tokenType !== OVERLAPS && POWERS[tokenType.tokenTypeIdx!] === MATCH_POWER
    );
  }

  #match(operand: Expression): Expression {
    const negated = this.take(NOT);
    const word = this.next();
    switch (word.tokenType) {
      case BETWEEN:
        return this.#between(operand, negated);
      case IN:
        return this.#in(operand, negated);
      case OVERLAPS:
        return this.#overlaps(operand, { start: word.startOffset, end: word.end });
      case SIMILAR:
        this.expect(TO);
        return this.#like(operand, 'similar', negated);
      case ILIKE:
        return this.#like(operand, 'ilike', negated);
      case GLOB:
        return this.#like(operand, 'glob', negated);
      default:
        return this.#like(operand, 'like', negated);
    }
  }

  #between(operand: Expression, negated: boolean): Expression {
    const symmetric = this.take(SYMMETRIC);
    if (!symmetric) this.take(ASYMMETRIC);
    const low = this.expression(IS_POWER, true);
    this.expect(AND);
    const high = this.expression(MATCH_POWER + 1, false);
    const span = this.since(operand.span.start);
    return { kind: 'between', operand, low, high, symmetric, negated, span };
  }

  #in(operand: Expression, negated: boolean): Expression {
    this.expect(t.LeftParen);
    const content = this.at(t.RightParen) ? { query: undefined, list: [] } : this.subqueryOrList();
    this.expect(t.RightParen);
    const span = this.since(operand.span.start);
    if (content.query === undefined)
      return { kind: 'in-list', operand, list: content.list, negated, span };
    return { kind: 'in-subquery', operand, query: content.query, negated, span };
  }

  #like(
    operand: Expression,
    operator: 'like' | 'ilike' | 'similar' | 'glob',
    negated: boolean,
  ): Expression {
    const quantified =
      (this.at(ANY) || this.at(SOME) || this.at(ALL)) && this.atAhead(2, t.LeftParen);
    if (quantified && operator !== 'similar') {
      const symbol = (negated ? '!' : '') + MATCH_OPERATORS[operator];
      return this.#quantified(operand, symbol, this.since(operand.span.end));
    }
    const pattern = this.expression(MATCH_POWER + 1, false);
    const escape = this.take(ESCAPE) ? this.expression(MATCH_POWER + 1, false) : undefined;
    const span = this.since(operand.span.start);
    return { kind: 'like', operator, operand, pattern, escape, negated, span };
  }

  /** `(a, b) OVERLAPS (c, d)` is overlaps(a, b, c, d). */
  #overlaps(left: Expression, word: Span): Expression {
    const right = this.expression(MATCH_POWER + 1, false);
    const rows = left.kind === 'row' && right.kind === 'row';
    if (!rows || left.fields.length !== 2 || right.fields.length !== 2) {
      throw this.fail('two rows of two values around OVERLAPS');
    }
    const name = qualifiedName([identifier('overlaps', false, word)]);
    return functionCall(name, [...left.fields, ...right.fields], spanFrom(left.span, right.span));
  }

  // AT TIME ZONE, COLLATE

  #atTimeZone(operand: Expression): Expression {
    const start = this.start();
    this.next();
    const local = this.take(LOCAL);
    if (!local) {
      this.expect(TIME);
      this.expect(ZONE);
    }
    const name = qualifiedName([identifier('timezone', false, this.since(start))]);
    const zone = local ? [] : [this.expression(AT_POWER + 1, false)];
    return functionCall(name, [...zone, operand], this.since(operand.span.start));
  }

  #collate(operand: Expression): Expression {
    const collation = this.qualifiedName('a collation');
    return { kind: 'collate', operand, collation, span: this.since(operand.span.start) };
  }
}

const PREFIXES: ReadonlySet<TokenType> = new Set([NOT, t.Plus, t.Minus, t.Operator]);

const RECORDED: Expression = { kind: 'default', span: { start: 0, end: 0 } };
