/** Comparisons, alone and over rows: both sides meet in their common type. */
import type { ComparisonOperator, Expression } from '@alopex-db/core/exec';
import { BOOLEAN, TEXT, typeName } from '@alopex-db/core/types';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import type { BindState } from './bind-state.ts';
import { coerceImplicitly } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { commonType, isUnknown } from './type-rules.ts';

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

export function isComparison(operator: string): operator is ComparisonOperator {
  return COMPARISONS.has(operator);
}

/** An operand with the place it was written at. */
export interface Operand {
  readonly expression: Expression;
  readonly span: Span;
}

export function bindOperand(node: Syntax, context: ExpressionContext): Operand {
  return { expression: context.bind.expression(node, context), span: node.span };
}

export function compare(
  state: BindState,
  operator: ComparisonOperator,
  left: Operand,
  right: Operand,
  operatorSpan: Span,
): Expression {
  const [leftSide, rightSide] = unifyPair(state, operator, left, right, operatorSpan);
  return { kind: 'compare', type: BOOLEAN, operator, left: leftSide, right: rightSide };
}

/** Both operands in their common type, or the error PostgreSQL gives for the operator. */
export function unifyPair(
  state: BindState,
  operator: string,
  left: Operand,
  right: Operand,
  operatorSpan: Span,
): readonly [Expression, Expression] {
  const common = commonType(left.expression.type, right.expression.type);
  const type = common !== undefined && isUnknown(common) ? TEXT : common;
  const leftSide =
    type === undefined ? undefined : coerceImplicitly(state, left.expression, type, left.span);
  const rightSide =
    type === undefined ? undefined : coerceImplicitly(state, right.expression, type, right.span);
  if (leftSide === undefined || rightSide === undefined) {
    throw operatorNotFound(operator, [left.expression, right.expression], operatorSpan);
  }
  return [leftSide, rightSide];
}

export function operatorNotFound(operator: string, args: readonly Expression[], span: Span): Error {
  const names = args.map((argument) => typeName(argument.type));
  const call =
    names.length === 1 ? `${operator} ${names[0]}` : `${names[0]} ${operator} ${names[1]}`;
  return errorAt('ALX_OPERATOR_NOT_FOUND', `operator does not exist: ${call}`, span, {
    hint: 'No operator matches the given name and argument types. You might need to add explicit type casts.',
  });
}

/** `(a, b) op (c, d)`, compared as SQL does: field by field, the first difference decides. */
export function compareRows(
  state: BindState,
  operator: ComparisonOperator,
  left: readonly Operand[],
  right: readonly Operand[],
  span: Span,
): Expression {
  if (left.length !== right.length) {
    throw errorAt('ALX_ROW_WIDTH', 'unequal number of entries in row expressions', span);
  }
  const equal = left.map((field, index) => compare(state, '=', field, right[index]!, span));
  if (operator === '=') return conjunction(equal);
  if (operator === '<>') return { kind: 'not', type: BOOLEAN, input: conjunction(equal) };
  const strict = operator === '<' || operator === '<=' ? '<' : '>';
  const cases = left.map((field, index) => {
    const last = index === left.length - 1;
    const decides = compare(state, last ? operator : strict, field, right[index]!, span);
    return conjunction([...equal.slice(0, index), decides]);
  });
  return disjunction(cases);
}

export function conjunction(args: readonly Expression[]): Expression {
  return args.length === 1 ? args[0]! : { kind: 'and', type: BOOLEAN, args };
}

export function disjunction(args: readonly Expression[]): Expression {
  return args.length === 1 ? args[0]! : { kind: 'or', type: BOOLEAN, args };
}

export function negate(input: Expression): Expression {
  return { kind: 'not', type: BOOLEAN, input };
}
