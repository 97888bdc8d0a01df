/** The part of the transaction contract about level SERIALIZABLE. */
import { assert } from '../base/assert.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import {
  T,
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

export const SERIALIZABLE_CONTRACT: readonly TransactionContractCase[] = [
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
];
