/** Runs a statement and prints its rows as they come, or its command tag when it has none. */
import { performance } from 'node:perf_hooks';
import type {
  Params,
  PreparedStatement,
  Session,
  SessionTransaction,
  SqlValue,
} from '@alopex-db/embedded';
import type { Terminal } from '../terminal.ts';
import { writeOut } from '../terminal.ts';
import { createWriter } from './create-writer.ts';
import type { OutputFormat } from './format.ts';

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
  await using statement = await session.prepare<readonly SqlValue[]>(sql);
  if (statement.columns.length > 0) {
    await printRows(statement, terminal, options);
  } else {
    const { command, rowsAffected } = await statement.execute(options.params, {
      signal: options.signal,
      timeoutMs: options.timeoutMs,
    });
    // The tag says what was done; rows alone are results.
    if (options.quiet !== true) terminal.stderr.write(`${commandTag(command, rowsAffected)}\n`);
  }
  if (options.timing === true)
    terminal.stderr.write(`Time: ${(performance.now() - startedAt).toFixed(3)} ms\n`);
}

async function printRows(
  statement: PreparedStatement<readonly SqlValue[]>,
  { stdout }: Terminal,
  options: PrintOptions,
): Promise<void> {
  const writer = createWriter(options.format);
  let text = writer.begin(statement.columns);
  let rows = 0;
  if (options.limit !== 0) {
    const { params, signal, timeoutMs } = options;
    for await (const cells of statement.query(params, { rowMode: 'array', signal, timeoutMs })) {
      text += writer.row(cells);
      rows += 1;
      if (rows === options.limit) break;
      if (rows % ROWS_PER_WRITE === 0) {
        await writeOut(stdout, text);
        text = '';
      }
    }
  }
  await writeOut(stdout, text + writer.end());
}

/** PostgreSQL's command tag: `INSERT 0 3`, `UPDATE 2`, `CREATE TABLE`. */
export function commandTag(command: string, rowsAffected: number): string {
  if (command === 'INSERT') return `INSERT 0 ${rowsAffected}`;
  return ['UPDATE', 'DELETE', 'MERGE', 'SELECT', 'COPY'].includes(command)
    ? `${command} ${rowsAffected}`
    : command;
}
