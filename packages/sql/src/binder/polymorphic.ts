/** Arguments whose type a call chooses: arrays and elements that share one element type, maps and their keys. */
import { arrayType, type DataType } from '@alopex-db/core/types';
import type { ArgumentType } from '../functions/function-def.ts';
import { commonTypeOf, isUnknown } from './type-rules.ts';

export type SettledArgument = DataType | 'any' | 'as-text';

/** The types that the arguments of a call are converted to; undefined where they do not agree, or nothing says what they are. */
export function settleArguments(
  args: readonly ArgumentType[],
  types: readonly DataType[],
): readonly SettledArgument[] | undefined {
  const element = sharedElementType(args, types);
  const map = types.find((_, index) => args[index] === 'any-map');
  const settled: SettledArgument[] = [];
  for (const [index, argument] of args.entries()) {
    const type = settle(argument, types[index]!, element, map);
    if (type === undefined) return undefined;
    settled.push(type);
  }
  return settled;
}

function settle(
  argument: ArgumentType,
  type: DataType,
  element: DataType | undefined,
  map: DataType | undefined,
): SettledArgument | undefined {
  switch (argument) {
    case 'any-array':
      return element === undefined ? undefined : arrayType(element);
    case 'any-element':
      return element;
    case 'other-array':
      return type.kind === 'array' ? type : undefined;
    case 'any-map':
      return type.kind === 'map' ? type : undefined;
    case 'map-key':
      return map?.kind === 'map' ? map.key : undefined;
    default:
      return argument;
  }
}

function sharedElementType(
  args: readonly ArgumentType[],
  types: readonly DataType[],
): DataType | undefined {
  const known: DataType[] = [];
  let hasArray = false;
  for (const [index, argument] of args.entries()) {
    const type = types[index]!;
    if (argument === 'any-array') {
      hasArray = true;
      if (type.kind === 'array') known.push(type.element);
      else if (!isUnknown(type)) return undefined;
    } else if (argument === 'any-element' && !isUnknown(type)) {
      known.push(type);
    }
  }
  if (known.length === 0) return undefined;
  const common = commonTypeOf(known);
  if ('misfit' in common || (hasArray && common.type.kind === 'array')) return undefined;
  return common.type;
}
