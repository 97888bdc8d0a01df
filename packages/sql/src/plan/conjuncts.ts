/** Conditions as lists of parts that must all hold. */
import type { Expression } from '@alopex-db/core/exec';
import { BOOLEAN } from '@alopex-db/core/types';

/** The parts of a conjunction, nested ones flattened. */
export function conjuncts(predicate: Expression): readonly Expression[] {
  return predicate.kind === 'and' ? predicate.args.flatMap(conjuncts) : [predicate];
}

/** One condition from parts; undefined for none: nothing is asked. */
export function conjoin(parts: readonly Expression[]): Expression | undefined {
  if (parts.length < 2) return parts[0];
  return { kind: 'and', type: BOOLEAN, args: parts };
}
