/**
 * Scalar expressions as written: no names resolved, no types. `kind` discriminates; every node has a span.
 *
 * What the grammar settles already
 * - `!=` is `<>`, `==` is refused; ISNULL and NOTNULL are IS [NOT] NULL; SOME is ANY.
 * - Keyword forms of functions are plain calls: EXTRACT(f FROM x) = extract('f', x); SUBSTRING(x FROM a FOR b) =
 *   substring(x, a, b); TRIM(LEADING c FROM x) = ltrim(x, c), TRAILING rtrim, BOTH btrim; POSITION(a IN b) = strpos(b, a);
 *   OVERLAY(x PLACING y FROM a FOR b) = overlay(x, y, a, b); x AT TIME ZONE z = timezone(z, x); CURRENT_DATE and its kin =
 *   calls without arguments.
 * - AND and OR chains are one n-ary node, so a chain of any length is flat.
 * - Parentheses leave no node, but they stop the sign of a number from joining it: `-1` is unary minus over 1.
 */
import type { Identifier, QualifiedName, TypeName } from './name.ts';
import type { Query } from './query.ts';
import { spanFrom, type Span } from './span.ts';
import type { OrderItem, Window } from './window.ts';

export interface NullLiteral {
  readonly kind: 'null-literal';
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: 'boolean-literal';
  readonly value: boolean;
  readonly span: Span;
}

/** Digits in base ten without separators (`1_000` = `1000`, `0x1F` = `31`): may exceed any integer type. */
export interface IntegerLiteral {
  readonly kind: 'integer-literal';
  readonly text: string;
  readonly span: Span;
}

/** `1.5`, `.5`, `1e5`, without separators. */
export interface DecimalLiteral {
  readonly kind: 'decimal-literal';
  readonly text: string;
  readonly span: Span;
}

/** Of unknown type until the binder finds one, as in PostgreSQL. */
export interface StringLiteral {
  readonly kind: 'string-literal';
  readonly value: string;
  readonly span: Span;
}

/** `X'00ff'`. */
export interface BytesLiteral {
  readonly kind: 'bytes-literal';
  readonly value: Uint8Array;
  readonly span: Span;
}

/** `DATE '2026-01-01'`, `INTERVAL '1' DAY`, `VECTOR '[1,2]'`. */
export interface TypedLiteral {
  readonly kind: 'typed-literal';
  readonly type: TypeName;
  readonly value: string;
  readonly span: Span;
}

/** `$1`, `?` or `$name`. */
export interface Parameter {
  readonly kind: 'parameter';
  /** From 0: n - 1 of `$n`, the count of `?` before it, the first appearance of `$name`. */
  readonly index: number;
  readonly name: string | undefined;
  readonly span: Span;
}

/** `a`, `t.a`, `s.t.a`, `d.s.t.a`; which part is what is the binder's to find. */
export interface ColumnReference {
  readonly kind: 'column-reference';
  readonly parts: readonly Identifier[];
  readonly span: Span;
}

/** `-`, `+`, `~` and any other prefix operator; NOT is `not`. */
export interface UnaryExpression {
  readonly kind: 'unary';
  readonly operator: string;
  readonly operand: Expression;
  readonly span: Span;
}

/** Arithmetic, comparison and all other infix operators but AND and OR. */
export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: string;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface NotExpression {
  readonly kind: 'not';
  readonly operand: Expression;
  readonly span: Span;
}

/** At least two operands, none of the same kind unless it stood in parentheses. */
export interface AndExpression {
  readonly kind: 'and';
  readonly operands: readonly Expression[];
  readonly span: Span;
}

export interface OrExpression {
  readonly kind: 'or';
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** IS [NOT] NULL | TRUE | FALSE | UNKNOWN. */
export interface IsExpression {
  readonly kind: 'is';
  readonly operand: Expression;
  readonly test: 'null' | 'true' | 'false' | 'unknown';
  readonly negated: boolean;
  readonly span: Span;
}

/** IS [NOT] DISTINCT FROM; `negated` is IS NOT DISTINCT FROM. */
export interface DistinctFromExpression {
  readonly kind: 'distinct-from';
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
  readonly span: Span;
}

export interface BetweenExpression {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly symmetric: boolean;
  readonly negated: boolean;
  readonly span: Span;
}

/** The list may be empty (`x IN ()`: false). */
export interface InListExpression {
  readonly kind: 'in-list';
  readonly operand: Expression;
  readonly list: readonly Expression[];
  readonly negated: boolean;
  readonly span: Span;
}

export interface InSubqueryExpression {
  readonly kind: 'in-subquery';
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
  readonly span: Span;
}

export interface LikeExpression {
  readonly kind: 'like';
  readonly operator: 'like' | 'ilike' | 'similar' | 'glob';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly negated: boolean;
  readonly span: Span;
}

export interface CaseBranch {
  readonly kind: 'case-branch';
  readonly when: Expression;
  readonly then: Expression;
  readonly span: Span;
}

/** With `operand` the simple form: each `when` is compared with it. */
export interface CaseExpression {
  readonly kind: 'case';
  readonly operand: Expression | undefined;
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | undefined;
  readonly span: Span;
}

/** CAST(x AS t), x::t, TRY_CAST(x AS t) (failure gives null). */
export interface CastExpression {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: TypeName;
  readonly onFailure: 'error' | 'null';
  readonly span: Span;
}

export interface FunctionCall {
  readonly kind: 'function-call';
  readonly name: QualifiedName;
  /** A `named-argument` stands only here, after the positional ones. */
  readonly args: readonly Expression[];
  /** `count(*)`; then no args. */
  readonly star: boolean;
  readonly distinct: boolean;
  /** The last argument is an array of arguments. */
  readonly variadic: boolean;
  /** ORDER BY inside the parentheses. */
  readonly orderBy: readonly OrderItem[];
  /** WITHIN GROUP (ORDER BY …); empty when not written. */
  readonly withinGroup: readonly OrderItem[];
  readonly filter: Expression | undefined;
  readonly nulls: 'ignore' | 'respect' | undefined;
  readonly over: Window | undefined;
  readonly span: Span;
}

/** `k => 10` or `k := 10`. */
export interface NamedArgument {
  readonly kind: 'named-argument';
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export interface CollateExpression {
  readonly kind: 'collate';
  readonly operand: Expression;
  readonly collation: QualifiedName;
  readonly span: Span;
}

/** `(a, b)` and `ROW(a, b)`. */
export interface RowExpression {
  readonly kind: 'row';
  readonly fields: readonly Expression[];
  readonly span: Span;
}

/** `ARRAY[1, 2]`, or bare `[0.1, 0.2]`, which is also how a vector is written. */
export interface ArrayExpression {
  readonly kind: 'array';
  readonly elements: readonly Expression[];
  readonly bare: boolean;
  readonly span: Span;
}

/** `ARRAY(SELECT …)`. */
export interface ArraySubquery {
  readonly kind: 'array-subquery';
  readonly query: Query;
  readonly span: Span;
}

export interface SubscriptExpression {
  readonly kind: 'subscript';
  readonly operand: Expression;
  readonly index: Expression;
  readonly span: Span;
}

/** `a[2:3]`; an absent bound is the array's own. */
export interface SliceExpression {
  readonly kind: 'slice';
  readonly operand: Expression;
  readonly lower: Expression | undefined;
  readonly upper: Expression | undefined;
  readonly span: Span;
}

/** `(x).field`. */
export interface FieldExpression {
  readonly kind: 'field';
  readonly operand: Expression;
  readonly field: Identifier;
  readonly span: Span;
}

export interface ScalarSubquery {
  readonly kind: 'scalar-subquery';
  readonly query: Query;
  readonly span: Span;
}

export interface ExistsExpression {
  readonly kind: 'exists';
  readonly query: Query;
  readonly span: Span;
}

/** `x = ANY (SELECT …)`, `x <> ALL (SELECT …)`. */
export interface QuantifiedSubquery {
  readonly kind: 'quantified-subquery';
  readonly left: Expression;
  readonly operator: string;
  readonly operatorSpan: Span;
  readonly quantifier: 'any' | 'all';
  readonly query: Query;
  readonly span: Span;
}

/** `x = ANY (array)`. */
export interface QuantifiedArray {
  readonly kind: 'quantified-array';
  readonly left: Expression;
  readonly operator: string;
  readonly operatorSpan: Span;
  readonly quantifier: 'any' | 'all';
  readonly array: Expression;
  readonly span: Span;
}

/** DEFAULT as a value of INSERT or UPDATE; refused elsewhere by the binder. */
export interface DefaultExpression {
  readonly kind: 'default';
  readonly span: Span;
}

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | StringLiteral
  | BytesLiteral
  | TypedLiteral;

export type Expression =
  | Literal
  | Parameter
  | ColumnReference
  | UnaryExpression
  | BinaryExpression
  | NotExpression
  | AndExpression
  | OrExpression
  | IsExpression
  | DistinctFromExpression
  | BetweenExpression
  | InListExpression
  | InSubqueryExpression
  | LikeExpression
  | CaseExpression
  | CastExpression
  | FunctionCall
  | NamedArgument
  | CollateExpression
  | RowExpression
  | ArrayExpression
  | ArraySubquery
  | SubscriptExpression
  | SliceExpression
  | FieldExpression
  | ScalarSubquery
  | ExistsExpression
  | QuantifiedSubquery
  | QuantifiedArray
  | DefaultExpression;

export function stringLiteral(value: string, span: Span): StringLiteral {
  return { kind: 'string-literal', value, span };
}

export function binaryExpression(
  operator: string,
  operatorSpan: Span,
  left: Expression,
  right: Expression,
): BinaryExpression {
  return {
    kind: 'binary',
    operator,
    operatorSpan,
    left,
    right,
    span: spanFrom(left.span, right.span),
  };
}

/** What a call may carry besides name and arguments. */
export type CallModifiers = Partial<Omit<FunctionCall, 'kind' | 'name' | 'args' | 'span'>>;

export function functionCall(
  name: QualifiedName,
  args: readonly Expression[],
  span: Span,
  modifiers: CallModifiers = {},
): FunctionCall {
  return {
    kind: 'function-call',
    name,
    args,
    star: modifiers.star ?? false,
    distinct: modifiers.distinct ?? false,
    variadic: modifiers.variadic ?? false,
    orderBy: modifiers.orderBy ?? [],
    withinGroup: modifiers.withinGroup ?? [],
    filter: modifiers.filter,
    nulls: modifiers.nulls,
    over: modifiers.over,
    span,
  };
}
