/** Calls of scalar functions and operators: choose the overload, convert the arguments to it. */
import type { Expression } from '@alopex-db/core/exec';
import { assert } from '@alopex-db/core/base';
import { TEXT, type DataType } from '@alopex-db/core/types';
import { returnType, type ArgumentType, type ScalarDef } from '../functions/function-def.ts';
import type { BindState } from './bind-state.ts';
import type { Operand } from './bind-comparison.ts';
import { castTo, coerceImplicitly, typeUnknown } from './coerce.ts';
import { settleArguments, type SettledArgument } from './polymorphic.ts';
import { resolveOverload, spread } from './resolve-overload.ts';
import { isUnknown } from './type-rules.ts';

/** The call; undefined when no overload fits, 'ambiguous' when several do equally well. */
export function bindScalar(
  state: BindState,
  entry: ScalarDef,
  operands: readonly Operand[],
  options: { readonly operator: boolean },
): Expression | undefined | 'ambiguous' {
  const types = operands.map((operand) => operand.expression.type);
  const resolved = resolveOverload(entry.overloads, types, options);
  if (resolved.kind === 'none') return undefined;
  if (resolved.kind === 'ambiguous') return 'ambiguous';
  const args = convertArguments(state, spread(resolved.overload, operands.length)!.args, operands);
  const type = returnType(
    resolved.overload,
    args.map((argument) => argument.type),
  );
  return { kind: 'call', type, function: resolved.overload.implementation, args };
}

export function convertArguments(
  state: BindState,
  wanted: readonly ArgumentType[],
  operands: readonly Operand[],
): readonly Expression[] {
  // An open vector literal or parameter takes the dimension of the vector beside it, so a wrong one is found early.
  const sibling = operands.find((operand) => operand.expression.type.kind === 'vector')?.expression
    .type;
  const settled = settleArguments(
    wanted,
    operands.map((operand) => operand.expression.type),
  );
  assert(settled !== undefined, 'overload resolution found types for the arguments');
  return operands.map((operand, index) =>
    convertArgument(state, settled[index]!, operand, sibling),
  );
}

function convertArgument(
  state: BindState,
  wanted: SettledArgument,
  { expression, span }: Operand,
  sibling: DataType | undefined,
): Expression {
  if (wanted === 'any')
    return isUnknown(expression.type) ? typeUnknown(state, expression, TEXT, span) : expression;
  if (wanted === 'as-text') {
    if (isUnknown(expression.type)) return typeUnknown(state, expression, TEXT, span);
    return castTo(expression, TEXT, { implicit: true });
  }
  const target =
    wanted.kind === 'vector' && isUnknown(expression.type) && sibling !== undefined
      ? sibling
      : wanted;
  const converted = coerceImplicitly(state, expression, target, span);
  // Overload resolution has made sure of it.
  return converted ?? castTo(expression, target, { implicit: true });
}
