/**
 * The contract suite of `Transaction`: every implementation passes it. Independent of a test runner, like `VFS_CONTRACT`.
 * The subject begins transactions over one store that is empty and used by one case only.
 */
import { assert } from '../base/assert.ts';
import { keyspaceId } from '../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { PENDING } from '../base/pending.ts';
import type { KeyRange, KeyTransactionOptions, Transaction } from '../txn/transaction.ts';

export interface TransactionSubject {
  begin(options?: KeyTransactionOptions): Transaction;
}

export interface TransactionContractCase {
  /** A sentence that is true of every implementation. */
  readonly title: string;
  readonly run: (subject: TransactionSubject) => void | Promise<void>;
}

const T = keyspaceId(16384);
const OTHER = keyspaceId(16385);

export const TRANSACTION_CONTRACT: readonly TransactionContractCase[] = [
  {
    title: 'A transaction reads its own writes, and nobody else does before the commit',
    run: async (subject) => {
      const writer = subject.begin();
      put(writer, 'a', '1');
      const reader = subject.begin();
      assert(get(writer, 'a') === '1', 'own writes are seen');
      assert(get(reader, 'a') === undefined, 'uncommitted writes are not');
      await writer.commit();
      assert(get(reader, 'a') === undefined, 'a snapshot does not move');
      assert(get(subject.begin(), 'a') === '1', 'a later snapshot sees the commit');
    },
  },
  {
    title: 'A deleted key is gone for later snapshots and there for earlier ones',
    run: (subject) => {
      set(subject, { a: '1', b: '2' });
      const before = subject.begin();
      const remover = subject.begin();
      done(remover.delete(T, encodeUtf8('a')));
      assert(get(remover, 'a') === undefined, 'own deletes are seen');
      remover.commitNow();
      assert(get(before, 'a') === '1', 'the older snapshot still has it');
      assert(get(subject.begin(), 'a') === undefined, 'the newer one has not');
    },
  },
  {
    title: 'Keyspaces are apart',
    run: (subject) => {
      const transaction = subject.begin();
      put(transaction, 'a', '1');
      done(transaction.put(OTHER, encodeUtf8('a'), encodeUtf8('2')));
      transaction.commitNow();
      const reader = subject.begin();
      assert(get(reader, 'a') === '1', 'each has its own value');
      assert(text(reader.get(OTHER, encodeUtf8('a'))) === '2', 'each has its own value');
    },
  },
  {
    title: 'Empty keys and empty values are keys and values',
    run: (subject) => {
      set(subject, { '': '', a: '' });
      assert(get(subject.begin(), '') === '', 'the empty key has a value');
      assert(scan(subject.begin()) === '= a=', 'and is first');
    },
  },
  {
    title: 'Keys and values handed in are copied, values handed out by get belong to the caller',
    run: (subject) => {
      const key = encodeUtf8('k');
      const value = encodeUtf8('v');
      const transaction = subject.begin();
      done(transaction.put(T, key, value));
      key.fill(0);
      value.fill(0);
      const copy = transaction.get(T, encodeUtf8('k'));
      assert(copy instanceof Uint8Array, 'the value is there');
      copy.fill(1);
      assert(get(transaction, 'k') === 'v', 'nobody changed it');
    },
  },
  {
    title:
      'A scan shows the keys of its range in byte order, both ways, with own writes among them',
    run: (subject) => {
      set(subject, { a: '1', b: '2', c: '3', d: '4' });
      const transaction = subject.begin();
      put(transaction, 'bb', '5');
      put(transaction, 'c', '6');
      done(transaction.delete(T, encodeUtf8('a')));
      assert(scan(transaction) === 'b=2 bb=5 c=6 d=4', 'forward');
      assert(scan(transaction, { reverse: true }) === 'd=4 c=6 bb=5 b=2', 'backward');
      const range = { start: encodeUtf8('bb'), end: encodeUtf8('d') };
      assert(scan(transaction, range) === 'bb=5 c=6', 'the start is in, the end is not');
      assert(scan(transaction, { ...range, reverse: true }) === 'c=6 bb=5', 'backward, too');
      assert(scan(transaction, { start: encodeUtf8('x') }) === '', 'a range may be empty');
    },
  },
  {
    title: 'Insert writes a key without a value and leaves one with a value alone',
    run: (subject) => {
      set(subject, { a: '1' });
      const transaction = subject.begin();
      assert(insert(transaction, 'a', '2') === false, 'a is taken');
      assert(insert(transaction, 'b', '3') === true, 'b was free');
      assert(insert(transaction, 'b', '4') === false, 'b is taken by an own write');
      done(transaction.delete(T, encodeUtf8('a')));
      assert(insert(transaction, 'a', '5') === true, 'a was freed by an own delete');
      transaction.commitNow();
      assert(scan(subject.begin()) === 'a=5 b=3', 'what was inserted is there');
    },
  },
  {
    title: 'The first updater wins: a write to a row changed after the snapshot fails',
    run: (subject) => {
      set(subject, { a: '1', b: '1' });
      const late = subject.begin();
      set(subject, { a: '2' });
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        late.put(T, encodeUtf8('a'), encodeUtf8('3')),
      );
      expectError('ALX_SERIALIZATION_CONFLICT', () => late.delete(T, encodeUtf8('a')));
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        late.insert(T, encodeUtf8('a'), encodeUtf8('3')),
      );
      expectError('ALX_SERIALIZATION_CONFLICT', () => late.lock(T, encodeUtf8('a')));
      put(late, 'b', '3');
      late.commitNow();
      assert(scan(subject.begin()) === 'a=2 b=3', 'other rows may be written');
    },
  },
  {
    title: 'A key that was inserted and deleted after the snapshot conflicts as well',
    run: (subject) => {
      const late = subject.begin();
      set(subject, { a: '1' });
      remove(subject, 'a');
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        late.insert(T, encodeUtf8('a'), encodeUtf8('2')),
      );
    },
  },
  {
    title: 'Write skew is allowed at snapshot level',
    run: (subject) => {
      set(subject, { a: '1', b: '1' });
      const left = subject.begin();
      const right = subject.begin();
      assert(get(left, 'b') === '1' && get(right, 'a') === '1', 'both read what the other writes');
      put(left, 'a', '0');
      put(right, 'b', '0');
      left.commitNow();
      right.commitNow();
      assert(scan(subject.begin()) === 'a=0 b=0', 'both commits stand');
    },
  },
  {
    title:
      'A row that another has written is locked: the call pends and may be repeated after a rollback',
    run: async (subject) => {
      const holder = subject.begin();
      const waiter = subject.begin();
      put(holder, 'a', '1');
      assert(waiter.put(T, encodeUtf8('a'), encodeUtf8('2')) === PENDING, 'the row is locked');
      assert(get(waiter, 'a') === undefined, 'a pending call has changed nothing');
      const ready = waiter.waiter.ready();
      holder.rollback();
      await ready;
      put(waiter, 'a', '2');
      waiter.commitNow();
      assert(get(subject.begin(), 'a') === '2', 'the waiter got the row');
    },
  },
  {
    title: 'After the holder has committed, the waiter of a snapshot conflicts',
    run: async (subject) => {
      const holder = subject.begin();
      const waiter = subject.begin();
      put(holder, 'a', '1');
      assert(waiter.put(T, encodeUtf8('a'), encodeUtf8('2')) === PENDING, 'the row is locked');
      const ready = waiter.waiter.ready();
      await holder.commit();
      await ready;
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        waiter.put(T, encodeUtf8('a'), encodeUtf8('2')),
      );
      waiter.rollback();
    },
  },
  {
    title: 'A read committed transaction that has waited takes a new snapshot and goes on',
    run: async (subject) => {
      const holder = subject.begin();
      const waiter = subject.begin({ isolation: 'read committed' });
      put(holder, 'a', '1');
      assert(waiter.put(T, encodeUtf8('a'), encodeUtf8('2')) === PENDING, 'the row is locked');
      await holder.commit();
      await waiter.waiter.ready();
      waiter.refreshSnapshot();
      assert(get(waiter, 'a') === '1', 'the new snapshot sees the commit');
      put(waiter, 'a', '2');
      waiter.commitNow();
      assert(get(subject.begin(), 'a') === '2', 'the later write stands');
    },
  },
  {
    title: 'A snapshot transaction keeps its snapshot whatever it asks for',
    run: (subject) => {
      for (const isolation of ['snapshot', 'repeatable read'] as const) {
        const reader = subject.begin({ isolation });
        const before = get(reader, 'a');
        set(subject, { a: isolation });
        reader.refreshSnapshot();
        assert(get(reader, 'a') === before, 'it reads what it read');
      }
    },
  },
  {
    title: 'A lock keeps others from writing and changes nothing',
    run: (subject) => {
      set(subject, { a: '1' });
      const holder = subject.begin();
      done(holder.lock(T, encodeUtf8('a')));
      const other = subject.begin({ wait: 'never' });
      expectError('ALX_LOCK_NOT_AVAILABLE', () => other.put(T, encodeUtf8('a'), encodeUtf8('2')));
      assert(get(other, 'a') === '1' && get(holder, 'a') === '1', 'reads do not block');
      assert(insert(holder, 'a', '2') === false, 'a locked row has its value');
      holder.commitNow();
      assert(scan(subject.begin()) === 'a=1', 'nothing was changed');
      set(subject, { a: '3' });
    },
  },
  {
    title: 'A circle of waits is refused to the one who would close it',
    run: async (subject) => {
      const left = subject.begin();
      const right = subject.begin();
      put(left, 'a', '1');
      put(right, 'b', '1');
      assert(left.put(T, encodeUtf8('b'), encodeUtf8('2')) === PENDING, 'left waits for right');
      expectError('ALX_DEADLOCK', () => right.put(T, encodeUtf8('a'), encodeUtf8('2')));
      right.rollback();
      await left.waiter.ready();
      put(left, 'b', '2');
      left.commitNow();
      assert(scan(subject.begin()) === 'a=1 b=2', 'the other one went on');
    },
  },
  {
    title: 'Waiters get a lock in the order they came',
    run: async (subject) => {
      const holder = subject.begin();
      put(holder, 'a', '0');
      const waiters = [subject.begin(), subject.begin(), subject.begin()];
      for (const waiter of waiters) {
        assert(waiter.lock(T, encodeUtf8('a')) === PENDING, 'everybody waits');
      }
      holder.rollback();
      const late = subject.begin({ wait: 'never' });
      expectError('ALX_LOCK_NOT_AVAILABLE', () => late.lock(T, encodeUtf8('a')));
      for (const waiter of waiters) {
        await waiter.waiter.ready();
        done(waiter.lock(T, encodeUtf8('a')));
        waiter.rollback();
      }
      done(late.lock(T, encodeUtf8('a')));
    },
  },
  {
    title:
      'A wait ends by a signal, and by the rollback of the waiter; the next in the queue gets its turn',
    run: async (subject) => {
      const holder = subject.begin();
      put(holder, 'a', '0');
      const first = subject.begin();
      const second = subject.begin();
      const third = subject.begin();
      for (const waiter of [first, second, third]) {
        assert(waiter.lock(T, encodeUtf8('a')) === PENDING, 'everybody waits');
      }
      const abort = new AbortController();
      const ready = first.waiter.ready(abort.signal);
      abort.abort();
      await expectRejection('ALX_CANCELLED', ready);
      second.rollback();
      holder.rollback();
      await third.waiter.ready();
      done(third.lock(T, encodeUtf8('a')));
    },
  },
  {
    title: 'Rolling back to a savepoint undoes what came after it, again and again',
    run: (subject) => {
      set(subject, { a: '0' });
      const transaction = subject.begin();
      put(transaction, 'a', '1');
      const outer = transaction.savepoint();
      put(transaction, 'a', '2');
      put(transaction, 'b', '2');
      const inner = transaction.savepoint();
      done(transaction.delete(T, encodeUtf8('a')));
      put(transaction, 'c', '3');
      transaction.rollbackTo(inner);
      assert(scan(transaction) === 'a=2 b=2', 'as at the inner savepoint');
      transaction.rollbackTo(outer);
      assert(scan(transaction) === 'a=1', 'as at the outer savepoint');
      expectError('ALX_SAVEPOINT_NOT_FOUND', () => transaction.rollbackTo(inner));
      put(transaction, 'd', '4');
      transaction.rollbackTo(outer);
      transaction.commitNow();
      assert(scan(subject.begin()) === 'a=1', 'only what was kept is committed');
    },
  },
  {
    title: 'A read-only transaction writes nothing',
    run: (subject) => {
      const reader = subject.begin({ readOnly: true });
      const key = encodeUtf8('a');
      expectError('ALX_READ_ONLY', () => reader.put(T, key, key));
      expectError('ALX_READ_ONLY', () => reader.insert(T, key, key));
      expectError('ALX_READ_ONLY', () => reader.delete(T, key));
      expectError('ALX_READ_ONLY', () => reader.lock(T, key));
      reader.commitNow();
    },
  },
  {
    title: 'After its end every call is refused, but a rollback after a rollback is fine',
    run: async (subject) => {
      const committed = subject.begin();
      put(committed, 'a', '1');
      await committed.commit();
      assert(committed.state === 'Committed', 'the state says so');
      const rolledBack = subject.begin();
      rolledBack.rollback();
      rolledBack.rollback();
      assert(rolledBack.state === 'Aborted', 'the state says so');
      for (const transaction of [committed, rolledBack]) {
        expectError('ALX_TRANSACTION_CLOSED', () => transaction.get(T, encodeUtf8('a')));
        expectError('ALX_TRANSACTION_CLOSED', () => transaction.scan(T));
        expectError('ALX_TRANSACTION_CLOSED', () =>
          transaction.put(T, encodeUtf8('a'), encodeUtf8('1')),
        );
        expectError('ALX_TRANSACTION_CLOSED', () => transaction.savepoint());
        expectError('ALX_TRANSACTION_CLOSED', () => transaction.commitNow());
        await expectRejection('ALX_TRANSACTION_CLOSED', transaction.commit());
      }
      expectError('ALX_TRANSACTION_CLOSED', () => committed.rollback());
    },
  },
  {
    title: 'Commit versions ascend, and an empty commit is fine',
    run: async (subject) => {
      let before = 0;
      for (const durability of ['fsync', 'os', 'memory'] as const) {
        const transaction = subject.begin({ durability });
        put(transaction, 'a', durability);
        const version = await transaction.commit();
        assert(version > before, 'the next commit has a larger version');
        assert(subject.begin().snapshot === version, 'a new snapshot reads at it');
        before = version;
      }
      assert((await subject.begin().commit()) === before, 'an empty commit takes no version');
    },
  },
  {
    title: 'Commits under way at the same time all become visible, whole and in order',
    run: async (subject) => {
      const transactions = Array.from({ length: 20 }, () => subject.begin());
      for (const [index, transaction] of transactions.entries()) put(transaction, `k${index}`, '1');
      const versions = await Promise.all(
        transactions.map(async (transaction) => transaction.commit()),
      );
      const sorted = versions.toSorted((left, right) => left - right);
      assert(JSON.stringify(versions) === JSON.stringify(sorted), 'in the order of the calls');
      assert(scan(subject.begin()).split(' ').length === 20, 'all are there');
    },
  },
  {
    title: 'Serializable refuses write skew, at the commit of the second',
    run: async (subject) => {
      set(subject, { a: '1', b: '1' });
      const first = subject.begin({ isolation: 'serializable' });
      const second = subject.begin({ isolation: 'serializable' });
      assert(get(first, 'a') === '1' && get(second, 'b') === '1', 'each reads one');
      put(first, 'b', '0');
      put(second, 'a', '0');
      const firstCommit = first.commit();
      // The first may still wait for its sync: it comes before the second all the same.
      await expectRejection('ALX_SERIALIZATION_CONFLICT', second.commit());
      await firstCommit;
      assert(second.state === 'Aborted', 'the second is over');
      assert(scan(subject.begin()) === 'a=1 b=0', 'and nothing of it is there');
    },
  },
  {
    title:
      'Serializable counts a commit as later that was under way, and not yet visible, at its begin',
    run: async (subject) => {
      set(subject, { a: '1' });
      const underWay = subject.begin();
      put(underWay, 'a', '2');
      const commit = underWay.commit();
      const late = subject.begin({ isolation: 'serializable' });
      const isVisible = get(late, 'a') === '2';
      put(late, 'b', '1');
      await commit;
      if (isVisible) late.commitNow();
      else expectError('ALX_SERIALIZATION_CONFLICT', () => late.commitNow());
    },
  },
  {
    title: 'Serializable counts the whole of a range as read that was walked to its end',
    run: (subject) => {
      set(subject, { b: '1' });
      for (const reverse of [false, true]) {
        const walker = subject.begin({ isolation: 'serializable' });
        const range = { start: encodeUtf8('a'), end: encodeUtf8('d'), reverse };
        assert(scan(walker, range) === 'b=1', 'it is walked to the end');
        put(walker, 'x', '1');
        const phantom = reverse ? 'a' : 'c';
        set(subject, { [phantom]: '1' });
        expectError('ALX_SERIALIZATION_CONFLICT', () => walker.commitNow());
        remove(subject, phantom);
      }
    },
  },
  {
    title: 'Serializable counts a key found absent as read, by get as by insert',
    run: (subject) => {
      set(subject, { taken: '1' });
      const reader = subject.begin({ isolation: 'serializable' });
      assert(get(reader, 'a') === undefined, 'there is none');
      put(reader, 'x', '1');
      const inserter = subject.begin({ isolation: 'serializable' });
      assert(insert(inserter, 'taken', '2') === false, 'it is taken');
      put(inserter, 'y', '1');
      set(subject, { a: '1' });
      remove(subject, 'taken');
      expectError('ALX_SERIALIZATION_CONFLICT', () => reader.commitNow());
      expectError('ALX_SERIALIZATION_CONFLICT', () => inserter.commitNow());
    },
  },
  {
    title: 'Serializable counts a range as read as far as its cursor went, both ways',
    run: (subject) => {
      for (const reverse of [false, true]) {
        set(subject, { a: '1', c: '1', e: '1', g: '1' });
        for (const key of ['b', 'd', 'f']) {
          remove(subject, key);
          const walker = subject.begin({ isolation: 'serializable' });
          const cursor = walker.scan(T, { end: encodeUtf8('g'), reverse });
          assert(cursor.advance() === true && cursor.advance() === true, 'two keys are walked');
          put(walker, 'x', '1');
          set(subject, { [key]: '2', z: '2' });
          // Forward it stands on c, backward on c as well, having begun at e.
          const isRead = reverse ? key !== 'b' : key === 'b';
          if (isRead) expectError('ALX_SERIALIZATION_CONFLICT', () => walker.commitNow());
          else walker.commitNow();
          remove(subject, key);
        }
      }
    },
  },
  {
    title:
      'Serializable transactions that write nothing, or read nothing that changed, do not fail',
    run: (subject) => {
      set(subject, { a: '1', b: '1', c: '1' });
      const reader = subject.begin({ isolation: 'serializable' });
      const declared = subject.begin({ isolation: 'serializable', readOnly: true });
      const writer = subject.begin({ isolation: 'serializable' });
      assert(scan(reader) === scan(declared), 'both read all');
      assert(get(writer, 'b') === '1', 'one key is read');
      put(writer, 'b', '2');
      set(subject, { a: '2', c: '2' });
      reader.commitNow();
      declared.commitNow();
      writer.commitNow();
      assert(scan(subject.begin()) === 'a=2 b=2 c=2', 'all is there');
    },
  },
  {
    title: 'A key beyond the limit is refused, a large value is not',
    run: (subject) => {
      const transaction = subject.begin();
      const long = new Uint8Array(64 * 1024 + 1);
      expectError('ALX_INVALID_ARGUMENT', () => transaction.put(T, long, long));
      const value = new Uint8Array(3_000_000).fill(5);
      done(transaction.put(T, encodeUtf8('a'), value));
      transaction.commitNow();
      const read = subject.begin().get(T, encodeUtf8('a'));
      assert(
        read instanceof Uint8Array && read.length === value.length && read[2_999_999] === 5,
        'it is there',
      );
    },
  },
];

function done(result: unknown): void {
  assert(result !== PENDING, 'the row is free');
}

function put(transaction: Transaction, key: string, value: string): void {
  done(transaction.put(T, encodeUtf8(key), encodeUtf8(value)));
}

function insert(transaction: Transaction, key: string, value: string): unknown {
  return transaction.insert(T, encodeUtf8(key), encodeUtf8(value));
}

function get(transaction: Transaction, key: string): string | undefined {
  return text(transaction.get(T, encodeUtf8(key)));
}

function text(value: unknown): string | undefined {
  return value instanceof Uint8Array ? decodeUtf8(value) : undefined;
}

/** Commits all pairs in one transaction. */
function set(subject: TransactionSubject, pairs: Readonly<Record<string, string>>): void {
  const transaction = subject.begin();
  for (const [key, value] of Object.entries(pairs)) put(transaction, key, value);
  transaction.commitNow();
}

function remove(subject: TransactionSubject, key: string): void {
  const transaction = subject.begin();
  done(transaction.delete(T, encodeUtf8(key)));
  transaction.commitNow();
}

/** `a=1 b=2` */
function scan(transaction: Transaction, range?: KeyRange): string {
  const cursor = transaction.scan(T, range);
  const pairs: string[] = [];
  while (cursor.advance() === true) {
    const { key, value } = cursor;
    const name = decodeUtf8(key.bytes, key.start, key.end);
    pairs.push(`${name}=${decodeUtf8(value.bytes, value.start, value.end)}`);
  }
  assert(cursor.advance() === false, 'a cursor at its end stays there');
  cursor.close();
  cursor.close();
  return pairs.join(' ');
}

function expectError(code: ErrorCode, action: () => unknown): void {
  let seen: unknown;
  try {
    action();
  } catch (error) {
    seen = error;
  }
  checkCode(code, seen);
}

async function expectRejection(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  let seen: unknown;
  try {
    await action;
  } catch (error) {
    seen = error;
  }
  checkCode(code, seen);
}

function checkCode(code: ErrorCode, seen: unknown): void {
  assert(
    seen instanceof AlopexError && seen.code === code,
    `the error is ${code}, not ${String(seen)}`,
  );
}
