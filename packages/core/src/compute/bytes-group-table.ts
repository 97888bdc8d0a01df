/**
 * Groups of keys as byte strings: the value itself for a single text or bytea column, else the tuple's order key. Keys lie
 * one after another in an arena; slots hold the group, `#hashes` its hash, so that a probe rarely touches foreign bytes.
 */
import { assert } from '../base/assert.ts';
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
  readonly #types: readonly DataType[];
  readonly #columns: readonly OrderKeyColumn[];
  /** One text or bytea column: its bytes are the key, and null has a group of its own. */
  readonly #plain: boolean;
  readonly #writer = new OrderKeyWriter();
  #arena: Uint8Array = new Uint8Array(1_024);
  /** Group g's key is arena[#ends[g] .. #ends[g + 1]). */
  #ends: Int32Array = new Int32Array(65);
  #hashes: Int32Array = new Int32Array(64);
  #slots: Int32Array = new Int32Array(SLOTS_INITIAL);
  #count = 0;
  #nullGroup = -1;

  constructor(types: readonly DataType[]) {
    this.#types = types;
    this.#columns = types.map((type) => ascendingKey(type, true));
    this.#plain = types.length === 1 && (types[0]!.kind === 'text' || types[0]!.kind === 'bytea');
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
    if (this.#plain && keys[0]!.type.kind !== 'null')
      this.#eachPlain(keys[0]!, rowCount, groups, true);
    else this.#eachTuple(keys, rowCount, groups, true);
  }

  find(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    if (this.#plain && keys[0]!.type.kind !== 'null')
      this.#eachPlain(keys[0]!, rowCount, groups, false);
    else this.#eachTuple(keys, rowCount, groups, false);
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

  #groupOfNull(add: boolean): number {
    if (this.#nullGroup < 0 && add) {
      this.#nullGroup = this.#count;
      this.#append(this.#arena, 0, 0, 0);
    }
    return this.#nullGroup;
  }

  #eachTuple(
    keys: readonly ColumnVector[],
    rowCount: number,
    groups: Int32Array,
    add: boolean,
  ): void {
    const writer = this.#writer;
    for (let row = 0; row < rowCount; row += 1) {
      if (this.#plain) {
        groups[row] = this.#groupOfNull(add);
        continue;
      }
      writer.reset();
      for (let index = 0; index < keys.length; index += 1) {
        writer.writeColumn(this.#columns[index]!, keys[index]!, row);
      }
      groups[row] = this.#group(writer.bytes, 0, writer.length, add);
    }
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

  keys(start: number, end: number): ColumnVector[] {
    assert(start >= 0 && end <= this.#count, 'the groups exist');
    if (this.#plain) return [this.#plainKeys(start, end)];
    const builders = this.#types.map((type) => createColumnBuilder(type, end - start));
    const cursor: ByteCursor = { at: 0 };
    for (let group = start; group < end; group += 1) {
      cursor.at = this.#ends[group]!;
      const keyEnd = this.#ends[group + 1]!;
      builders.forEach((builder, index) => {
        builder.append(readOrderKeyValue(this.#columns[index]!, this.#arena, cursor, keyEnd));
      });
    }
    return builders.map((builder) => builder.finish());
  }

  #plainKeys(start: number, end: number): ColumnVector {
    const builder = new BytesColumnBuilder(this.#types[0]!, end - start);
    for (let group = start; group < end; group += 1) {
      if (group === this.#nullGroup) builder.appendNull();
      else builder.appendBytes(this.#arena, this.#ends[group]!, this.#ends[group + 1]!);
    }
    return builder.finish();
  }
}
