/** Makes a call of a transaction until it answers, waiting where the transaction says that it has to. */
import { PENDING, type Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';

export async function settled<T>(transaction: Transaction, call: () => T | Pending): Promise<T> {
  for (;;) {
    const answer = call();
    if (answer !== PENDING) return answer as T;
    await transaction.waiter.ready();
  }
}
