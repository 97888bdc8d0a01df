/** min and max of every ordered type, by the order of `compare` (NaN is the greatest number). No value: null. */
import { assert } from '../../base/assert.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { fixedColumn } from '../../types/column-vector.ts';
import { castColumn } from '../cast-column.ts';
import { compareScalars } from '../compare.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import { FLOAT64 } from '../../types/data-type.ts';
import type { DataType } from '../../types/data-type.ts';
import { growFloat64 } from '../../types/growable.ts';
import { presentScalarAt } from '../../types/scalar-at.ts';
import { ArrayValue, StructValue } from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { GroupFlags } from './group-flags.ts';

export const minAggregate: AggregateFunction = {
  name: 'min',
  createAccumulator: ([argument]) => createExtreme(argument!, -1),
};

export const maxAggregate: AggregateFunction = {
  name: 'max',
  createAccumulator: ([argument]) => createExtreme(argument!, 1),
};

/** 1 keeps the greatest value, -1 the least. */
type Direction = 1 | -1;

function createExtreme(type: DataType, direction: Direction): Accumulator {
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return new NumberExtreme(type, direction);
    default:
      return new ScalarExtreme(type, direction);
  }
}

class NumberExtreme implements Accumulator {
  readonly #type: DataType;
  readonly #direction: Direction;
  #values: Float64Array = new Float64Array(0);
  readonly #seen = new GroupFlags();

  constructor(type: DataType, direction: Direction) {
    this.#type = type;
    this.#direction = direction;
  }

  resize(groupCount: number): void {
    this.#values = growFloat64(this.#values, groupCount);
    this.#seen.resize(groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    for (let row = 0; row < rowCount; row += 1) {
      if (present === undefined || bitAt(present, row))
        this.#offer(groups[row]!, Number(column.values[row]));
    }
  }

  #offer(group: number, value: number): void {
    const best = this.#values[group]!;
    if (this.#seen.flags[group] === 0) {
      this.#seen.flags[group] = 1;
      this.#values[group] = value;
    } else if (
      this.#direction > 0 ? value > best || value !== value : value < best || best !== best
    ) {
      this.#values[group] = value;
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof NumberExtreme, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1) {
      if (other.#seen.flags[group] !== 0) this.#offer(groups[group]!, other.#values[group]!);
    }
  }

  finish(start: number, end: number): ColumnVector {
    const values = this.#values.slice(start, end);
    const validity = this.#seen.validity(start, end);
    const doubles = fixedColumn(FLOAT64, end - start, values, validity);
    if (this.#type.kind === 'date')
      return fixedColumn(this.#type, end - start, Int32Array.from(values), validity);
    if (this.#type.kind.startsWith('time'))
      return fixedColumn(this.#type, end - start, values, validity);
    if (this.#type.kind === 'float32') {
      return fixedColumn(this.#type, end - start, Float32Array.from(values), validity);
    }
    return castColumn(doubles, this.#type, end - start);
  }

  get byteLength(): number {
    return this.#values.byteLength + this.#seen.byteLength;
  }
}

class ScalarExtreme implements Accumulator {
  readonly #type: DataType;
  readonly #direction: Direction;
  readonly #values: Scalar[] = [];
  #bytes = 0;

  constructor(type: DataType, direction: Direction) {
    this.#type = type;
    this.#direction = direction;
  }

  resize(groupCount: number): void {
    while (this.#values.length < groupCount) this.#values.push(null);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    for (let row = 0; row < rowCount; row += 1) {
      if (present === undefined || bitAt(present, row))
        this.#offer(groups[row]!, presentScalarAt(column, row));
    }
  }

  #offer(group: number, value: Scalar): void {
    const best = this.#values[group]!;
    if (best === null || compareScalars(this.#type, value, best) * this.#direction > 0) {
      this.#bytes += sizeOf(value) - sizeOf(best);
      this.#values[group] = value;
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof ScalarExtreme, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1) {
      const value = other.#values[group]!;
      if (value !== null) this.#offer(groups[group]!, value);
    }
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) builder.append(this.#values[group]!);
    return builder.finish();
  }

  get byteLength(): number {
    return this.#bytes + this.#values.length * 8;
  }
}

/** Bytes that a value held by an accumulator takes, roughly. */
export function sizeOf(value: Scalar): number {
  if (typeof value === 'string') return 24 + value.length * 2;
  if (value instanceof Uint8Array || value instanceof Float32Array) return 96 + value.byteLength;
  if (value instanceof ArrayValue || value instanceof StructValue) {
    const parts = value instanceof ArrayValue ? value.elements : value.fields;
    return parts.reduce<number>((sum, part) => sum + sizeOf(part), 64);
  }
  return 16;
}
