/**
 * Overload resolution as PostgreSQL does it (manual, chapter 10.2 and 10.3; `func_select_candidate`):
 *
 *   1. an overload that takes exactly these types; an unknown operand of a binary operator is first taken for the other's
 *   2. else those reachable by implicit casts; a single one wins
 *   3. else those with the most exact matches, then the most exact or preferred ones
 *   4. unknown arguments: the string category if some overload takes it, else the one category all agree on
 *   5. unknown arguments taken for the type of the known ones, if these all agree
 *   6. else the call is ambiguous
 */
import { equalTypes, isNested, type DataType } from '@alopex-db/core/types';
import type { ArgumentType, Overload } from '../functions/function-def.ts';
import { settleArguments } from './polymorphic.ts';
import {
  canCastImplicitly,
  isPreferred,
  isUnknown,
  typeCategory,
  type TypeCategory,
} from './type-rules.ts';

export type Resolution<F> =
  | { readonly kind: 'found'; readonly overload: Overload<F> }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous' };

/** An overload beside one argument type per actual argument (variadic ones spread out). */
interface Candidate<F> {
  readonly overload: Overload<F>;
  readonly args: readonly ArgumentType[];
}

export function resolveOverload<F>(
  overloads: readonly Overload<F>[],
  types: readonly DataType[],
  options: { readonly operator: boolean },
): Resolution<F> {
  const arity = overloads
    .map((overload) => spread(overload, types.length))
    .filter((one) => one !== undefined);
  const exact = arity.find(
    (one) =>
      one.args.every((argument, index) => isExact(argument, types[index]!)) &&
      settleArguments(one.args, types) !== undefined,
  );
  if (exact !== undefined) return { kind: 'found', overload: exact.overload };
  if (options.operator && types.length === 2) {
    const twin = takeUnknownForOther(arity, types);
    if (twin !== undefined) return { kind: 'found', overload: twin.overload };
  }
  const reachable = arity.filter(
    (one) =>
      one.args.every((argument, index) => isReachable(argument, types[index]!, options.operator)) &&
      settleArguments(one.args, types) !== undefined,
  );
  if (reachable.length === 0) return { kind: 'none' };
  return narrow(reachable, types);
}

/** Argument types for `count` actual arguments, or undefined when the overload does not take that many. */
export function spread<F>(overload: Overload<F>, count: number): Candidate<F> | undefined {
  const { args } = overload;
  if (overload.variadic !== true) return args.length === count ? { overload, args } : undefined;
  const fixed = args.length - 1;
  if (count < fixed) return undefined;
  const repeated = Array.from({ length: count - fixed }, () => args[fixed]!);
  return { overload, args: [...args.slice(0, fixed), ...repeated] };
}

function isExact(argument: ArgumentType, type: DataType): boolean {
  if (typeof argument === 'string') return argument === 'any-array' && type.kind === 'array';
  return argument.kind === 'vector' || argument.kind === 'numeric'
    ? type.kind === argument.kind
    : equalTypes(argument, type);
}

function isReachable(argument: ArgumentType, type: DataType, operator = false): boolean {
  if (argument === 'any-array' || argument === 'other-array')
    return type.kind === 'array' || isUnknown(type);
  if (argument === 'any-map') return type.kind === 'map';
  // `text || array` joins an element to an array, or means nothing; concat() takes arrays as text.
  if (argument === 'as-text') return !operator || !isNested(type);
  return typeof argument === 'string' || canCastImplicitly(type, argument);
}

function takeUnknownForOther<F>(
  candidates: readonly Candidate<F>[],
  types: readonly DataType[],
): Candidate<F> | undefined {
  const [left, right] = types;
  if (left === undefined || right === undefined || isUnknown(left) === isUnknown(right))
    return undefined;
  const known = isUnknown(left) ? right : left;
  return candidates.find((one) => one.args.every((argument) => isExact(argument, known)));
}

function narrow<F>(reachable: readonly Candidate<F>[], types: readonly DataType[]): Resolution<F> {
  let left = keepBest(reachable, types, isExact);
  if (left.length > 1)
    left = keepBest(
      left,
      types,
      (argument, type) => isExact(argument, type) || isPreferredTarget(argument, type),
    );
  if (left.length > 1) left = narrowByCategory(left, types);
  if (left.length > 1) left = narrowByKnownType(left, types);
  return left.length === 1 ? { kind: 'found', overload: left[0]!.overload } : { kind: 'ambiguous' };
}

function keepBest<F>(
  candidates: readonly Candidate<F>[],
  types: readonly DataType[],
  matches: (argument: ArgumentType, type: DataType) => boolean,
): readonly Candidate<F>[] {
  const scores = candidates.map(
    (one) =>
      one.args.filter(
        (argument, index) => !isUnknown(types[index]!) && matches(argument, types[index]!),
      ).length,
  );
  const best = Math.max(...scores);
  return candidates.filter((_, index) => scores[index] === best);
}

function isPreferredTarget(argument: ArgumentType, type: DataType): boolean {
  return (
    typeof argument !== 'string' &&
    isPreferred(argument) &&
    typeCategory(argument) === typeCategory(type)
  );
}

function narrowByCategory<F>(
  candidates: readonly Candidate<F>[],
  types: readonly DataType[],
): readonly Candidate<F>[] {
  let left = candidates;
  for (const [index, type] of types.entries()) {
    if (!isUnknown(type)) continue;
    const categories = new Set(left.map((one) => categoryOf(one.args[index]!)));
    const chosen = categories.has('string')
      ? 'string'
      : categories.size === 1
        ? [...categories][0]
        : undefined;
    if (chosen === undefined) continue;
    left = left.filter((one) => categoryOf(one.args[index]!) === chosen);
    const preferred = left.filter((one) => {
      const argument = one.args[index]!;
      return typeof argument !== 'string' && isPreferred(argument);
    });
    if (preferred.length > 0) left = preferred;
  }
  return left;
}

function categoryOf(argument: ArgumentType): TypeCategory {
  if (argument === 'any-array' || argument === 'other-array') return 'array';
  return typeof argument === 'string' ? 'string' : typeCategory(argument);
}

function narrowByKnownType<F>(
  candidates: readonly Candidate<F>[],
  types: readonly DataType[],
): readonly Candidate<F>[] {
  const known = types.filter((type) => !isUnknown(type));
  const first = known[0];
  if (
    first === undefined ||
    known.length === types.length ||
    !known.every((type) => type.kind === first.kind)
  ) {
    return candidates;
  }
  const fitting = candidates.filter((one) =>
    one.args.every((argument) => isReachable(argument, first)),
  );
  return fitting.length === 1 ? fitting : candidates;
}
