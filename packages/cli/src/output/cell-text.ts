/** One value as text, in PostgreSQL's output form: what table, box, csv and tsv print. */
import type { SqlValue } from '@alopex-db/embedded';

/** Long vectors are cut for people (`table`, `box`), never for machines (`csv`). */
export interface CellOptions {
  readonly vectorElementsMax?: number | undefined;
}

export function cellText(value: SqlValue | undefined, options: CellOptions = {}): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return dateText(value);
  if (value instanceof Float32Array) return vectorText(value, options.vectorElementsMax);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object') return JSON.stringify(toJsonValue(value));
  return String(value);
}

/** A value that JSON can hold: unsafe integers and bytes become strings, vectors arrays. */
export function toJsonValue(value: SqlValue | undefined): unknown {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return value.toString();
  // JSON has no NaN and no infinities; PostgreSQL writes them as these strings too.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Float32Array)
    return [...value].map((element) => Number(element.toPrecision(9)));
  if (value instanceof Uint8Array) return cellText(value);
  if (Array.isArray(value)) return value.map((element: SqlValue) => toJsonValue(element));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, toJsonValue(inner as SqlValue)]),
  );
}

function dateText(date: Date): string {
  const text = date.toISOString().replace('T', ' ').replace('Z', '');
  return text.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
}

function vectorText(vector: Float32Array, elementsMax: number | undefined): string {
  const shown =
    elementsMax !== undefined && vector.length > elementsMax
      ? vector.subarray(0, elementsMax)
      : vector;
  const elements = [...shown].map((element) =>
    String(Number(element.toPrecision(shown === vector ? 9 : 4))),
  );
  return shown === vector
    ? `[${elements.join(',')}]`
    : `[${elements.join(',')},… ${vector.length} dims]`;
}
