/** Conditions as lists of parts that must all hold. */
import { childrenOf, type Expression } from '@alopex-db/core/exec';
import { BOOLEAN } from '@alopex-db/core/types';

/** The parts of a conjunction, nested ones flattened. */
export function conjuncts(predicate: Expression): readonly Expression[] {
  return predicate.kind === 'and' ? predicate.args.flatMap(conjuncts) : [predicate];
}

/** Cheap conditions first: what they refuse, the dear ones never see. Equally dear ones keep their order. */
export function cheapFirst(parts: readonly Expression[]): readonly Expression[] {
  return parts.toSorted((left, right) => priceOf(left) - priceOf(right));
}

/** 0 comparisons, 1 function calls, 2 subqueries; calls that read whole vectors or texts are not told apart. */
function priceOf(expression: Expression): number {
  const own = expression.kind === 'subquery' ? 2 : expression.kind === 'call' ? 1 : 0;
  return childrenOf(expression).reduce(
    (dearest, operand) => Math.max(dearest, priceOf(operand)),
    own,
  );
}

/** One condition from parts; undefined for none: nothing is asked. */
export function conjoin(parts: readonly Expression[]): Expression | undefined {
  if (parts.length < 2) return parts[0];
  return { kind: 'and', type: BOOLEAN, args: parts };
}
