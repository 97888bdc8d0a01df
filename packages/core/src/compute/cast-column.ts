/**
 * Conversion of columns: loops for pairs of numbers, `castScalar` for everything else. A failing row raises its error, or
 * gives null under TRY_CAST. Null rows never fail.
 */
import { AlopexError } from '../base/errors.ts';
import type { ColumnVector, Values } from '../types/column-vector.ts';
import { BytesColumnBuilder } from '../types/bytes-column-builder.ts';
import { fixedColumn, isValid, retype, withValidity } from '../types/column-vector.ts';
import { createColumnBuilder, nullColumn } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { equalTypes, isInteger, isNested } from '../types/data-type.ts';
import { SMALL_NUMERIC_BYTES, writeSmallNumeric } from '../types/numeric.ts';
import { presentScalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { NO_SESSION } from './temporal/time-zone.ts';
import type { ValueContext } from './temporal/time-zone.ts';
import { castScalar, numberToInteger } from './cast-scalar.ts';

export type CastFailure = 'error' | 'null';

export function castColumn(
  column: ColumnVector,
  to: DataType,
  rowCount: number,
  onFailure: CastFailure = 'error',
  context: ValueContext = NO_SESSION,
): ColumnVector {
  const from = column.type;
  if (from.kind === 'null') return nullColumn(to, rowCount);
  if (equalTypes(from, to)) return column;
  if (from.kind === to.kind && !isNarrowed(to)) return retype(column, to);
  const fast = castNumbers(column, to, rowCount);
  if (fast !== undefined) return fast;
  return castEach(column, to, rowCount, onFailure, context);
}

/** Types of one kind that still have to be checked value by value. */
function isNarrowed(to: DataType): boolean {
  return (
    to.kind === 'vector' || isNested(to) || (to.kind === 'numeric' && to.precision !== undefined)
  );
}

/** Widening (which cannot fail) and narrowing that happens to fit; undefined = take the careful path. */
function castNumbers(
  column: ColumnVector,
  to: DataType,
  rowCount: number,
): ColumnVector | undefined {
  const { values, validity } = column;
  if (values instanceof BigInt64Array || !isNumberKind(column.type)) return undefined;
  switch (to.kind) {
    case 'float64': {
      if (values instanceof Float64Array) return retype(column, to);
      return fixedColumn(to, rowCount, widen(values, rowCount), validity);
    }
    case 'int64':
      if (values instanceof Float32Array || column.type.kind === 'float64') return undefined;
      return fixedColumn(to, rowCount, widen(values, rowCount), validity);
    case 'int32': {
      const out = new Int32Array(rowCount);
      return narrow(values, out, rowCount) ? fixedColumn(to, rowCount, out, validity) : undefined;
    }
    case 'int16': {
      const out = new Int16Array(rowCount);
      return narrow(values, out, rowCount) ? fixedColumn(to, rowCount, out, validity) : undefined;
    }
    case 'numeric':
      if (isNarrowed(to) || !isInteger(column.type)) return undefined;
      return integersToNumeric(column, to, rowCount);
    default:
      return undefined;
  }
}

/** Integers meet decimal literals in numeric: no bigint and no text on the way. Null rows are copied like the others. */
function integersToNumeric(column: ColumnVector, to: DataType, rowCount: number): ColumnVector {
  const builder = new BytesColumnBuilder(to, rowCount);
  const scratch = new Uint8Array(SMALL_NUMERIC_BYTES);
  for (let row = 0; row < rowCount; row += 1) {
    const value = Number(column.values[row]);
    builder.appendBytes(scratch, 0, writeSmallNumeric(scratch, 0, value, 0));
  }
  return withValidity(builder.finish(), column.validity);
}

function isNumberKind(type: DataType): boolean {
  return type.kind.startsWith('int') || type.kind.startsWith('float');
}

type NumberValues = Exclude<Values, BigInt64Array>;

function widen(values: NumberValues, rowCount: number): Float64Array {
  const out = new Float64Array(rowCount);
  if (values instanceof Int32Array)
    for (let row = 0; row < rowCount; row += 1) out[row] = values[row]!;
  else for (let row = 0; row < rowCount; row += 1) out[row] = values[row]!;
  return out;
}

/** Copies integers that fit; false at the first value that needs rounding or does not fit. */
function narrow(values: NumberValues, out: Int32Array | Int16Array, rowCount: number): boolean {
  for (let row = 0; row < rowCount; row += 1) {
    const value = values[row]!;
    out[row] = value;
    if (out[row] !== value) return false;
  }
  return true;
}

function castEach(
  column: ColumnVector,
  to: DataType,
  rowCount: number,
  onFailure: CastFailure,
  context: ValueContext,
): ColumnVector {
  const builder = createColumnBuilder(to, rowCount);
  const from = column.type;
  const numeric = isNumberKind(from) && to.kind.startsWith('int');
  for (let row = 0; row < rowCount; row += 1) {
    if (!isValid(column, row)) {
      builder.appendNull();
      continue;
    }
    let value: Scalar;
    try {
      value = numeric
        ? numberToInteger(column.values[row]!, to)
        : castScalar(presentScalarAt(column, row), from, to, context);
    } catch (error) {
      // TRY_CAST turns bad input into null; our own bugs still surface.
      if (onFailure === 'error' || !(error instanceof AlopexError) || error.kind !== 'Invalid')
        throw error;
      value = null;
    }
    builder.append(value);
  }
  return builder.finish();
}
