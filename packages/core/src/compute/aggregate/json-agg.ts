/** json_agg and json_object_agg: the values of a group in row order, nulls included. No row: null. */
import { assert } from '../../base/assert.ts';
import { AlopexError } from '../../base/errors.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import type { JsonValue } from '../../types/json/json-value.ts';
import { toJson, toJsonKey } from '../json/to-json.ts';
import { writeJson, writeJsonb } from '../../types/json/write-json.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { sizeOf } from './extreme.ts';

export const jsonAggAggregate: AggregateFunction = {
  name: 'json_agg',
  createAccumulator: (_types, type) => new JsonAccumulator(type, false),
};

export const jsonObjectAggAggregate: AggregateFunction = {
  name: 'json_object_agg',
  createAccumulator: (_types, type) => new JsonAccumulator(type, true),
};

interface Member {
  readonly key: string;
  readonly value: JsonValue;
}

class JsonAccumulator implements Accumulator {
  readonly #type: DataType;
  readonly #isObject: boolean;
  readonly #members: Member[][] = [];
  #bytes = 0;

  constructor(type: DataType, isObject: boolean) {
    this.#type = type;
    this.#isObject = isObject;
  }

  resize(groupCount: number): void {
    while (this.#members.length < groupCount) this.#members.push([]);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const values = args.at(-1)!;
    for (let row = 0; row < rowCount; row += 1) {
      const key = this.#isObject ? keyAt(args[0]!, row) : '';
      const value = scalarAt(values, row);
      this.#bytes += sizeOf(key) + sizeOf(value);
      this.#members[groups[row]!]!.push({ key, value: toJson(value, values.type) });
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof JsonAccumulator, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1)
      for (const member of other.#members[group]!) this.#members[groups[group]!]!.push(member);
    this.#bytes += other.#bytes;
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    const write = this.#type.kind === 'jsonb' ? writeJsonb : writeJson;
    for (let group = start; group < end; group += 1) {
      const members = this.#members[group]!;
      if (members.length === 0) builder.appendNull();
      else builder.append(write(this.#finished(members)));
    }
    return builder.finish();
  }

  #finished(members: readonly Member[]): JsonValue {
    if (!this.#isObject) return members.map(({ value }) => value);
    return new Map(members.map(({ key, value }) => [key, value]));
  }

  get byteLength(): number {
    return this.#bytes;
  }
}

function keyAt(column: ColumnVector, row: number): string {
  const key = scalarAt(column, row);
  if (key !== null) return toJsonKey(key, column.type);
  throw new AlopexError('ALX_INVALID_ARGUMENT', 'field name must not be null');
}
