/** Runs a statement the short way, once. */
import { PENDING } from '@alopex-db/core/base';
import type { Interrupt } from '../exec/interrupt.ts';
import type { DirectWrite } from './direct-write.ts';
import { cannotWait, waitForLock } from './driver.ts';
import type { QueryResult } from './session.ts';
import type { CompiledCall } from './statement.ts';
import type { StatementHost } from './statement-host.ts';
import type { TransactionBlock } from './transaction-block.ts';

/** What a call says besides its rows. */
export type CallSummary = Omit<QueryResult<unknown>, 'rows' | 'statistics'>;

export interface DirectRun {
  readonly host: StatementHost;
  readonly block: TransactionBlock;
  readonly interrupt: Interrupt;
}

export async function runDirect(
  direct: DirectWrite,
  { values }: CompiledCall,
  { host, block, interrupt }: DirectRun,
): Promise<CallSummary> {
  interrupt.check();
  const write = direct.open(block);
  write.prepare(values);
  let affected = write.write();
  while (affected === PENDING) {
    await waitForLock(host.engine, block.transaction.waiter, interrupt);
    affected = write.write();
  }
  write.close();
  return summaryOf(direct, affected);
}

export function runDirectNow(
  direct: DirectWrite,
  { values }: CompiledCall,
  block: TransactionBlock,
): CallSummary {
  const write = direct.open(block);
  write.prepare(values);
  const affected = write.write();
  if (affected === PENDING) throw cannotWait();
  write.close();
  return summaryOf(direct, affected);
}

function summaryOf({ command }: DirectWrite, rowsAffected: number): CallSummary {
  return { command, rowsAffected, columns: [], notices: [] };
}
