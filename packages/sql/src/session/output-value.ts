/**
 * From the engine's scalars to what users see (SPEC 2.3): timestamps become Date, string or Temporal, uuids text, BIGINT
 * what the int64 policy says. Types without an entry appear as they are.
 */
import { AlopexError } from '@alopex-db/core/base';
import { formatTimestamp, formatUuid, type DataType, type Scalar } from '@alopex-db/core/types';
import type { Int64Mode, QueryOptions, SqlValue, TemporalMode } from './session.ts';

/** How values appear; resolved from the options of a call and the defaults of the session. */
export interface OutputForm {
  readonly int64: Int64Mode;
  readonly temporal: TemporalMode;
  readonly rowMode: 'object' | 'array';
}

export const DEFAULT_OUTPUT_FORM: OutputForm = Object.freeze({
  int64: 'auto',
  temporal: 'date',
  rowMode: 'object',
});

/** The defaults with what a call's options change. */
export function outputForm(defaults: OutputForm, options: QueryOptions | undefined): OutputForm {
  if (options === undefined) return defaults;
  const { int64, temporal, rowMode } = options;
  if (int64 === undefined && temporal === undefined && rowMode === undefined) return defaults;
  return {
    int64: int64 ?? defaults.int64,
    temporal: temporal ?? defaults.temporal,
    rowMode: rowMode ?? defaults.rowMode,
  };
}

/** Converts a non-null value; undefined = the scalar is what users see. */
export type OutputConversion = ((value: Exclude<Scalar, null>) => SqlValue) | undefined;

export function outputConversion(type: DataType, form: OutputForm): OutputConversion {
  switch (type.kind) {
    case 'int64':
      return int64Conversion(form.int64);
    case 'timestamp':
      return timestampConversion(form.temporal);
    case 'uuid':
      return (value) => formatUuid(value as Uint8Array);
    default:
      return undefined;
  }
}

function int64Conversion(mode: Int64Mode): OutputConversion {
  if (mode === 'auto') return undefined;
  if (mode === 'bigint') return (value) => BigInt(value as number | bigint);
  if (mode === 'string') return (value) => String(value);
  return (value) => {
    if (typeof value === 'number') return value;
    throw new AlopexError('ALX_OUT_OF_RANGE', `bigint ${String(value)} is not a safe number`, {
      hint: "read it with int64: 'auto', 'bigint' or 'string'",
    });
  };
}

function timestampConversion(mode: TemporalMode): OutputConversion {
  if (mode === 'string') return (value) => formatTimestamp(value as number);
  if (mode === 'date') return (value) => new Date(Math.floor((value as number) / 1_000));
  // Temporal is not everywhere yet, and the compiler's library does not know it.
  const temporal = (globalThis as { Temporal?: { PlainDateTime: { from(text: string): unknown } } })
    .Temporal;
  if (temporal === undefined) {
    throw new AlopexError('ALX_UNSUPPORTED', "temporal: 'temporal' needs the global Temporal", {
      hint: "use temporal: 'string' to keep microseconds",
    });
  }
  return (value) =>
    temporal.PlainDateTime.from(formatTimestamp(value as number).replace(' ', 'T')) as SqlValue;
}
