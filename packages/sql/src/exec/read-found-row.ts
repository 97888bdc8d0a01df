/** The row that a vector search has found under a key. */
import { PENDING, assert, keyspaceId, type Pending } from '@alopex-db/core/base';
import type { ValueSlot } from '@alopex-db/core';
import type { VectorTopK } from '../plan/physical.ts';
import type { StatementContext } from './statement-context.ts';

export function* readRow(
  plan: VectorTopK,
  key: Uint8Array,
  slot: ValueSlot,
  context: StatementContext,
): Generator<Pending, void, void> {
  for (;;) {
    const found = context.transaction.read(keyspaceId(plan.table.id), key, slot);
    if (found !== PENDING) {
      assert(found, 'a row that a search found at a snapshot is there at that snapshot');
      return;
    }
    yield PENDING;
  }
}
