/**
 * Rows as users see them, from result batches. One `BatchRows` serves one result: the row builder is made once, the
 * getters once a batch, and nothing but the row itself is allocated per row.
 */
import { decodeUtf8 } from '@alopex-db/core/base';
import { isValid, presentScalarAt, type Batch, type ColumnVector } from '@alopex-db/core/types';
import {
  outputConversion,
  type OutputConversion,
  type OutputForm,
  type PlainScalar,
} from './output-value.ts';
import {
  attachToJson,
  createBatchRowBuilder,
  type BatchGetter,
  type BatchRowBuilder,
  type BuiltRow,
} from './row-shape.ts';
import type { Column } from './session.ts';

export class BatchRows {
  readonly #build: BatchRowBuilder;
  readonly #conversions: readonly OutputConversion[];
  readonly #form: OutputForm;

  constructor(columns: readonly Column[], form: OutputForm) {
    this.#build = builderFor(columns, form.rowMode);
    this.#conversions = columns.map(({ type }) => outputConversion(type, form));
    this.#form = form;
  }

  /** Appends the first `count` rows of a batch. */
  append(batch: Batch, rows: BuiltRow[], count = batch.rowCount): void {
    const first = rows.length;
    const getters = batch.columns.map((column, position) =>
      createGetter(column, this.#conversions[position]),
    );
    this.#build(getters, count, rows);
    if (!this.#holdsBigints(batch)) return;
    for (let index = first; index < rows.length; index += 1) {
      const row = rows[index]!;
      if (Object.values(row).some((value) => typeof value === 'bigint')) attachToJson(row);
    }
  }

  #holdsBigints(batch: Batch): boolean {
    const { int64 } = this.#form;
    if (int64 !== 'auto' && int64 !== 'bigint') return false;
    return batch.columns.some(
      ({ type, values }) =>
        type.kind === 'int64' && (int64 === 'bigint' || values instanceof BigInt64Array),
    );
  }
}

// The columns of a compiled statement are one object for all its runs, and generating code costs more than a short run.
const objectBuilders = new WeakMap<readonly Column[], BatchRowBuilder>();
const arrayBuilders = new WeakMap<readonly Column[], BatchRowBuilder>();

function builderFor(columns: readonly Column[], mode: OutputForm['rowMode']): BatchRowBuilder {
  const builders = mode === 'array' ? arrayBuilders : objectBuilders;
  let builder = builders.get(columns);
  if (builder === undefined) {
    const names = columns.map(({ name }) => name);
    builder = createBatchRowBuilder(names, mode);
    builders.set(columns, builder);
  }
  return builder;
}

function createGetter(column: ColumnVector, convert: OutputConversion): BatchGetter {
  if (column.type.kind === 'null') return () => null;
  const read = presentGetter(column, convert);
  if (column.validity === undefined) return read;
  return (index) => (isValid(column, index) ? read(index) : null);
}

function presentGetter(column: ColumnVector, convert: OutputConversion): BatchGetter {
  const { values, offsets, data } = column;
  switch (column.type.kind) {
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
      return (index) => values[index]!;
    case 'boolean':
      return (index) => values[index] !== 0;
    case 'text':
      return (index) => decodeUtf8(data!, offsets![index]!, offsets![index + 1]!);
    case 'int64':
      if (convert === undefined && !(values instanceof BigInt64Array))
        return (index) => values[index]!;
      break;
    default:
      break;
  }
  if (convert === undefined) return (index) => presentScalarAt(column, index) as PlainScalar;
  return (index) => convert(presentScalarAt(column, index)!);
}
