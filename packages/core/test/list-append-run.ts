/**
 * Makes histories of concurrent transactions on a real store, by seed: sessions take turns one call at a time, read lists by key
 * and by range, some of them only that, append to them, wait for each other's locks, commit while others' commits still wait for their sync, and roll
 * back. What each has seen is the history.
 */
import { keyspaceId } from '../src/base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../src/base/bytes.ts';
import { AlopexError } from '../src/base/errors.ts';
import { PENDING } from '../src/base/pending.ts';
import { Store } from '../src/store/store.ts';
import type { ListHistory, ListOperation, ListTransaction } from '../src/testing/list-append.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { IsolationLevel, Transaction } from '../src/txn/transaction.ts';
import { MemoryVfs } from '../src/vfs/memory-vfs.ts';

const T = keyspaceId(16384);
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const OPERATIONS_MAX = 5;

export interface ListRunOptions {
  readonly seed: number;
  readonly isolation: IsolationLevel;
  readonly sessionCount: number;
  readonly stepCount: number;
}

export async function runListAppend(options: ListRunOptions): Promise<ListHistory> {
  await using store = Store.open({ clock: new ManualClock(), vfs: new MemoryVfs() });
  const run = new ListRun(store, options);
  return await run.run(); // the store is closed after it
}

/** One transaction after another. */
interface Session {
  transaction: Transaction | undefined;
  name: string;
  operations: ListOperation[];
  operationsLeft: number;
  /** A lock or a commit is waited for. */
  isWaiting: boolean;
  /** What the wait was for, to be done again. */
  again: (() => boolean) | undefined;
}

class ListRun {
  readonly #store: Store;
  readonly #options: ListRunOptions;
  readonly #random: SeededRandom;
  readonly #transactions: ListTransaction[] = [];
  readonly #sessions: Session[];
  #nextValue = 1;
  #begun = 0;

  constructor(store: Store, options: ListRunOptions) {
    this.#store = store;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#sessions = Array.from({ length: options.sessionCount }, () => ({
      transaction: undefined,
      name: '',
      operations: [],
      operationsLeft: 0,
      isWaiting: false,
      again: undefined,
    }));
  }

  async run(): Promise<ListHistory> {
    const random = this.#random;
    for (let step = 0; step < this.#options.stepCount; step += 1) {
      const session = random.pick(this.#sessions);
      if (!session.isWaiting) this.#step(session);
      if (random.chance(0.01)) this.#store.flush();
      // Waits end between turns; often nobody gets one, so that commits are under way together.
      if (random.chance(0.4) || this.#sessions.every(({ isWaiting }) => isWaiting)) await turn();
    }
    for (const session of this.#sessions) {
      if (session.operationsLeft >= 0 && session.transaction !== undefined)
        this.#end(session, 'aborted');
    }
    while (this.#sessions.some(({ transaction }) => transaction !== undefined)) await turn();
    return { transactions: this.#transactions, final: this.#readFinal() };
  }

  #step(session: Session): void {
    const { transaction, again } = session;
    if (transaction === undefined) {
      this.#begin(session);
      return;
    }
    try {
      if (session.operationsLeft === 0) {
        if (this.#random.chance(0.1)) this.#end(session, 'aborted');
        else this.#commit(session, transaction);
        return;
      }
      transaction.refreshSnapshot();
      const isDone = again === undefined ? this.#operate(session, transaction) : again();
      if (isDone) session.operationsLeft -= 1;
    } catch (error) {
      this.#expectConflict(error);
      this.#end(session, 'aborted');
    }
  }

  #begin(session: Session): void {
    this.#begun += 1;
    session.name = `T${this.#begun}`;
    session.operations = [];
    session.operationsLeft = 1 + this.#random.below(OPERATIONS_MAX);
    const readOnly = this.#random.chance(0.15);
    session.transaction = this.#store.begin({ isolation: this.#options.isolation, readOnly });
  }

  #commit(session: Session, transaction: Transaction): void {
    session.isWaiting = true;
    session.operationsLeft = -1;
    transaction.commit().then(
      () => this.#end(session, 'committed'),
      (error: unknown) => {
        this.#expectConflict(error);
        this.#end(session, 'aborted');
      },
    );
  }

  #end(session: Session, outcome: ListTransaction['outcome']): void {
    if (outcome === 'aborted') session.transaction?.rollback();
    const { name, operations } = session;
    this.#transactions.push({ name, outcome, operations });
    session.transaction = undefined;
    session.again = undefined;
    session.isWaiting = false;
  }

  /** False: it waits. */
  #operate(session: Session, transaction: Transaction): boolean {
    const key = this.#random.pick(KEYS);
    // One that only reads keeps no reads and is never refused; what it sees must fit in all the same.
    const kind = this.#random.below(transaction.readOnly ? 5 : 10);
    if (kind < 3) {
      session.operations.push({ kind: 'read', key, values: readList(transaction, key) });
      return true;
    }
    if (kind < 5) {
      this.#scan(session, transaction);
      return true;
    }
    const value = this.#nextValue;
    this.#nextValue += 1;
    return kind < 6
      ? this.#append(session, transaction, key, value, true)
      : this.#append(session, transaction, key, value, false);
  }

  /** Reads some lists in the order of their keys; those passed over are empty. */
  #scan(session: Session, transaction: Transaction): void {
    const reverse = this.#random.chance(0.5);
    const countMax = 1 + this.#random.below(KEYS.length);
    const lists = new Map<string, number[]>();
    const cursor = transaction.scan(T, { reverse });
    let isAtEnd = false;
    while (lists.size < countMax && !isAtEnd) {
      isAtEnd = cursor.advance() === false;
      if (isAtEnd) break;
      const { key, value } = cursor;
      const text = decodeUtf8(value.bytes, value.start, value.end);
      lists.set(decodeUtf8(key.bytes, key.start, key.end), parseList(text));
    }
    // An open cursor is the transaction's to close.
    if (this.#random.chance(0.5)) cursor.close();
    const last = [...lists.keys()].at(-1) ?? '';
    for (const key of KEYS) {
      const isPassed = isAtEnd || (reverse ? key >= last : key <= last);
      if (isPassed) session.operations.push({ kind: 'read', key, values: lists.get(key) ?? [] });
    }
  }

  #append(
    session: Session,
    transaction: Transaction,
    key: string,
    value: number,
    isFirst: boolean,
  ): boolean {
    const bytes = encodeUtf8(key);
    const list = isFirst ? [value] : [...readList(transaction, key), value];
    const text = encodeUtf8(list.join(','));
    const outcome = isFirst ? transaction.insert(T, bytes, text) : transaction.put(T, bytes, text);
    if (outcome === PENDING) {
      session.isWaiting = true;
      session.again = () => this.#append(session, transaction, key, value, isFirst);
      void transaction.waiter.ready().then(() => (session.isWaiting = false));
      return false;
    }
    session.again = undefined;
    if (outcome !== false) session.operations.push({ kind: 'append', key, value });
    return true;
  }

  #readFinal(): Map<string, readonly number[]> {
    const reader = this.#store.begin({ readOnly: true });
    return new Map(KEYS.map((key) => [key, readList(reader, key)]));
  }

  #expectConflict(error: unknown): void {
    if (!(error instanceof AlopexError) || error.kind !== 'Conflict') throw error;
  }
}

async function turn(): Promise<void> {
  for (let count = 0; count < 3; count += 1) await Promise.resolve();
}

function readList(transaction: Transaction, key: string): number[] {
  const bytes = transaction.get(T, encodeUtf8(key));
  return bytes instanceof Uint8Array ? parseList(decodeUtf8(bytes)) : [];
}

function parseList(text: string): number[] {
  return text.split(',').map(Number);
}
