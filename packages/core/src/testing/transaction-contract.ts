/**
 * The contract suite of `Transaction`: every implementation passes it. Independent of a test runner, like `VFS_CONTRACT`.
 * The subject begins transactions over one store that is empty and used by one case only.
 */
import { assert } from '../base/assert.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { LOCKING_CONTRACT } from './locking-contract.ts';
import { SERIALIZABLE_CONTRACT } from './serializable-contract.ts';
import {
  OTHER,
  T,
  done,
  expectError,
  expectRejection,
  get,
  insert,
  put,
  remove,
  scan,
  set,
  text,
  type TransactionContractCase,
} from './transaction-steps.ts';

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
  ...LOCKING_CONTRACT,
  ...SERIALIZABLE_CONTRACT,
];
