/** One statement for every row of parameters, in one transaction. */
import { AlopexError } from '@alopex-db/core/base';
import { Interrupt } from '../exec/interrupt.ts';
import { runNow, runToEnd, takeTurn } from './driver.ts';
import { convertParameters } from './parameters.ts';
import type { ExecuteResult, Params, QueryOptions } from './session.ts';
import type { Statement } from './statement.ts';
import type { StatementHost } from './statement-host.ts';
import { StatementRun } from './statement-run.ts';
import type { TransactionBlock } from './transaction-block.ts';

/** Rows between two looks at the clock. */
const ROWS_PER_CHECK = 64;

export async function executeMany(
  host: StatementHost,
  statement: Statement,
  rows: Iterable<Params> | AsyncIterable<Params>,
  options: QueryOptions = {},
): Promise<ExecuteResult> {
  host.check();
  await host.engine.ready();
  refuseControl(statement);
  const interrupt = interruptOf(host, options, true);
  // A lost conflict repeats the work, which an iterable that can be read once cannot.
  const source = await collectRows(rows);
  return host.within({ readOnly: false, signal: options.signal }, async (block) => {
    let rowsAffected = 0;
    let command = '';
    for (const [index, params] of source.entries()) {
      const run = startRun(host, statement, block, params, interrupt);
      try {
        await runToEnd(host.engine, run, () => true);
      } finally {
        run.close();
      }
      rowsAffected += run.rowsAffected;
      command = run.command;
      if (index % ROWS_PER_CHECK === 0 && interrupt.sliceIsOver) {
        await takeTurn(host.engine, interrupt);
      }
    }
    return { command, rowsAffected, rows: [], columns: [], notices: [] };
  });
}

export function executeManyNow(
  host: StatementHost,
  statement: Statement,
  rows: Iterable<Params>,
): ExecuteResult {
  host.check();
  host.engine.readyNow();
  refuseControl(statement);
  const interrupt = interruptOf(host, {}, false);
  return host.withinNow({ readOnly: false }, (block) => {
    let rowsAffected = 0;
    let command = '';
    for (const params of rows) {
      const run = startRun(host, statement, block, params, interrupt);
      try {
        runNow(run, () => true);
      } finally {
        run.close();
      }
      rowsAffected += run.rowsAffected;
      command = run.command;
    }
    return { command, rowsAffected, rows: [], columns: [], notices: [] };
  });
}

async function collectRows(rows: Iterable<Params> | AsyncIterable<Params>): Promise<Params[]> {
  if (Symbol.iterator in rows) return [...rows];
  const collected: Params[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

function interruptOf(host: StatementHost, options: QueryOptions, slices: boolean): Interrupt {
  return new Interrupt(host.engine.services.clock, {
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? host.settings.resolved.statementTimeoutMs,
    slices,
  });
}

function startRun(
  host: StatementHost,
  statement: Statement,
  block: TransactionBlock,
  params: Params,
  interrupt: Interrupt,
): StatementRun {
  const { engine, settings } = host;
  const { compiled, values } = statement.compile(block, settings, params);
  return new StatementRun(engine, block, compiled, {
    parameters: convertParameters(values, compiled.parameterTypes),
    interrupt,
    settings: settings.resolved,
  });
}

function refuseControl(statement: Statement): void {
  const { kind } = statement.parsed.statement;
  if (kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'query') return;
  throw new AlopexError('ALX_UNSUPPORTED', 'executeMany runs INSERT, UPDATE, DELETE and queries', {
    hint: 'Use executeScript for other statements.',
  });
}
