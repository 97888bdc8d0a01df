/** A set of values of one type that a column can be tested against: IN lists and = ANY over a subquery's rows. */
import { bytesToKey } from './byte-string-key.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { isNested } from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import { OrderKeyWriter, ascendingKey } from '../types/order-key.ts';
import { integerScalar } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';

export class ValueSet {
  readonly #type: DataType;
  readonly #numbers: Set<number | bigint> | undefined;
  /** Order keys as strings of bytes, for the types that are no numbers. */
  readonly #keys = new Set<string>();
  readonly #writer = new OrderKeyWriter();

  constructor(type: DataType) {
    this.#type = type;
    const byBytes = [
      'text',
      'bytea',
      'uuid',
      'vector',
      'numeric',
      'interval',
      'json',
      'jsonb',
    ].includes(type.kind);
    this.#numbers = byBytes || isNested(type) ? undefined : new Set();
  }

  get size(): number {
    return (this.#numbers ?? this.#keys).size;
  }

  add(value: NonNullable<Scalar>): void {
    if (this.#numbers !== undefined) {
      // A Set treats NaN as equal to itself and -0 as 0: PostgreSQL's equality.
      this.#numbers.add(typeof value === 'bigint' ? value : Number(value));
      return;
    }
    this.#writer.reset();
    this.#writer.writeScalar(ascendingKey(this.#type), value);
    this.#keys.add(bytesToKey(this.#writer.bytes, 0, this.#writer.length));
  }

  /** out[i] = whether value i is in the set; 0 for nulls. */
  contains(column: ColumnVector, rowCount: number, out: Uint8Array): void {
    if (column.type.kind === 'null' || this.size === 0) {
      out.fill(0, 0, rowCount);
    } else if (this.#numbers !== undefined) {
      this.#containsNumbers(column, rowCount, out, this.#numbers);
    } else {
      this.#containsKeys(column, rowCount, out);
    }
  }

  #containsNumbers(
    column: ColumnVector,
    rowCount: number,
    out: Uint8Array,
    numbers: Set<number | bigint>,
  ): void {
    const { values } = column;
    if (values instanceof BigInt64Array) {
      for (let row = 0; row < rowCount; row += 1) {
        out[row] = isValid(column, row) && numbers.has(integerScalar(values[row]!)) ? 1 : 0;
      }
      return;
    }
    for (let row = 0; row < rowCount; row += 1) {
      out[row] = isValid(column, row) && numbers.has(values[row]!) ? 1 : 0;
    }
  }

  #containsKeys(column: ColumnVector, rowCount: number, out: Uint8Array): void {
    const key = ascendingKey(this.#type);
    for (let row = 0; row < rowCount; row += 1) {
      if (!isValid(column, row)) {
        out[row] = 0;
        continue;
      }
      this.#writer.reset();
      this.#writer.writeColumn(key, column, row);
      out[row] = this.#keys.has(bytesToKey(this.#writer.bytes, 0, this.#writer.length)) ? 1 : 0;
    }
  }
}
