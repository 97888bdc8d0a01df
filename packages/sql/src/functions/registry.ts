/** All functions and operators by name. One registry for a database: vector scores hang on its kernels. */
import type { Expression, ScalarFunction } from '@alopex-db/core/exec';
import type { DataType, Metric } from '@alopex-db/core/types';
import type { VectorDistances, VectorMeasure } from '@alopex-db/core/vector';
import { AGGREGATES } from './aggregates.ts';
import type { FunctionDef, ScalarDef } from './function-def.ts';
import { BINARY_OPERATORS, PREFIX_OPERATORS } from './operators.ts';
import { nextValueFunction, type SequenceSource } from './next-value.ts';
import { JSON_FUNCTIONS } from './scalar-json.ts';
import { MATH_FUNCTIONS } from './scalar-math.ts';
import { ARRAY_FUNCTIONS } from './scalar-array.ts';
import { MAP_FUNCTIONS } from './scalar-struct.ts';
import { TEXT_FUNCTIONS } from './scalar-text.ts';
import { SYSTEM_FUNCTIONS } from './scalar-system.ts';
import { TIME_FUNCTIONS } from './scalar-time.ts';
import { VECTOR_FUNCTIONS } from './vector-functions.ts';
import { WINDOW_FUNCTIONS } from './window-functions.ts';
import { vectorScore, type VectorScoreFunction } from './vector-score.ts';

/** What functions need of the database they run in. */
export interface FunctionServices {
  readonly distances: VectorDistances;
  readonly sequences: SequenceSource;
}

export class FunctionRegistry {
  readonly #functions: ReadonlyMap<string, FunctionDef>;
  readonly #binary: ReadonlyMap<string, ScalarDef>;
  readonly #prefix: ReadonlyMap<string, ScalarDef>;
  readonly #scores = new Map<string, VectorScoreFunction>();
  readonly #distances: VectorDistances;
  readonly #sequences: SequenceSource;
  readonly #nextValues = new Map<number, ScalarFunction>();

  constructor(services: FunctionServices) {
    this.#distances = services.distances;
    this.#sequences = services.sequences;
    this.#functions = byName(FUNCTIONS);
    this.#binary = byName(BINARY_OPERATORS);
    this.#prefix = byName(PREFIX_OPERATORS);
  }

  find(name: string): FunctionDef | undefined {
    return this.#functions.get(name);
  }

  findOperator(symbol: string, operandCount: number): ScalarDef | undefined {
    return (operandCount === 1 ? this.#prefix : this.#binary).get(symbol);
  }

  names(): Iterable<string> {
    return this.#functions.keys();
  }

  /** The same object for the same score, so that equal expressions are seen to be equal. */
  vectorScore(metric: Metric, measure: VectorMeasure): VectorScoreFunction {
    const key = `${metric} ${measure}`;
    const known = this.#scores.get(key);
    if (known !== undefined) return known;
    const made = vectorScore(this.#distances, metric, measure);
    this.#scores.set(key, made);
    return made;
  }

  /** A call that takes the next value of a sequence: the default of SERIAL and IDENTITY columns. */
  nextValue(sequenceId: number, type: DataType): Expression {
    const known = this.#nextValues.get(sequenceId);
    const called = known ?? nextValueFunction(this.#sequences, sequenceId);
    this.#nextValues.set(sequenceId, called);
    return { kind: 'call', type, function: called, args: [] };
  }
}

/** Every function a call can name, for the reference in the documents too. */
export const FUNCTIONS: readonly FunctionDef[] = [
  ...MATH_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...ARRAY_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...SYSTEM_FUNCTIONS,
  ...VECTOR_FUNCTIONS,
  ...AGGREGATES,
  ...WINDOW_FUNCTIONS,
];

function byName<
  T extends { readonly name: string; readonly aliases?: readonly string[] | undefined },
>(entries: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const entry of entries)
    for (const name of [entry.name, ...(entry.aliases ?? [])]) map.set(name, entry);
  return map;
}
