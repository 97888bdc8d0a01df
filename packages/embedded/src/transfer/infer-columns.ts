/**
 * Guesses the columns of a table from records. A column gets the narrowest type that all its values so far have:
 *
 *   integer, bigint, double precision, boolean, date, timestamp, uuid, vector(n), else text
 *
 * Text that would come back changed stays text: `007` is no number, a time with a zone no timestamp. In JSON a string of
 * digits is text, because its writer could have said number. Columns without any value are text.
 */
import type { FileValue, NamedRecord } from './record-file.ts';

export interface InferredColumn {
  readonly name: string;
  /** SQL. */
  readonly type: string;
}

const WHOLE = /^[+-]?(?:0|[1-9]\d*)$/;
const DECIMAL = /^[+-]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d+)?$/;
const BOOLEAN = /^(?:true|false)$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?Z?)?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const INT32_MAX = 2 ** 31 - 1;
const INT64_MAX = 2n ** 63n - 1n;
const DIMENSION_MAX = 65_535;

/** The kinds a column may still be, from narrow to wide. */
type Kind =
  | 'integer'
  | 'bigint'
  | 'double precision'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'uuid'
  | 'vector'
  | 'text';

const KINDS: readonly Kind[] = [
  'integer',
  'bigint',
  'double precision',
  'boolean',
  'date',
  'timestamp',
  'uuid',
  'vector',
  'text',
];

export class ColumnInference {
  /** In the order in which records first named them. */
  readonly #columns = new Map<string, InferenceState>();

  /** Columns that a header names are there even when no record is. */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#columns.set(name, new InferenceState());
  }

  add({ names, values }: NamedRecord, format: 'csv' | 'jsonl'): void {
    for (const [index, name] of names.entries()) {
      let state = this.#columns.get(name);
      if (state === undefined) this.#columns.set(name, (state = new InferenceState()));
      state.add(values[index] ?? null, format);
    }
  }

  columns(): InferredColumn[] {
    return [...this.#columns].map(([name, state]) => ({ name, type: state.type() }));
  }
}

class InferenceState {
  #possible: readonly Kind[] = KINDS;
  #dimension: number | undefined;
  #isEmpty = true;

  add(value: FileValue, format: 'csv' | 'jsonl'): void {
    if (value === null) return;
    this.#isEmpty = false;
    if (this.#possible.length === 1) return;
    this.#possible = this.#possible.filter((kind) => this.#fits(kind, value, format));
  }

  type(): string {
    const kind = this.#isEmpty ? 'text' : this.#possible[0]!;
    return kind === 'vector' ? `vector(${this.#dimension})` : kind;
  }

  #fits(kind: Kind, value: FileValue, format: 'csv' | 'jsonl'): boolean {
    if (kind === 'text') return true;
    if (kind === 'vector') return this.#fitsVector(value);
    if (typeof value === 'string') return fitsText(kind, value, format);
    switch (kind) {
      case 'integer':
        return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INT32_MAX;
      case 'bigint':
        return Number.isSafeInteger(value) || (typeof value === 'bigint' && isInt64(value));
      case 'double precision':
        return typeof value === 'number';
      case 'boolean':
        return typeof value === 'boolean';
      default:
        return false;
    }
  }

  #fitsVector(value: FileValue): boolean {
    const elements = typeof value === 'string' ? parseArray(value) : value;
    if (!Array.isArray(elements)) return false;
    const dimension = elements.length;
    if (dimension === 0 || dimension > DIMENSION_MAX) return false;
    if (!elements.every((element) => typeof element === 'number')) return false;
    this.#dimension ??= dimension;
    return this.#dimension === dimension;
  }
}

function fitsText(kind: Kind, text: string, format: 'csv' | 'jsonl'): boolean {
  switch (kind) {
    case 'date':
      return DATE.test(text);
    case 'timestamp':
      return TIMESTAMP.test(text);
    case 'uuid':
      return UUID.test(text);
    default:
      // JSON has numbers and booleans of its own.
      return format === 'csv' && fitsCsvText(kind, text);
  }
}

function fitsCsvText(kind: Kind, text: string): boolean {
  switch (kind) {
    case 'integer':
      return WHOLE.test(text) && Math.abs(Number(text)) <= INT32_MAX;
    case 'bigint':
      return WHOLE.test(text) && isInt64(BigInt(text.replace('+', '')));
    case 'double precision':
      // Whole numbers beyond 64 bits would lose digits.
      return (
        DECIMAL.test(text) &&
        /\d/.test(text) &&
        !(WHOLE.test(text) && !isInt64(BigInt(text.replace('+', ''))))
      );
    case 'boolean':
      return BOOLEAN.test(text);
    default:
      return false;
  }
}

function isInt64(value: bigint): boolean {
  return value >= -INT64_MAX && value <= INT64_MAX;
}

function parseArray(text: string): FileValue {
  if (!text.startsWith('[')) return null;
  try {
    return JSON.parse(text) as FileValue;
  } catch {
    return null; // no vector then; what else it may be, the other kinds say
  }
}
