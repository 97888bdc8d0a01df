/** Operators: arithmetic and the like by overload, logic, and the predicates that are spelt as keywords. */
import type { Expression } from '@alopex-db/core/exec';
import { BOOLEAN, TEXT, isNumeric, typeName } from '@alopex-db/core/types';
import type {
  AndExpression,
  BetweenExpression,
  BinaryExpression,
  DistinctFromExpression,
  Expression as Syntax,
  InListExpression,
  IsExpression,
  LikeExpression,
  NotExpression,
  OrExpression,
  UnaryExpression,
} from '../ast/expression.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import { unsupported } from './bind-error.ts';
import { bindScalar } from './bind-scalar.ts';
import {
  bindOperand,
  compare,
  compareRows,
  conjunction,
  disjunction,
  isComparison,
  negate,
  operatorNotFound,
  unifyPair,
  type Operand,
} from './bind-comparison.ts';
import { bindNegativeNumber } from './bind-literal.ts';
import { bindVectorScoreOperator, isVectorScoreOperator } from './bind-vector-score.ts';
import { coerceImplicitly, requireBoolean } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { commonTypeOf } from './type-rules.ts';

export function bindUnary(node: UnaryExpression, context: ExpressionContext): Expression {
  const { operand, operator } = node;
  if (
    operator === '-' &&
    (operand.kind === 'integer-literal' || operand.kind === 'decimal-literal')
  ) {
    return bindNegativeNumber(operand);
  }
  const bound = bindOperand(operand, context);
  // A plus sign in front of a number says nothing.
  if (operator === '+' && isNumeric(bound.expression.type)) return bound.expression;
  return applyOperator(operator, [bound], node.span, context);
}

/** A chain such as `a + b + c + …` leans left and may be long, so its spine is walked in a loop. */
export function bindBinary(node: BinaryExpression, context: ExpressionContext): Expression {
  const spine: BinaryExpression[] = [node];
  let first: Syntax = node.left;
  while (first.kind === 'binary' && !isComparison(first.operator)) {
    spine.push(first);
    first = first.left;
  }
  if (spine.length === 1) return bindPair(node, context);
  let left = bindOperand(first, context);
  for (const link of spine.reverse()) {
    const right = bindOperand(link.right, context);
    left = { expression: applyBinary(link, left, right, context), span: link.span };
  }
  return left.expression;
}

function bindPair(node: BinaryExpression, context: ExpressionContext): Expression {
  if (isComparison(node.operator) && (node.left.kind === 'row' || node.right.kind === 'row')) {
    return compareRows(
      context.state,
      node.operator,
      rowFields(node.left, context),
      rowFields(node.right, context),
      node.operatorSpan,
    );
  }
  return applyBinary(
    node,
    bindOperand(node.left, context),
    bindOperand(node.right, context),
    context,
  );
}

function applyBinary(
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  context: ExpressionContext,
): Expression {
  if (isComparison(node.operator))
    return compare(context.state, node.operator, left, right, node.operatorSpan);
  return applyOperator(node.operator, [left, right], node.operatorSpan, context);
}

/** An operator by overload, over operands that are bound. */
export function applyOperator(
  operator: string,
  args: readonly Operand[],
  span: Span,
  context: ExpressionContext,
): Expression {
  const [left, right] = args;
  if (left !== undefined && right !== undefined && isVectorScoreOperator(operator)) {
    const score = bindVectorScoreOperator(operator, left, right, span, context);
    if (score !== undefined) return score;
  }
  const entry = context.state.context.functions.findOperator(operator, args.length);
  const bound =
    entry === undefined ? undefined : bindScalar(context.state, entry, args, { operator: true });
  if (bound === undefined || bound === 'ambiguous') {
    const types = args.map((argument) => argument.expression);
    if (bound !== 'ambiguous') throw operatorNotFound(operator, types, span);
    throw errorAt(
      'ALX_AMBIGUOUS_FUNCTION',
      `operator is not unique: ${types.map((type) => typeName(type.type)).join(` ${operator} `)}`,
      span,
      {
        hint: 'Could not choose a best candidate operator. You might need to add explicit type casts.',
      },
    );
  }
  return bound;
}

function rowFields(node: Syntax, context: ExpressionContext): readonly Operand[] {
  if (node.kind !== 'row')
    throw unsupported('comparing a row with something that is no row', node.span);
  return node.fields.map((field) => bindOperand(field, context));
}

export function bindNot(node: NotExpression, context: ExpressionContext): Expression {
  return negate(bindCondition(node.operand, 'NOT', context));
}

export function bindAnd(node: AndExpression, context: ExpressionContext): Expression {
  return conjunction(node.operands.map((operand) => bindCondition(operand, 'AND', context)));
}

export function bindOr(node: OrExpression, context: ExpressionContext): Expression {
  return disjunction(node.operands.map((operand) => bindCondition(operand, 'OR', context)));
}

function bindCondition(node: Syntax, what: string, context: ExpressionContext): Expression {
  return requireBoolean(context.state, context.bind.expression(node, context), what, node.span);
}

export function bindIs(node: IsExpression, context: ExpressionContext): Expression {
  const { negated, test } = node;
  if (test === 'null' && node.operand.kind === 'row') {
    // A row IS NULL when all fields are, and IS NOT NULL when none is: not each other's opposite.
    const fields = node.operand.fields.map((field) => context.bind.expression(field, context));
    return conjunction(fields.map((input) => ({ kind: 'isNull', type: BOOLEAN, input, negated })));
  }
  if (test === 'null') {
    return {
      kind: 'isNull',
      type: BOOLEAN,
      input: context.bind.expression(node.operand, context),
      negated,
    };
  }
  const input = bindCondition(
    node.operand,
    `IS ${negated ? 'NOT ' : ''}${test.toUpperCase()}`,
    context,
  );
  if (test === 'unknown') return { kind: 'isNull', type: BOOLEAN, input, negated };
  const right: Expression = { kind: 'constant', type: BOOLEAN, value: test === 'true' };
  return { kind: 'distinct', type: BOOLEAN, left: input, right, negated: !negated };
}

export function bindDistinctFrom(
  node: DistinctFromExpression,
  context: ExpressionContext,
): Expression {
  const [left, right] = unifyPair(
    context.state,
    '=',
    bindOperand(node.left, context),
    bindOperand(node.right, context),
    node.span,
  );
  return { kind: 'distinct', type: BOOLEAN, left, right, negated: node.negated };
}

export function bindBetween(node: BetweenExpression, context: ExpressionContext): Expression {
  const { state } = context;
  const operand = bindOperand(node.operand, context);
  const low = bindOperand(node.low, context);
  const high = bindOperand(node.high, context);
  const within = (from: Operand, to: Operand): Expression =>
    conjunction([
      compare(state, '>=', operand, from, node.span),
      compare(state, '<=', operand, to, node.span),
    ]);
  const inside = node.symmetric
    ? disjunction([within(low, high), within(high, low)])
    : within(low, high);
  return node.negated ? negate(inside) : inside;
}

export function bindInList(node: InListExpression, context: ExpressionContext): Expression {
  const { state } = context;
  if (node.list.length === 0) return { kind: 'constant', type: BOOLEAN, value: node.negated };
  if (node.operand.kind === 'row') {
    const fields = rowFields(node.operand, context);
    const equal = node.list.map((entry) =>
      compareRows(state, '=', fields, rowFields(entry, context), entry.span),
    );
    return node.negated ? negate(disjunction(equal)) : disjunction(equal);
  }
  const operand = bindOperand(node.operand, context);
  const entries = node.list.map((entry) => bindOperand(entry, context));
  const common = commonTypeOf([operand, ...entries].map((one) => one.expression.type));
  if ('misfit' in common) {
    const misfit = entries[common.misfit - 1] ?? operand;
    throw operatorNotFound('=', [operand.expression, misfit.expression], misfit.span);
  }
  const inCommonType = (one: Operand): Expression => {
    const coerced = coerceImplicitly(state, one.expression, common.type, one.span);
    if (coerced === undefined)
      throw operatorNotFound('=', [operand.expression, one.expression], one.span);
    return coerced;
  };
  const input = inCommonType(operand);
  return {
    kind: 'in',
    type: BOOLEAN,
    input,
    list: entries.map(inCommonType),
    negated: node.negated,
  };
}

export function bindLike(node: LikeExpression, context: ExpressionContext): Expression {
  if (node.operator === 'similar' || node.operator === 'glob') {
    throw unsupported(node.operator === 'glob' ? 'GLOB' : 'SIMILAR TO', node.span);
  }
  const parts = [node.operand, node.pattern, ...(node.escape === undefined ? [] : [node.escape])];
  const args = parts.map((part) => {
    const operand = bindOperand(part, context);
    const text = coerceImplicitly(context.state, operand.expression, TEXT, part.span);
    if (text === undefined) {
      throw operatorNotFound(
        node.operator === 'like' ? '~~' : '~~*',
        [operand.expression, { kind: 'constant', type: TEXT, value: '' }],
        part.span,
      );
    }
    return { expression: text, span: part.span };
  });
  const entry = context.state.context.functions.findOperator(
    node.operator === 'like' ? '~~' : '~~*',
    2,
  );
  const matched =
    entry === undefined ? undefined : bindScalar(context.state, entry, args, { operator: false });
  if (matched === undefined || matched === 'ambiguous')
    throw unsupported('this form of LIKE', node.span);
  return node.negated ? negate(matched) : matched;
}
