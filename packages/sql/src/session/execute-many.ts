/** One statement for every row of parameters, in one transaction. */
import { AlopexError, PENDING } from '@alopex-db/core/base';
import { Interrupt } from '../exec/interrupt.ts';
import type { DirectWrite } from './direct-write.ts';
import { cannotWait, runNow, runToEnd, takeTurn, waitForLock } from './driver.ts';
import { directWriteOf } from './fast-path.ts';
import { orderParameters } from './parameters.ts';
import type { ExecuteResult, Params, QueryOptions } from './session.ts';
import type { Statement } from './statement.ts';
import type { StatementHost } from './statement-host.ts';
import { startRun, type StatementRun } from './statement-run.ts';
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
  if (!host.engine.isReady) await host.engine.ready();
  refuseControl(statement);
  const interrupt = interruptOf(host, options, true);
  // A lost conflict repeats the work, which an iterable that can be read once cannot.
  const source = await collectRows(rows);
  return host.within({ readOnly: false, signal: options.signal }, async (block) => {
    const direct = directWriteIn(host, statement, block, source[0]);
    if (direct !== undefined) {
      return writeMany(host, { statement, direct, block, interrupt }, source);
    }
    const total = new Total();
    for (const [index, params] of source.entries()) {
      const run = startRun(host, statement, { block, params, interrupt });
      try {
        await runToEnd(host.engine, run, () => true);
      } finally {
        run.close();
      }
      total.add(run);
      if (index % ROWS_PER_CHECK === 0 && interrupt.sliceIsOver) {
        await takeTurn(host.engine, interrupt);
      }
    }
    return total.result();
  });
}

/** The same on the calling thread. */
export function executeManyNow(
  host: StatementHost,
  statement: Statement,
  rows: Iterable<Params>,
): ExecuteResult {
  host.check();
  host.engine.readyNow();
  refuseControl(statement);
  return host.withinNow({ readOnly: false }, (block) => {
    const direct = directWriteIn(host, statement, block, undefined);
    if (direct !== undefined) return writeManyNow(statement, direct, block, rows);
    const interrupt = interruptOf(host, {}, false);
    const total = new Total();
    for (const params of rows) {
      const run = startRun(host, statement, { block, params, interrupt });
      try {
        runNow(run, () => true);
      } finally {
        run.close();
      }
      total.add(run);
    }
    return total.result();
  });
}

class Total {
  #rowsAffected = 0;
  #command = '';

  add(run: StatementRun): void {
    this.#rowsAffected += run.rowsAffected;
    this.#command = run.command;
  }

  result(): ExecuteResult {
    return countResult(this.#command, this.#rowsAffected);
  }
}

function countResult(command: string, rowsAffected: number): ExecuteResult {
  return { command, rowsAffected, rows: [], columns: [], notices: [] };
}

/** The short way, where the statement has one for every row. */
function directWriteIn(
  host: StatementHost,
  statement: Statement,
  block: TransactionBlock,
  first: Params | undefined,
): DirectWrite | undefined {
  const { engine, settings } = host;
  const { parameters } = statement.parsed;
  const values = first === undefined ? undefined : orderParameters(first, parameters);
  const { searchPath } = settings.resolved;
  const entry = engine.compile(statement, engine.viewOf(block), searchPath, values);
  return entry.hints === undefined ? directWriteOf(entry, engine) : undefined;
}

interface DirectWork {
  readonly statement: Statement;
  readonly direct: DirectWrite;
  readonly block: TransactionBlock;
  readonly interrupt: Interrupt;
}

async function writeMany(
  host: StatementHost,
  { statement, direct, block, interrupt }: DirectWork,
  rows: readonly Params[],
): Promise<ExecuteResult> {
  const { parameters } = statement.parsed;
  const write = direct.open(block);
  let rowsAffected = 0;
  for (let index = 0; index < rows.length; index += 1) {
    if (index % ROWS_PER_CHECK === 0) {
      interrupt.check();
      if (interrupt.sliceIsOver) await takeTurn(host.engine, interrupt);
    }
    write.prepare(orderParameters(rows[index], parameters));
    let affected = write.write();
    while (affected === PENDING) {
      await waitForLock(host.engine, block.transaction.waiter, interrupt);
      affected = write.write();
    }
    rowsAffected += affected;
  }
  write.close();
  return countResult(direct.command, rowsAffected);
}

function writeManyNow(
  statement: Statement,
  direct: DirectWrite,
  block: TransactionBlock,
  rows: Iterable<Params>,
): ExecuteResult {
  const { parameters } = statement.parsed;
  const write = direct.open(block);
  let rowsAffected = 0;
  for (const params of rows) {
    write.prepare(orderParameters(params, parameters));
    const affected = write.write();
    if (affected === PENDING) throw cannotWait();
    rowsAffected += affected;
  }
  write.close();
  return countResult(direct.command, rowsAffected);
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

function refuseControl(statement: Statement): void {
  const { kind } = statement.parsed.statement;
  if (kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'query') return;
  throw new AlopexError('ALX_UNSUPPORTED', 'executeMany runs INSERT, UPDATE, DELETE and queries', {
    hint: 'Use executeScript for other statements.',
  });
}
