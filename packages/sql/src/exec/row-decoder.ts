/** Collects the raw rows of a batch and decodes the columns a plan reads, with or without a filter in between. */
import { assert } from '@alopex-db/core/base';
import type { ValueSlot } from '@alopex-db/core';
import type { CompiledPredicate } from '@alopex-db/core/exec';
import type { Batch, ColumnVector, DataType } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { createColumnDecoder, type ColumnDecoder } from '../storage/column-decoder.ts';
import { RowWindow } from '../storage/row-window.ts';
import { KeyWindow } from '../storage/key-window.ts';

export class RowDecoder {
  readonly #window: RowWindow;
  readonly #keys: KeyWindow | undefined;
  readonly #decoders: readonly ColumnDecoder[];
  readonly #types: readonly DataType[];

  /** Output: `ordinals` of the table, then with `withRowKey` the row's key. */
  constructor(table: TableDef, ordinals: readonly number[], withRowKey: boolean) {
    this.#window = new RowWindow(table.schemaVersion);
    this.#keys = withRowKey ? new KeyWindow() : undefined;
    this.#decoders = ordinals.map((ordinal) => createColumnDecoder(table, ordinal));
    this.#types = ordinals.map((ordinal) => table.columns[ordinal]!.type);
  }

  get count(): number {
    return this.#window.count;
  }

  clear(): void {
    this.#window.clear();
    this.#keys?.clear();
  }

  /** The bytes behind the value must stay until the batch is decoded; the key is copied. */
  push(key: ValueSlot, value: ValueSlot): void {
    this.#window.push(value);
    this.#keys?.push(key);
  }

  /** The same with the value copied, as a backward cursor needs it. */
  pushCopy(key: ValueSlot, value: ValueSlot): void {
    this.#window.pushCopy(value);
    this.#keys?.push(key);
  }

  decodeAll(): Batch {
    return this.#decode(undefined, this.#window.count, []);
  }

  /** The rows that pass, at most `limit`; undefined when none does. `filtered` are the columns the filter reads. */
  decodeFiltered(
    filtered: readonly number[],
    filter: CompiledPredicate,
    selection: Int32Array,
    limit: number,
  ): Batch | undefined {
    const columns = this.#decodeSome(filtered);
    const passed = Math.min(filter({ rowCount: this.count, columns }, selection), limit);
    if (passed === 0) return undefined;
    if (passed === this.count) {
      return this.#decode(undefined, passed, columns, new Set(filtered));
    }
    return this.#decode(selection, passed, []);
  }

  /** Writes the rows that pass into `selection` and answers their number; decodes nothing else. */
  select(filtered: readonly number[], filter: CompiledPredicate, selection: Int32Array): number {
    return filter({ rowCount: this.count, columns: this.#decodeSome(filtered) }, selection);
  }

  /** One column of the selected rows. */
  decodeColumn(position: number, selection: Int32Array, count: number): ColumnVector {
    return this.#decoders[position]!.decode(this.#window, selection, count);
  }

  /** Where the key of row `row` lies. */
  keyInto(row: number, slot: ValueSlot): void {
    assert(this.#keys !== undefined, 'the decoder was made with row keys');
    this.#keys.rangeInto(row, slot);
  }

  #decodeSome(positions: readonly number[]): ColumnVector[] {
    const window = this.#window;
    const columns = this.#types.map((type) => undecoded(type, window.count));
    for (const position of positions) {
      const decoder = this.#decoders[position];
      assert(decoder !== undefined, 'a filter reads columns of its scan');
      columns[position] = decoder.decode(window, undefined, window.count);
    }
    return columns;
  }

  #decode(
    selection: Int32Array | undefined,
    count: number,
    decoded: readonly ColumnVector[],
    kept?: ReadonlySet<number>,
  ): Batch {
    const columns = this.#decoders.map((decoder, position) =>
      kept?.has(position) === true
        ? decoded[position]!
        : decoder.decode(this.#window, selection, count),
    );
    if (this.#keys !== undefined) columns.push(this.#keys.decode(selection, count));
    return { rowCount: count, columns };
  }
}

const NOTHING = new Uint8Array(0);

/** Stands where a filter does not look. */
function undecoded(type: DataType, length: number): ColumnVector {
  return {
    type,
    length,
    values: NOTHING,
    validity: undefined,
    offsets: undefined,
    data: undefined,
  };
}
