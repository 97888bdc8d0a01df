/** The contract of aggregates: one object holds the states of all groups in typed arrays. */
import type { ColumnVector } from '../../types/column-vector.ts';
import type { DataType } from '../../types/data-type.ts';

/** One overload of an aggregate: makes the accumulator that holds the states of all groups in typed arrays. */
export interface AggregateFunction {
  readonly name: string;
  createAccumulator(argumentTypes: readonly DataType[], type: DataType): Accumulator;
}

/** States of many groups, addressed by dense group numbers from 0. */
export interface Accumulator {
  /** Makes room for groups [0, groupCount), new ones in the initial state. */
  resize(groupCount: number): void;
  /** Adds `rowCount` rows; row i belongs to group `groups[i]`. */
  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void;
  /** Adds the states of another accumulator of the same function; its group i is `groups[i]` here. */
  merge(other: Accumulator, groups: Int32Array): void;
  /** Results of groups [start, end). */
  finish(start: number, end: number): ColumnVector;
  /** Bytes held, for the memory budget. */
  readonly byteLength: number;
}
