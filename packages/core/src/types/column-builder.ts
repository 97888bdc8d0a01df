/**
 * Column builders: append values, take a `ColumnVector`. One class per memory layout.
 *
 * Laws
 * - `view()` shows what was appended so far and stays valid until the next append; `finish()` hands the arrays over and
 *   leaves an empty builder behind.
 * - Null slots are written as zero or an empty range.
 * - A selection index of -1 appends a null (the missing side of an outer join).
 */
import { assert } from '../base/assert.ts';
import type { ColumnVector } from './column-vector.ts';
import { isValid } from './column-vector.ts';
import type { DataType } from './data-type.ts';
import { growBytes } from './growable.ts';
import type { Scalar } from './scalar.ts';
import { bitAt, clearBit } from './validity.ts';

export abstract class ColumnBuilder {
  readonly type: DataType;
  protected count = 0;
  /** Invariant: covers `count` rows when defined; bits behind are one. */
  #validity: Uint8Array | undefined;

  constructor(type: DataType) {
    this.type = type;
  }

  get length(): number {
    return this.count;
  }

  append(value: Scalar): void {
    if (value === null) {
      this.appendNull();
      return;
    }
    this.reserve(1);
    this.put(value);
    this.count += 1;
  }

  appendNull(): void {
    this.reserve(1);
    this.putZero();
    this.markNull(this.count);
    this.count += 1;
  }

  /** Appends rows [start, end) of a column of the same kind. */
  appendColumn(column: ColumnVector, start = 0, end = column.length): void {
    assert(column.type.kind === this.type.kind || column.type.kind === 'null', 'kinds agree');
    if (column.type.kind === 'null') {
      for (let index = start; index < end; index += 1) this.appendNull();
      return;
    }
    this.reserve(end - start);
    this.putRange(column, start, end);
    const validity = column.validity;
    if (validity !== undefined) {
      for (let index = start; index < end; index += 1) {
        if (!bitAt(validity, index)) this.markNull(this.count + index - start);
      }
    }
    this.count += end - start;
  }

  /** Appends the rows `selection[0 .. count)` of a column of the same kind; -1 appends a null. */
  appendSelected(column: ColumnVector, selection: Int32Array, count: number): void {
    assert(column.type.kind === this.type.kind || column.type.kind === 'null', 'kinds agree');
    if (column.type.kind === 'null' || column.length === 0) {
      for (let index = 0; index < count; index += 1) this.appendNull();
      return;
    }
    this.reserve(count);
    this.putSelected(column, selection, count);
    const validity = column.validity;
    const base = this.count;
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      if (row < 0 || (validity !== undefined && !bitAt(validity, row))) this.markNull(base + index);
    }
    this.count += count;
  }

  /** Appends one row of a column of the same kind. */
  appendFrom(column: ColumnVector, index: number): void {
    if (!isValid(column, index)) {
      this.appendNull();
      return;
    }
    this.reserve(1);
    this.putRange(column, index, index + 1);
    this.count += 1;
  }

  view(): ColumnVector {
    return this.build(this.#validity);
  }

  finish(): ColumnVector {
    const column = this.build(this.#validity);
    this.#validity = undefined;
    this.count = 0;
    this.release();
    return column;
  }

  /** Forgets the rows and keeps the memory. */
  clear(): void {
    this.#validity = undefined;
    this.count = 0;
    this.rewind();
  }

  get byteLength(): number {
    return this.valueBytes() + (this.#validity?.length ?? 0);
  }

  protected markNull(index: number): void {
    const needed = (index >>> 3) + 1;
    let validity = this.#validity;
    if (validity === undefined || validity.length < needed) {
      const before = validity?.length ?? 0;
      validity = growBytes(
        validity ?? new Uint8Array(0),
        Math.max(needed, (this.capacity() + 7) >>> 3),
      );
      validity.fill(0xff, before);
      this.#validity = validity;
    }
    clearBit(validity, index);
  }

  /** Makes the validity bitmap cover every row: later rows may have been appended after the last null. */
  protected coveringValidity(validity: Uint8Array | undefined): Uint8Array | undefined {
    if (validity === undefined) return undefined;
    const needed = (this.count + 7) >>> 3;
    if (validity.length >= needed) return validity;
    const grown = growBytes(validity, needed);
    grown.fill(0xff, validity.length);
    this.#validity = grown;
    return grown;
  }

  /** Makes room for `extra` more rows. */
  protected abstract reserve(extra: number): void;
  protected abstract capacity(): number;
  /** Writes a present value at row `count`. */
  protected abstract put(value: NonNullable<Scalar>): void;
  protected abstract putZero(): void;
  protected abstract putRange(column: ColumnVector, start: number, end: number): void;
  protected abstract putSelected(column: ColumnVector, selection: Int32Array, count: number): void;
  protected abstract build(validity: Uint8Array | undefined): ColumnVector;
  protected abstract release(): void;
  protected abstract rewind(): void;
  protected abstract valueBytes(): number;
}
