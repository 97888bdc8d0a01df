/**
 * Groups of one key as byte strings: the value itself for text and bytea, else its order key. Keys lie one after another in an arena; slots hold the group, `#hashes` its hash, so that a probe rarely touches foreign bytes.
 */
import { hashBytes } from '../base/hash.ts';
import type { ByteCursor } from '../base/varint.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import { BytesColumnBuilder } from '../types/bytes-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { growBytes, growInt32 } from '../types/growable.ts';
import { OrderKeyWriter, ascendingKey, readOrderKeyValue } from '../types/order-key.ts';
import type { OrderKeyColumn } from '../types/order-key.ts';
import type { GroupTable } from './group-table.ts';

const SLOTS_INITIAL = 256;

export class BytesGroupTable implements GroupTable {
  readonly #type: DataType;
  readonly #column: OrderKeyColumn;
  /** Text or bytea: the bytes themselves are the key. */
  readonly #plain: boolean;
  readonly #writer = new OrderKeyWriter();
  #arena: Uint8Array = new Uint8Array(1_024);
  /** Group g's key is arena[#ends[g] .. #ends[g + 1]). */
  #ends: Int32Array = new Int32Array(65);
  #hashes: Int32Array = new Int32Array(64);
  #slots: Int32Array = new Int32Array(SLOTS_INITIAL);
  #count = 0;
  #nullGroup = -1;

  constructor(type: DataType) {
    this.#type = type;
    this.#column = ascendingKey(type);
    this.#plain = type.kind === 'text' || type.kind === 'bytea';
  }

  get groupCount(): number {
    return this.#count;
  }

  get byteLength(): number {
    return (
      this.#arena.length + this.#ends.byteLength + this.#hashes.byteLength + this.#slots.byteLength
    );
  }

  assign(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    this.#each(keys[0]!, rowCount, groups, true);
  }

  find(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    this.#each(keys[0]!, rowCount, groups, false);
  }

  #each(column: ColumnVector, rowCount: number, groups: Int32Array, add: boolean): void {
    if (column.type.kind === 'null') groups.fill(this.#groupOfNull(add), 0, rowCount);
    else if (this.#plain) this.#eachPlain(column, rowCount, groups, add);
    else this.#eachEncoded(column, rowCount, groups, add);
  }

  #eachPlain(column: ColumnVector, rowCount: number, groups: Int32Array, add: boolean): void {
    const offsets = column.offsets!;
    const data = column.data!;
    const { validity } = column;
    for (let row = 0; row < rowCount; row += 1) {
      if (validity !== undefined && !isValid(column, row)) groups[row] = this.#groupOfNull(add);
      else groups[row] = this.#group(data, offsets[row]!, offsets[row + 1]!, add);
    }
  }

  #eachEncoded(column: ColumnVector, rowCount: number, groups: Int32Array, add: boolean): void {
    const writer = this.#writer;
    for (let row = 0; row < rowCount; row += 1) {
      if (!isValid(column, row)) {
        groups[row] = this.#groupOfNull(add);
        continue;
      }
      writer.reset();
      writer.writeColumn(this.#column, column, row);
      groups[row] = this.#group(writer.bytes, 0, writer.length, add);
    }
  }

  #groupOfNull(add: boolean): number {
    if (this.#nullGroup < 0 && add) {
      this.#nullGroup = this.#count;
      this.#append(this.#arena, 0, 0, 0);
    }
    return this.#nullGroup;
  }

  #group(data: Uint8Array, start: number, end: number, add: boolean): number {
    const hash = hashBytes(data, start, end) | 0;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const group = this.#slots[slot]! - 1;
      if (group < 0) break;
      if (this.#hashes[group] === hash && this.#equals(group, data, start, end)) return group;
      slot = (slot + 1) & mask;
    }
    if (!add) return -1;
    const group = this.#append(data, start, end, hash);
    this.#slots[slot] = group + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash(this.#slots.length * 4);
    return group;
  }

  #equals(group: number, data: Uint8Array, start: number, end: number): boolean {
    const from = this.#ends[group]!;
    const length = end - start;
    if (this.#ends[group + 1]! - from !== length) return false;
    const arena = this.#arena;
    for (let index = 0; index < length; index += 1) {
      if (arena[from + index] !== data[start + index]) return false;
    }
    return true;
  }

  #append(data: Uint8Array, start: number, end: number, hash: number): number {
    const group = this.#count;
    const from = this.#ends[group]!;
    const to = from + end - start;
    this.#arena = growBytes(this.#arena, to);
    this.#arena.set(data.subarray(start, end), from);
    this.#ends = growInt32(this.#ends, group + 2);
    this.#hashes = growInt32(this.#hashes, group + 1);
    this.#ends[group + 1] = to;
    this.#hashes[group] = hash;
    this.#count = group + 1;
    return group;
  }

  #rehash(capacity: number): void {
    const slots = new Int32Array(capacity);
    const mask = capacity - 1;
    for (let group = 0; group < this.#count; group += 1) {
      if (group === this.#nullGroup) continue;
      let slot = this.#hashes[group]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
    this.#slots = slots;
  }

  keysOf(groups: Int32Array, count: number): ColumnVector[] {
    return [this.#plain ? this.#plainKeys(groups, count) : this.#decodedKeys(groups, count)];
  }

  #plainKeys(groups: Int32Array, count: number): ColumnVector {
    const builder = new BytesColumnBuilder(this.#type, count);
    for (let index = 0; index < count; index += 1) {
      const group = groups[index]!;
      if (group === this.#nullGroup) builder.appendNull();
      else builder.appendBytes(this.#arena, this.#ends[group]!, this.#ends[group + 1]!);
    }
    return builder.finish();
  }

  #decodedKeys(groups: Int32Array, count: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, count);
    const cursor: ByteCursor = { at: 0 };
    for (let index = 0; index < count; index += 1) {
      const group = groups[index]!;
      cursor.at = this.#ends[group]!;
      if (group === this.#nullGroup) builder.appendNull();
      else
        builder.append(
          readOrderKeyValue(this.#column, this.#arena, cursor, this.#ends[group + 1]!),
        );
    }
    return builder.finish();
  }
}
