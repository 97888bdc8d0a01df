/**
 * Row builders: functions that make every row of a result with one hidden class, which is what keeps property reads of
 * user code fast. The builders are generated with `new Function`, where a content security policy allows it; names enter
 * as JSON string literals in computed keys, getters as arguments, and no text of the user's is ever code. Elsewhere a loop
 * does the same more slowly.
 */
import type { SqlValue } from './session.ts';

/** A row as the user gets it: an object, or an array in rowMode 'array'. */
export type BuiltRow = Record<string, SqlValue> | SqlValue[];

export type BatchGetter = (index: number) => SqlValue;
export type StoredGetter = (bytes: Uint8Array, view: DataView, start: number) => SqlValue;

/** Appends rows 0 … count - 1 to `rows`; `getters[i]` reads column i. */
export type BatchRowBuilder = (
  getters: readonly BatchGetter[],
  count: number,
  rows: BuiltRow[],
) => void;

/** Builds the row that lies at `start`. */
export type StoredRowBuilder = (bytes: Uint8Array, view: DataView, start: number) => BuiltRow;

export function createBatchRowBuilder(
  names: readonly string[],
  mode: 'object' | 'array',
): BatchRowBuilder {
  const columns = visibleColumns(names, mode);
  const variables = columns.map((column) => `get${column} = getters[${column}]`);
  const row = rowLiteral(names, columns, mode, (column) => `get${column}(index)`);
  const body = `
    ${variables.length === 0 ? '' : `const ${variables.join(', ')};`}
    for (let index = 0; index < count; index += 1) rows.push(${row});`;
  const generated = generate(['getters', 'count', 'rows'], body);
  if (generated !== undefined) return generated as BatchRowBuilder;
  return (getters, count, rows) => {
    for (let index = 0; index < count; index += 1) {
      rows.push(assemble(names, columns, mode, (column) => getters[column]!(index)));
    }
  };
}

export function createStoredRowBuilder(
  names: readonly string[],
  mode: 'object' | 'array',
  getters: readonly StoredGetter[],
): StoredRowBuilder {
  const columns = visibleColumns(names, mode);
  const variables = columns.map((column) => `get${column} = getters[${column}]`);
  const row = rowLiteral(names, columns, mode, (column) => `get${column}(bytes, view, start)`);
  const body = `
    ${variables.length === 0 ? '' : `const ${variables.join(', ')};`}
    return (bytes, view, start) => (${row});`;
  const generated = generate(['getters'], body);
  if (generated !== undefined) return generated(getters) as StoredRowBuilder;
  return (bytes, view, start) =>
    assemble(names, columns, mode, (column) => getters[column]!(bytes, view, start));
}

/**
 * Lets `JSON.stringify` of a row with a bigint succeed (SPEC 2.3: unsafe integers become strings). The method is not
 * enumerable, so a row still equals a plain object with the same columns.
 */
export function attachToJson(row: BuiltRow): void {
  Object.defineProperty(row, 'toJSON', { value: rowToJson, configurable: true, writable: true });
}

function rowToJson(this: BuiltRow): unknown {
  const plain = (value: SqlValue): unknown => {
    if (typeof value !== 'bigint') return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  };
  if (Array.isArray(this)) return this.map(plain);
  return Object.fromEntries(Object.entries(this).map(([name, value]) => [name, plain(value)]));
}

/** Of equal names the last one wins in an object; an array shows every column. */
function visibleColumns(names: readonly string[], mode: 'object' | 'array'): number[] {
  const columns = Array.from(names.keys());
  if (mode === 'array') return columns;
  return columns.filter((column) => names.lastIndexOf(names[column]!) === column);
}

function rowLiteral(
  names: readonly string[],
  columns: readonly number[],
  mode: 'object' | 'array',
  value: (column: number) => string,
): string {
  if (mode === 'array') return `[${columns.map(value).join(', ')}]`;
  // Computed keys, because a literal key `__proto__` would set the prototype instead of a property.
  const entries = columns.map((column) => `[${JSON.stringify(names[column])}]: ${value(column)}`);
  return `{ ${entries.join(', ')} }`;
}

function assemble(
  names: readonly string[],
  columns: readonly number[],
  mode: 'object' | 'array',
  value: (column: number) => SqlValue,
): BuiltRow {
  if (mode === 'array') return columns.map(value);
  const row: Record<string, SqlValue> = {};
  for (const column of columns) {
    const name = names[column]!;
    if (name === '__proto__') {
      const property = {
        value: value(column),
        enumerable: true,
        configurable: true,
        writable: true,
      };
      Object.defineProperty(row, name, property);
    } else {
      row[name] = value(column);
    }
  }
  return row;
}

type Generated = (...args: unknown[]) => unknown;

function generate(parameters: readonly string[], body: string): Generated | undefined {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the header says what may enter the text
    return new Function(...parameters, body) as Generated;
  } catch {
    return undefined; // a content security policy forbids generated code: the loops above take over
  }
}
