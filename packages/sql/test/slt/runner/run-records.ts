/**
 * Runs sqllogictest records against anything that executes SQL. A failure never ends the run; `halt` does.
 */
import { createHash } from 'node:crypto';
import { formatValue } from './format-value.ts';
import { parseRecords } from './parse-records.ts';
import type { QueryRecord, SltRecord, SortMode, StatementRecord } from './parse-records.ts';

export interface SltResult {
  readonly columns?: readonly unknown[] | undefined;
  /** Rows by position. */
  readonly rows?: readonly (readonly unknown[])[] | undefined;
}

export interface SltDatabase {
  execute(sql: string): SltResult | Promise<SltResult>;
}

export interface SltOptions {
  /** Names this engine answers to in skipif and onlyif. */
  readonly engines?: readonly string[] | undefined;
}

export interface SltFailure {
  readonly line: number;
  readonly sql: string;
  readonly message: string;
}

export interface SltReport {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly SltFailure[];
}

const DEFAULT_ENGINES = ['alopex', 'postgresql'];

export async function runSlt(
  text: string,
  database: SltDatabase,
  options: SltOptions = {},
): Promise<SltReport> {
  const engines = options.engines ?? DEFAULT_ENGINES;
  const labels = new Map<string, string>();
  const failures: SltFailure[] = [];
  let passed = 0;
  let skipped = 0;
  for (const record of parseRecords(text)) {
    if (isSkipped(record, engines)) {
      skipped += 1;
      continue;
    }
    if (record.kind === 'halt') break;
    const message =
      record.kind === 'statement'
        ? await runStatement(record, database)
        : await runQuery(record, database, labels);
    if (message === undefined) passed += 1;
    else failures.push({ line: record.line, sql: record.sql, message });
  }
  return { passed, skipped, failures };
}

function isSkipped(record: SltRecord, engines: readonly string[]): boolean {
  const onlyOthers =
    record.onlyIf.length > 0 && !record.onlyIf.some((engine) => engines.includes(engine));
  return onlyOthers || record.skipIf.some((engine) => engines.includes(engine));
}

async function runStatement(
  record: StatementRecord,
  database: SltDatabase,
): Promise<string | undefined> {
  try {
    await database.execute(record.sql);
  } catch (error) {
    return record.expect === 'ok' ? `failed: ${describe(error)}` : unlike(error, record.error);
  }
  return record.expect === 'ok' ? undefined : 'expected an error';
}

/** Why `error` is not the expected one, or undefined. */
function unlike(error: unknown, expected: string | undefined): string | undefined {
  if (expected === undefined) return undefined;
  const seen = [codeOf(error, 'sqlState'), codeOf(error, 'code'), codeOf(error, 'id')];
  if (seen.includes(expected) || describe(error).includes(expected)) return undefined;
  return `expected error ${expected}, got ${seen[0] ?? 'none'} ${describe(error)}`;
}

function codeOf(error: unknown, field: string): string | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, field) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function runQuery(
  record: QueryRecord,
  database: SltDatabase,
  labels: Map<string, string>,
): Promise<string | undefined> {
  let rows: readonly (readonly unknown[])[];
  try {
    rows = (await database.execute(record.sql)).rows ?? [];
  } catch (error) {
    return `failed: ${describe(error)}`;
  }
  const width = record.types.length;
  const wrong = rows.find((row) => row.length !== width);
  if (wrong !== undefined) return `expected ${width} columns, got ${wrong.length}`;
  const cells = rows.map((row) => row.map((value, i) => formatValue(value, record.types[i]!)));
  const values = sortCells(cells, record.sortMode);
  return compare(record, values) ?? compareLabel(record, values, labels);
}

function sortCells(cells: string[][], mode: SortMode): string[] {
  if (mode === 'rowsort') cells.sort(compareRows);
  const values = cells.flat();
  if (mode === 'valuesort') values.sort(compareText);
  return values;
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compare(record: QueryRecord, values: readonly string[]): string | undefined {
  if (record.hash !== undefined) {
    const { count, md5 } = record.hash;
    if (values.length !== count) return `expected ${count} values, got ${values.length}`;
    const found = hashOf(values);
    return found === md5 ? undefined : `expected values hashing to ${md5}, got ${found}`;
  }
  const width = record.types.length;
  const asRows = width > 1 && record.expected.length * width === values.length;
  const found = asRows ? joinRows(values, width) : values;
  if (found.length !== record.expected.length) {
    return `expected ${record.expected.length} values, got ${found.length}: ${preview(found)}`;
  }
  const at = found.findIndex((value, i) => value !== record.expected[i]);
  return at < 0 ? undefined : `value ${at + 1}: expected ${record.expected[at]}, got ${found[at]}`;
}

function joinRows(values: readonly string[], width: number): string[] {
  const rows: string[] = [];
  for (let i = 0; i < values.length; i += width) rows.push(values.slice(i, i + width).join(' '));
  return rows;
}

/** Queries of one label must agree, whatever their text. */
function compareLabel(
  record: QueryRecord,
  values: readonly string[],
  labels: Map<string, string>,
): string | undefined {
  if (record.label === undefined) return undefined;
  const hash = hashOf(values);
  const known = labels.get(record.label);
  if (known === undefined) labels.set(record.label, hash);
  return known === undefined || known === hash
    ? undefined
    : `differs from the other queries labelled ${record.label}`;
}

function hashOf(values: readonly string[]): string {
  const hash = createHash('md5');
  for (const value of values) hash.update(`${value}\n`);
  return hash.digest('hex');
}

function preview(values: readonly string[]): string {
  return values.slice(0, 10).join(', ') + (values.length > 10 ? ', …' : '');
}
