/**
 * Walking bound expressions: rewriting and equality, over core's `childrenOf`. Expressions are immutable; a rewrite that changes nothing answers
 * the same object, so callers compare by identity to see whether anything happened.
 *
 * The plan of a subquery is opaque here; `walk-plan.ts` looks into it.
 */
import { unreachable } from '@alopex-db/core/base';
import { equalTypes, type Scalar } from '@alopex-db/core/types';
import { childrenOf, type Expression, type ScalarFunction } from '@alopex-db/core/exec';

/** The same node over other operands, which must be as many as `childrenOf` answered. */
export function withOperands(expression: Expression, parts: readonly Expression[]): Expression {
  switch (expression.kind) {
    case 'column':
    case 'constant':
    case 'parameter':
    case 'outer':
      return expression;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
      return { ...expression, args: parts };
    case 'cast':
    case 'not':
    case 'isNull':
      return { ...expression, input: parts[0]! };
    case 'compare':
    case 'distinct':
      return { ...expression, left: parts[0]!, right: parts[1]! };
    case 'in':
      return { ...expression, input: parts[0]!, list: parts.slice(1) };
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map((_, index) => ({
          when: parts[2 * index]!,
          then: parts[2 * index + 1]!,
        })),
        otherwise: expression.otherwise === undefined ? undefined : parts.at(-1)!,
      };
    case 'subquery': {
      const outer = parts.slice(0, expression.outer.length);
      return expression.probe === undefined
        ? { ...expression, outer }
        : { ...expression, outer, probe: parts.at(-1)! };
    }
    default:
      return unreachable(expression);
  }
}

/** Rewrites the operands; answers the same object when none changed. */
export function mapOperands(
  expression: Expression,
  rewrite: (operand: Expression) => Expression,
): Expression {
  const before = childrenOf(expression);
  if (before.length === 0) return expression;
  const after = before.map(rewrite);
  return after.every((part, index) => part === before[index])
    ? expression
    : withOperands(expression, after);
}

/** Rewrites a tree from the leaves up. */
export function mapExpression(
  expression: Expression,
  rewrite: (node: Expression) => Expression,
): Expression {
  return rewrite(mapOperands(expression, (operand) => mapExpression(operand, rewrite)));
}

export function someNode(expression: Expression, test: (node: Expression) => boolean): boolean {
  return test(expression) || childrenOf(expression).some((operand) => someNode(operand, test));
}

/** Whether two expressions are the same tree. Volatile calls and subqueries equal only themselves. */
export function equalExpressions(left: Expression, right: Expression): boolean {
  if (left === right) return !someNode(left, isVolatileCall);
  if (left.kind !== right.kind || !equalTypes(left.type, right.type)) return false;
  return sameNode(left, right) && sameOperands(left, right);
}

export function isVolatileCall(expression: Expression): boolean {
  return expression.kind === 'call' && expression.function.volatility === 'volatile';
}

function sameOperands(left: Expression, right: Expression): boolean {
  const leftParts = childrenOf(left);
  const rightParts = childrenOf(right);
  return (
    leftParts.length === rightParts.length &&
    leftParts.every((part, index) => equalExpressions(part, rightParts[index]!))
  );
}

/** Whether the nodes themselves agree, whatever stands below them. Both have the same kind and type. */
function sameNode(left: Expression, right: Expression): boolean {
  if (left.kind === 'subquery' || right.kind === 'subquery') return false;
  if (left.kind === 'column' || left.kind === 'parameter' || left.kind === 'outer') {
    return 'index' in right && left.index === right.index;
  }
  if (left.kind === 'constant')
    return right.kind === 'constant' && equalScalars(left.value, right.value);
  if (left.kind === 'call') {
    return (
      right.kind === 'call' &&
      equalFunctions(left.function, right.function) &&
      !isVolatileCall(left)
    );
  }
  if (left.kind === 'cast') return right.kind === 'cast' && left.onFailure === right.onFailure;
  if (left.kind === 'compare') return right.kind === 'compare' && left.operator === right.operator;
  if ('negated' in left) return 'negated' in right && left.negated === right.negated;
  if (left.kind === 'case')
    return right.kind === 'case' && left.branches.length === right.branches.length;
  return true;
}

/** GREATEST and the like are made for every place of use; such functions are told by name, as their argument types are equal. */
function equalFunctions(left: ScalarFunction, right: ScalarFunction): boolean {
  return left === right || left.name === right.name;
}

/** Same value of the same type: NaN equals NaN, 0 and -0 differ (they print differently). */
export function equalScalars(left: Scalar, right: Scalar): boolean {
  if (ArrayBuffer.isView(left) && ArrayBuffer.isView(right)) {
    return (
      left.length === right.length &&
      Array.prototype.every.call(left, (element, index) => Object.is(element, right[index]))
    );
  }
  return Object.is(left, right);
}
