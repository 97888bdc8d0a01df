/** `value operator ANY (array)` and `ALL`. Membership in a list known now becomes IN, which indexes serve. */
import { arrayFunctions, quantifiedComparison, quantifiedFunction } from '@alopex-db/core/compute';
import type { Expression } from '@alopex-db/core/exec';
import { BOOLEAN, TEXT, arrayType, type ArrayValue, type DataType } from '@alopex-db/core/types';
import type { QuantifiedArray } from '../ast/expression.ts';
import { errorAt } from '../errors.ts';
import { bindOperand, isComparison, operatorNotFound, type Operand } from './bind-comparison.ts';
import { bindScalar } from './bind-scalar.ts';
import { castTo, coerceImplicitly } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { commonType, isUnknown } from './type-rules.ts';

/** Spellings that have operators behind them. */
const PATTERN_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['like', '~~'],
  ['ilike', '~~*'],
  ['not like', '!~~'],
  ['not ilike', '!~~*'],
]);

export function bindQuantifiedArray(node: QuantifiedArray, context: ExpressionContext): Expression {
  const operator = PATTERN_OPERATORS.get(node.operator) ?? node.operator;
  const left = bindOperand(node.left, context);
  const array = bindOperand(node.array, context);
  const element = elementType(array.expression.type, left.expression.type);
  if (element === undefined) {
    throw errorAt(
      'ALX_WRONG_OBJECT',
      'op ANY/ALL (array) requires array on right side',
      node.array.span,
    );
  }
  return isComparison(operator)
    ? bindComparison(node, operator, left, array, element, context)
    : bindOperatorCall(node, operator, left, array, element, context);
}

function elementType(array: DataType, left: DataType): DataType | undefined {
  if (array.kind === 'array') return array.element;
  if (!isUnknown(array)) return undefined;
  return isUnknown(left) ? TEXT : left;
}

function bindComparison(
  node: QuantifiedArray,
  operator: Parameters<typeof quantifiedComparison>[0],
  left: Operand,
  array: Operand,
  element: DataType,
  context: ExpressionContext,
): Expression {
  const { state } = context;
  const common = commonType(left.expression.type, element);
  const value =
    common === undefined ? undefined : coerceImplicitly(state, left.expression, common, left.span);
  const list =
    common === undefined
      ? undefined
      : coerceImplicitly(state, array.expression, arrayType(common), array.span);
  if (value === undefined || list === undefined) {
    const right: Expression = { kind: 'constant', type: element, value: null };
    throw operatorNotFound(operator, [left.expression, right], node.operatorSpan);
  }
  const membership =
    (operator === '=' && node.quantifier === 'any') ||
    (operator === '<>' && node.quantifier === 'all');
  const entries = membership ? knownElements(list) : undefined;
  if (entries !== undefined && entries.length > 0) {
    return { kind: 'in', type: BOOLEAN, input: value, list: entries, negated: operator === '<>' };
  }
  return {
    kind: 'call',
    type: BOOLEAN,
    function: quantifiedComparison(operator, node.quantifier),
    args: [value, list],
  };
}

/** The elements of an array that is written out; undefined for any other. */
function knownElements(array: Expression): readonly Expression[] | undefined {
  const { type } = array;
  if (type.kind !== 'array') return undefined;
  if (array.kind === 'constant' && array.value !== null) {
    const { elements } = array.value as ArrayValue;
    return elements.map((value) => ({ kind: 'constant', type: type.element, value }));
  }
  const isList =
    array.kind === 'call' &&
    array.function === arrayFunctions.construct &&
    array.args.every((argument) => argument.type.kind !== 'array');
  return isList ? array.args : undefined;
}

function bindOperatorCall(
  node: QuantifiedArray,
  operator: string,
  left: Operand,
  array: Operand,
  element: DataType,
  context: ExpressionContext,
): Expression {
  const { state } = context;
  const right: Expression = { kind: 'constant', type: element, value: null };
  const entry = state.context.functions.findOperator(operator, 2);
  const bound =
    entry === undefined
      ? undefined
      : bindScalar(state, entry, [left, { expression: right, span: array.span }], {
          operator: true,
        });
  if (bound === undefined || bound === 'ambiguous' || bound.kind !== 'call')
    throw operatorNotFound(operator, [left.expression, right], node.operatorSpan);
  if (bound.type.kind !== 'boolean') {
    throw errorAt(
      'ALX_WRONG_OBJECT',
      'op ANY/ALL (array) requires operator to yield boolean',
      node.operatorSpan,
    );
  }
  const [value, pattern] = bound.args;
  const listType = arrayType(pattern!.type);
  const list =
    coerceImplicitly(state, array.expression, listType, array.span) ??
    castTo(array.expression, listType, { implicit: true });
  return {
    kind: 'call',
    type: BOOLEAN,
    function: quantifiedFunction(bound.function, node.quantifier),
    args: [value!, list],
  };
}
