/** The part of the transaction contract about locks and waiting. */
import { assert } from '../base/assert.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { PENDING } from '../base/pending.ts';
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
  type TransactionContractCase,
} from './transaction-steps.ts';

export const LOCKING_CONTRACT: readonly TransactionContractCase[] = [
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
    title: 'Rows are locked in four modes, of which the weaker ones go together',
    run: (subject) => {
      set(subject, { a: '1' });
      const [left, right] = [subject.begin(), subject.begin({ wait: 'never' })];
      const key = encodeUtf8('a');
      done(left.lock(T, key, { mode: 'share' }));
      done(right.lock(T, key, { mode: 'share' }));
      done(right.lock(T, key, { mode: 'key share' }));
      expectError('ALX_LOCK_NOT_AVAILABLE', () => right.put(T, key, key));
      left.rollback();
      put(right, 'a', '2');
      const child = subject.begin({ wait: 'never' });
      done(child.lock(T, key, { mode: 'key share' }));
      expectError('ALX_LOCK_NOT_AVAILABLE', () => child.lock(T, key, { mode: 'share' }));
      expectError('ALX_LOCK_NOT_AVAILABLE', () => right.delete(T, key));
      right.commitNow();
      child.commitNow();
      assert(scan(subject.begin()) === 'a=2', 'the write stands');
    },
  },
  {
    title: 'A key share lock minds that a row was deleted after the snapshot, and no other change',
    run: (subject) => {
      set(subject, { a: '1', b: '1' });
      const late = subject.begin();
      set(subject, { a: '2' });
      remove(subject, 'b');
      done(late.lock(T, encodeUtf8('a'), { mode: 'key share' }));
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        late.lock(T, encodeUtf8('b'), { mode: 'key share' }),
      );
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        late.lock(T, encodeUtf8('a'), { mode: 'share' }),
      );
      expectError('ALX_SERIALIZATION_CONFLICT', () =>
        late.put(T, encodeUtf8('a'), encodeUtf8('3')),
      );
    },
  },
  {
    title: 'A locked row may be skipped',
    run: (subject) => {
      set(subject, { a: '1', b: '1' });
      const holder = subject.begin();
      done(holder.lock(T, encodeUtf8('a')));
      const other = subject.begin();
      assert(other.lock(T, encodeUtf8('a'), { wait: 'skip' }) === false, 'a is locked');
      assert(other.lock(T, encodeUtf8('b'), { wait: 'skip' }) === true, 'b is free');
      holder.rollback();
      assert(other.lock(T, encodeUtf8('a'), { wait: 'skip' }) === true, 'nobody has it now');
    },
  },
  {
    title: 'A locked table keeps writers out until the transaction ends, and readers never',
    run: async (subject) => {
      set(subject, { a: '1' });
      const before = subject.begin();
      put(before, 'a', '2');
      const holder = subject.begin();
      assert(holder.lockTable(T, 'share') === PENDING, 'somebody writes');
      before.commitNow();
      await holder.waiter.ready();
      done(holder.lockTable(T, 'share'));
      const writer = subject.begin();
      assert(writer.put(T, encodeUtf8('b'), encodeUtf8('1')) === PENDING, 'it waits');
      done(subject.begin().put(OTHER, encodeUtf8('b'), encodeUtf8('1')));
      assert(scan(subject.begin()) === 'a=2', 'reads go on');
      holder.commitNow();
      await writer.waiter.ready();
      put(writer, 'b', '1');
      writer.commitNow();
      assert(scan(subject.begin()) === 'a=2 b=1', 'and then it writes');
    },
  },
  {
    title: 'A name is locked until the transaction ends',
    run: async (subject) => {
      const [holder, other] = [subject.begin(), subject.begin()];
      done(holder.lockAdvisory('n'));
      assert(other.lockAdvisory('n', 'share', 'skip') === false, 'it is locked');
      assert(other.lockAdvisory('n', 'share') === PENDING, 'it waits');
      holder.rollback();
      await other.waiter.ready();
      assert(other.lockAdvisory('n', 'share') === true, 'it has it');
      assert(subject.begin().lockAdvisory('n', 'share', 'never') === true, 'as others may');
    },
  },
];
