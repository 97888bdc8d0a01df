/**
 * Builds result rows straight from stored ones, for the short ways of statements: no batch, nothing allocated but the row. One
 * place of use has one reader.
 */
import type { ValueSlot } from '@alopex-db/core';
import type { DataType, Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { readRow } from '../storage/read-column.ts';
import { layoutsOf, type TableLayouts } from '../storage/table-layouts.ts';
import { createValueReader } from '../storage/value-reader.ts';
import { outputConversion, type OutputForm, type PlainScalar } from './output-value.ts';
import {
  attachToJson,
  createStoredRowBuilder,
  type BuiltRow,
  type StoredGetter,
  type StoredRowBuilder,
} from './row-shape.ts';

const NO_BYTES = new Uint8Array(0);

export class StoredRowReader {
  readonly #table: TableDef;
  readonly #names: readonly string[];
  readonly #ordinals: readonly number[];
  readonly #layouts: TableLayouts;
  #view: DataView = new DataView(NO_BYTES.buffer);
  #viewOf: Uint8Array = NO_BYTES;
  #form: OutputForm | undefined;
  #build: StoredRowBuilder | undefined;
  /** Set by a getter that met a BIGINT outside the safe integers. */
  #sawBigint = false;

  /** `names[i]` shows column `ordinals[i]` of the table. */
  constructor(table: TableDef, names: readonly string[], ordinals: readonly number[]) {
    this.#table = table;
    this.#names = names;
    this.#ordinals = ordinals;
    this.#layouts = layoutsOf(table);
  }

  read({ bytes, start }: ValueSlot, form: OutputForm): BuiltRow {
    if (bytes !== this.#viewOf) {
      this.#viewOf = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    if (form !== this.#form) this.#prepare(form);
    if (bytes[start] !== this.#layouts.current.schemaVersion) return this.#olderRow(bytes, start);
    return this.#checked(this.#build!(bytes, this.#view, start));
  }

  #checked(row: BuiltRow): BuiltRow {
    if (this.#sawBigint) {
      this.#sawBigint = false;
      attachToJson(row);
    }
    return row;
  }

  #prepare(form: OutputForm): void {
    const getters = this.#ordinals.map((ordinal): StoredGetter => {
      const { type, notNull } = this.#table.columns[ordinal]!;
      const read = createValueReader(this.#layouts.current, ordinal, notNull);
      return this.#getter(type, form, read);
    });
    this.#build = createStoredRowBuilder(this.#names, form.rowMode, getters);
    this.#form = form;
  }

  #getter(
    type: DataType,
    form: OutputForm,
    read: (bytes: Uint8Array, view: DataView, start: number) => Scalar,
  ): StoredGetter {
    const convert = outputConversion(type, form);
    if (convert !== undefined) {
      return (bytes, view, start) => {
        const value = read(bytes, view, start);
        if (value === null) return null;
        const shown = convert(value);
        if (typeof shown === 'bigint') this.#sawBigint = true;
        return shown;
      };
    }
    // What has no conversion is a plain scalar.
    const plain = read as (bytes: Uint8Array, view: DataView, start: number) => PlainScalar;
    if (type.kind !== 'int64') return plain;
    return (bytes, view, start) => {
      const value = plain(bytes, view, start);
      if (typeof value === 'bigint') this.#sawBigint = true;
      return value;
    };
  }

  /** A row of an older schema version, or of one past 127: through scalars. */
  #olderRow(bytes: Uint8Array, start: number): BuiltRow {
    const row = readRow(this.#layouts, bytes, start);
    const getters = this.#ordinals.map((ordinal) =>
      this.#getter(this.#table.columns[ordinal]!.type, this.#form!, () => row[ordinal]!),
    );
    const built = createStoredRowBuilder(this.#names, this.#form!.rowMode, getters);
    return this.#checked(built(bytes, this.#view, start));
  }
}
