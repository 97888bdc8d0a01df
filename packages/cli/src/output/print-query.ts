/** Runs a statement and prints its rows as they come, or its command tag when it has none. */
import { performance } from 'node:perf_hooks';
import type { Params, PreparedStatement, Session, SessionTransaction } from '@alopex-db/embedded';
import type { Terminal } from '../terminal.ts';
import { writeOut } from '../terminal.ts';
import { createWriter } from './create-writer.ts';
import type { Cells, OutputFormat } from './format.ts';

export interface PrintOptions {
  readonly format: OutputFormat;
  readonly params?: Params | undefined;
  /** Rows printed at most. */
  readonly limit?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Prints how long it took, to standard error. */
  readonly timing?: boolean | undefined;
  /** No command tags for statements without rows. */
  readonly quiet?: boolean | undefined;
}

const ROWS_PER_WRITE = 256;

export async function printQuery(
  session: Session | SessionTransaction,
  sql: string,
  terminal: Terminal,
  options: PrintOptions,
): Promise<void> {
  const startedAt = performance.now();
  await using statement = await session.prepare<Cells>(sql);
  if (statement.columns.length > 0) await printStream(statement, terminal, options);
  else await printResult(statement, terminal, options);
  if (options.timing === true) {
    terminal.stderr.write(`Time: ${(performance.now() - startedAt).toFixed(3)} ms\n`);
  }
}

/** Rows are printed as they come, and no more of them are made than the reader takes. */
async function printStream(
  statement: PreparedStatement<Cells>,
  { stdout }: Terminal,
  options: PrintOptions,
): Promise<void> {
  const { params, signal, timeoutMs, limit } = options;
  const writer = createWriter(options.format);
  let text = writer.begin(statement.columns);
  let rows = 0;
  for await (const cells of statement.query(params, { rowMode: 'array', signal, timeoutMs })) {
    if (rows === limit) break;
    text += writer.row(cells);
    rows += 1;
    if (rows % ROWS_PER_WRITE === 0) {
      await writeOut(stdout, text);
      text = '';
    }
  }
  await writeOut(stdout, text + writer.end());
}

/** For statements that only tell when they run whether they have rows: SHOW, EXPLAIN, and those without any. */
async function printResult(
  statement: PreparedStatement<Cells>,
  terminal: Terminal,
  options: PrintOptions,
): Promise<void> {
  const { params, signal, timeoutMs } = options;
  const { command, columns, rows, rowsAffected } = await statement.execute(params, {
    signal,
    timeoutMs,
  });
  if (columns.length === 0) {
    // The tag says what was done; rows alone are results.
    if (options.quiet !== true) terminal.stderr.write(`${commandTag(command, rowsAffected)}\n`);
    return;
  }
  const writer = createWriter(options.format);
  let text = writer.begin(columns);
  for (const row of rows.slice(0, options.limit)) {
    text += writer.row(columns.map(({ name }) => row[name] ?? null));
  }
  await writeOut(terminal.stdout, text + writer.end());
}

/** PostgreSQL's command tag: `INSERT 0 3`, `UPDATE 2`, `CREATE TABLE`. */
export function commandTag(command: string, rowsAffected: number): string {
  if (command === 'INSERT') return `INSERT 0 ${rowsAffected}`;
  return ['UPDATE', 'DELETE', 'MERGE', 'SELECT', 'COPY'].includes(command)
    ? `${command} ${rowsAffected}`
    : command;
}
