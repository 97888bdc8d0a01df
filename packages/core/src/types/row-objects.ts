/**
 * Rows as JavaScript objects. Every row of a result gets its own copy of one template, so that all rows share a hidden
 * class and readers stay monomorphic; a duplicate name keeps the last value, as drivers do.
 */
import type { Batch } from './batch.ts';
import type { ColumnVector } from './column-vector.ts';
import { scalarAt } from './scalar-at.ts';

/** Turns value `index` of a column into what the row shall hold. */
export type ValueReader = (column: ColumnVector, index: number) => unknown;

export type RowReader = (batch: Batch, index: number) => Record<string, unknown>;

/** Makes a reader of rows with these column names; `readers` says per column how a value is shown (default: as Scalar). */
export function createRowReader(
  names: readonly string[],
  readers?: readonly ValueReader[],
): RowReader {
  const template: Record<string, unknown> = {};
  for (const name of names) {
    // A plain assignment to `__proto__` would change the prototype instead of adding a column.
    Object.defineProperty(template, name, {
      value: null,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  const hasProto = names.includes('__proto__');
  return (batch, index) => {
    const row: Record<string, unknown> = { ...template };
    for (let at = 0; at < names.length; at += 1) {
      const column = batch.columns[at]!;
      const value = (readers?.[at] ?? scalarAt)(column, index);
      if (hasProto && names[at] === '__proto__') Object.defineProperty(row, '__proto__', { value });
      else row[names[at]!] = value;
    }
    return row;
  };
}
