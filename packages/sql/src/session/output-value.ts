/**
 * From the engine's scalars to what users see (SPEC 2.3): timestamps become Date, string or Temporal, uuids text, BIGINT
 * and NUMERIC what the options say. Types without an entry appear as they are.
 */
import { AlopexError } from '@alopex-db/core/base';
import { NO_SESSION, UTC, formatZonedTimestamp, type TimeZone } from '@alopex-db/core/compute';
import {
  formatDate,
  formatTime,
  formatTimestamp,
  formatUuid,
  isFiniteTimestamp,
  type ArrayValue,
  type DataType,
  type Scalar,
  type StructValue,
} from '@alopex-db/core/types';
import { didYouMean } from '../errors.ts';
import { nestedConversion } from './output-nested.ts';
import type { Int64Mode, NumericMode, QueryOptions, SqlValue, TemporalMode } from './session.ts';

/** How values appear; resolved from the options of a call and the defaults of the session. */
export interface OutputForm {
  readonly int64: Int64Mode;
  readonly numeric: NumericMode;
  readonly temporal: TemporalMode;
  /** In which zone TIMESTAMPTZ is written as text. */
  readonly timeZone: TimeZone;
  readonly rowMode: 'object' | 'array';
}

export const DEFAULT_OUTPUT_FORM: OutputForm = Object.freeze({
  int64: 'auto',
  numeric: 'string',
  temporal: 'date',
  timeZone: UTC,
  rowMode: 'object',
});

const QUERY_OPTIONS: Readonly<Record<keyof QueryOptions, true>> = Object.freeze({
  signal: true,
  timeoutMs: true,
  int64: true,
  numeric: true,
  temporal: true,
  rowMode: true,
  maxRows: true,
});

/** The defaults with what a call's options change. Errors: ALX_UNKNOWN_OPTION for a name that is none. */
export function outputForm(defaults: OutputForm, options: QueryOptions | undefined): OutputForm {
  if (options === undefined) return defaults;
  for (const name of Object.keys(options)) if (!(name in QUERY_OPTIONS)) throw unknownOption(name);
  const { int64, numeric, temporal, rowMode } = options;
  const unchanged =
    int64 === undefined && numeric === undefined && temporal === undefined && rowMode === undefined;
  if (unchanged) return defaults;
  return {
    ...defaults,
    int64: int64 ?? defaults.int64,
    numeric: numeric ?? defaults.numeric,
    temporal: temporal ?? defaults.temporal,
    rowMode: rowMode ?? defaults.rowMode,
  };
}

function unknownOption(name: string): AlopexError {
  return new AlopexError('ALX_UNKNOWN_OPTION', `unknown query option "${name}"`, {
    hint:
      didYouMean(name, Object.keys(QUERY_OPTIONS)) ??
      `Options are ${Object.keys(QUERY_OPTIONS).join(', ')}.`,
  });
}

export function inZone(form: OutputForm, timeZone: TimeZone): OutputForm {
  return form.timeZone === timeZone ? form : { ...form, timeZone };
}

/** Scalars of the types without a conversion: they are what users see. */
export type PlainScalar = Exclude<Scalar, ArrayValue | StructValue>;

/** Converts a non-null value; undefined = the scalar is what users see. */
export type OutputConversion = ((value: Exclude<Scalar, null>) => SqlValue) | undefined;

export function outputConversion(type: DataType, form: OutputForm): OutputConversion {
  switch (type.kind) {
    case 'int64':
      return int64Conversion(form.int64);
    case 'timestamp':
      return timestampConversion(form.temporal);
    case 'numeric':
      return form.numeric === 'number' ? (value) => Number(value) : undefined;
    case 'date':
      return dateConversion(form.temporal);
    case 'time':
      return timeConversion(form.temporal);
    case 'timestamptz':
      return instantConversion(form);
    case 'json':
    case 'jsonb':
      return (value) => JSON.parse(value as string) as SqlValue;
    case 'uuid':
      return (value) => formatUuid(value as Uint8Array);
    case 'array':
    case 'map':
    case 'struct':
      return nestedConversion(type, (part) => shownPart(part, form));
    default:
      return undefined;
  }
}

function shownPart(type: DataType, form: OutputForm): (value: Scalar) => SqlValue {
  const convert = outputConversion(type, form);
  return (value) =>
    value === null ? null : convert === undefined ? (value as PlainScalar) : convert(value);
}

function int64Conversion(mode: Int64Mode): OutputConversion {
  if (mode === 'auto') return undefined;
  if (mode === 'bigint') return (value) => BigInt(value as number | bigint);
  if (mode === 'string') return (value) => String(value as number | bigint);
  return (value) => {
    if (typeof value === 'number') return value;
    throw new AlopexError(
      'ALX_OUT_OF_RANGE',
      `bigint ${String(value as bigint)} is not a safe number`,
      {
        hint: "read it with int64: 'auto', 'bigint' or 'string'",
      },
    );
  };
}

function timestampConversion(mode: TemporalMode): OutputConversion {
  if (mode === 'string') return (value) => formatTimestamp(value as number);
  if (mode === 'date') return (value) => toDate(value as number);
  const from = temporalClass('PlainDateTime');
  return (value) => from(formatTimestamp(value as number).replace(' ', 'T'));
}

/** Infinite moments, which no Date is, appear as Infinity and -Infinity. */
function toDate(micros: number): SqlValue {
  if (!isFiniteTimestamp(micros)) return micros > 0 ? Infinity : -Infinity;
  return new Date(Math.floor(micros / 1_000));
}

function instantConversion({ temporal, timeZone }: OutputForm): OutputConversion {
  if (temporal === 'date') return (value) => toDate(value as number);
  const context = { ...NO_SESSION, timeZone };
  const text = (value: Scalar): string => formatZonedTimestamp(value as number, context);
  if (temporal === 'string') return text;
  const from = temporalClass('Instant');
  return (value) => from(text(value).replace(' ', 'T'));
}

function dateConversion(mode: TemporalMode): OutputConversion {
  const text = (value: Scalar): string => formatDate(value as number);
  if (mode !== 'temporal') return text;
  const from = temporalClass('PlainDate');
  return (value) => from(text(value));
}

function timeConversion(mode: TemporalMode): OutputConversion {
  const text = (value: Scalar): string => formatTime(value as number);
  if (mode !== 'temporal') return text;
  const from = temporalClass('PlainTime');
  return (value) => from(text(value));
}

/** `Temporal.<name>.from`. Temporal is not everywhere yet, and the compiler's library does not know it. */
function temporalClass(name: string): (text: string) => SqlValue {
  const { Temporal: temporal } = globalThis as {
    Temporal?: Readonly<Record<string, { from(text: string): unknown }>>;
  };
  const found = temporal?.[name];
  if (found === undefined) {
    throw new AlopexError('ALX_UNSUPPORTED', "temporal: 'temporal' needs the global Temporal", {
      hint: "use temporal: 'string' to keep microseconds",
    });
  }
  return (text) => found.from(text) as SqlValue;
}
