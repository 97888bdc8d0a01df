/**
 * How a function or operator is described to the binder. One entry per name; the reference in the documents is made from
 * `summary`. What it computes is a `ScalarFunction` or `AggregateFunction` of `core`, so DataFrame computes the same.
 */
import type { AggregateFunction, ScalarFunction, WindowFunctionName } from '@alopex-db/core/exec';
import type { DataType } from '@alopex-db/core/types';

/**
 * 'any': a value of whatever type. 'as-text': the same, handed over as its text form. 'any-array' and 'any-element': an array,
 * and a value, of one element type that all such arguments of a call share (PostgreSQL's anycompatiblearray); 'other-array': an
 * array with an element type of its own. 'any-map' and 'map-key': a map, and a value of the type of its keys.
 */
export type ArgumentType =
  | DataType
  | 'any'
  | 'as-text'
  | 'any-array'
  | 'any-element'
  | 'other-array'
  | 'any-map'
  | 'map-key';

/** What an overload answers: a fixed type, or one made from the argument types. */
export type ReturnType = DataType | ((args: readonly DataType[]) => DataType);

export interface Overload<F> {
  readonly args: readonly ArgumentType[];
  /** The last argument may be repeated, and left out. */
  readonly variadic?: boolean | undefined;
  readonly returns: ReturnType;
  readonly implementation: F;
}

export type FunctionGroup =
  | 'operator'
  | 'math'
  | 'string'
  | 'conditional'
  | 'type'
  | 'time'
  | 'identifier'
  | 'vector'
  | 'json'
  | 'array'
  | 'map'
  | 'system'
  | 'aggregate'
  | 'window';

interface FunctionEntry {
  /** Lower case. Operators stand under their symbol. */
  readonly name: string;
  readonly aliases?: readonly string[] | undefined;
  readonly group: FunctionGroup;
  /** One sentence for the reference. */
  readonly summary: string;
}

export interface ScalarDef extends FunctionEntry {
  readonly kind: 'scalar';
  readonly overloads: readonly Overload<ScalarFunction>[];
}

export interface AggregateDef extends FunctionEntry {
  readonly kind: 'aggregate';
  readonly overloads: readonly Overload<AggregateFunction>[];
  /** count(*) and no other. */
  readonly star?: Overload<AggregateFunction> | undefined;
  /** Result for no rows: count alone answers 0 instead of null. */
  readonly neverNull?: boolean | undefined;
}

/** Called with OVER and no other way. */
export interface WindowDef extends FunctionEntry {
  readonly kind: 'window';
  readonly overloads: readonly Overload<WindowFunctionName>[];
  readonly neverNull: boolean;
}

export type FunctionDef = ScalarDef | AggregateDef | WindowDef;

export function returnType(overload: Overload<unknown>, args: readonly DataType[]): DataType {
  return typeof overload.returns === 'function' ? overload.returns(args) : overload.returns;
}
