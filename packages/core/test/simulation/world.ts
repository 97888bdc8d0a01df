/**
 * What the parts of a simulation share: randomness, the trace, the clock, the disk and the store of the moment, and the model. All
 * that happens is drawn from `random`; a store that is opened draws its own limits, so small that flushes, rotations, merges on
 * several levels and values in several chunks happen all the time.
 */
import { AlopexError } from '../../src/base/errors.ts';
import type { ErrorCode } from '../../src/base/error-codes.ts';
import { keyspaceId } from '../../src/base/brand.ts';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import { Store } from '../../src/store/store.ts';
import { noFaults, type FaultCounts } from '../../src/testing/fault-counts.ts';
import { FaultVfs } from '../../src/testing/fault-vfs.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import type { KeyRange, Transaction } from '../../src/txn/transaction.ts';
import { History, keyOf, type Account } from './history.ts';
import { Trace } from './trace.ts';

export const KEYSPACES = [1, 2, 77_000].map(keyspaceId);
/** Every commit writes its number here, so that what survived a crash can be read from the store itself. */
export const LEDGER = keyspaceId(9);

/** One commit that was handed to the store, in the order of the log. */
export interface Commit {
  readonly number: number;
  readonly account: Account;
  /** flight: not heard of yet. open: failed, and may be in the log. no: failed, and must not be there. */
  outcome: 'flight' | 'yes' | 'open' | 'no';
}

export type Outcome<Result> =
  | { readonly value: Result; readonly code?: undefined }
  | { readonly code: ErrorCode; readonly error: AlopexError };

export class World {
  readonly seed: number;
  readonly random: SeededRandom;
  readonly trace = new Trace();
  readonly counts: FaultCounts = noFaults();
  clock = new ManualClock();
  disk: FaultVfs;
  store!: Store;
  /** Everything committed and visible. */
  history = new History();
  /** The commits that were there when the store was last opened. */
  survivors: readonly Commit[] = [];
  /** Open transactions. */
  accounts: Account[] = [];
  /** Since the last opening. */
  commits: Commit[] = [];
  /** So many of them survive the end of the machine, and of the process. */
  durableCount = 0;
  writtenCount = 0;
  nextNumber = 1;
  step = 0;
  operations = 0;
  /** The first law that was broken. */
  failure: AlopexError | undefined;

  #logHasFailed = false;
  #faultsAtOpening = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.random = new SeededRandom(seed);
    this.disk = new FaultVfs(seed, undefined, this.counts);
  }

  get nowMicros(): number {
    return this.clock.nowMicros();
  }

  /** No commit will succeed until the store is opened again. */
  get hasFailedLog(): boolean {
    return this.#logHasFailed || this.store.committer.failure !== undefined;
  }

  /** The store of the moment is another from now on. */
  adoptStore(store: Store): void {
    this.store = store;
    this.#logHasFailed = false;
    this.#faultsAtOpening = faultsMet(this.counts);
  }

  openStore(disk: FaultVfs): Store {
    const { random } = this;
    return Store.open({
      clock: this.clock,
      vfs: disk,
      random,
      durability: 'os',
      pause: async () => undefined,
      backgroundSyncMs: random.pick([1, 200]),
      memtableSizeBytes: random.pick([1, 300_000, 1 << 26]),
      segmentSizeBytes: random.pick([200, 4096, 1 << 26]),
      valueSeparationBytes: random.pick([0, 20, 1 << 16]),
      valueChunkBytes: random.pick([16, 100]),
      compaction: {
        level0Trigger: random.pick([1, 2, 4]),
        level0Stop: random.pick([4, 6]),
        baseLevelBytes: random.pick([1000, 4000]),
        levelFactor: 2,
        fileSizeBytes: random.pick([300, 2000]),
      },
    });
  }

  /** What to throw when the store has broken a law: it ends the run. */
  wrong(sentence: string): AlopexError {
    return this.fail(
      new AlopexError('ALX_INTERNAL', `seed ${this.seed}, step ${this.step}: ${sentence}`, {
        detail: this.trace.recent.join('\n'),
      }),
    );
  }

  /** The same for an error that nobody would see, thrown in a callback or told to nobody. */
  fail(error: unknown): AlopexError {
    const failure =
      error instanceof AlopexError
        ? error
        : new AlopexError('ALX_INTERNAL', `an error that is none of ours: ${String(error)}`, {
            cause: error,
          });
    this.failure ??= failure;
    return failure;
  }

  /** The result or the code of an error that may happen: a fault that was met in this call, a log that had failed, a conflict. */
  attempt<Result>(action: () => Result): Outcome<Result> {
    const before = faultsMet(this.counts);
    try {
      return { value: action() };
    } catch (error) {
      return this.judge(error, before);
    }
  }

  judge(thrown: unknown, faultsBefore: number): { code: ErrorCode; error: AlopexError } {
    if (!(thrown instanceof AlopexError) || thrown.kind === 'Internal') throw thrown;
    const { code } = thrown;
    const isOfDisk = code === 'ALX_IO' || code === 'ALX_DISK_FULL' || code === 'ALX_CORRUPT';
    // A log that has failed says so for ever, whenever that was.
    if (thrown.message.includes('write-ahead log has failed')) this.#logHasFailed = true;
    const isDue =
      !isOfDisk ||
      this.disk.isOff ||
      faultsMet(this.counts) > faultsBefore ||
      (this.hasFailedLog && faultsMet(this.counts) > this.#faultsAtOpening);
    if (!isDue) throw this.wrong(`an error without a cause: ${thrown.message}`);
    return { code, error: thrown };
  }

  /** Often one of a few, so that transactions meet. */
  drawKey(): string {
    if (this.random.chance(0.4)) return this.random.pick(['00', '07', '0703']);
    const length = this.random.pick([1, 1, 2, 9]);
    const key = new Uint8Array(length).fill(7);
    key[length - 1] = this.random.below(12);
    return toHex(key);
  }

  drawValue(): string {
    return toHex(this.random.bytes(this.random.pick([0, 1, 8, 60, 300])));
  }
}

export function faultsMet(counts: FaultCounts): number {
  const { failedWrites, fullDisks, failedSyncs, failedReads, shortReads, powerCuts } = counts;
  return failedWrites + fullDisks + failedSyncs + failedReads + shortReads + powerCuts;
}

export interface ShownPair {
  readonly key: string;
  readonly value: string;
}

/** What a cursor shows, up to `limit` pairs, in ascending order whichever way it went; whether it came to the end. */
export function walk(
  transaction: Transaction,
  keyspace: (typeof KEYSPACES)[number],
  range: { start?: string | undefined; end?: string | undefined; reverse?: boolean | undefined },
  limit = Infinity,
): { pairs: ShownPair[]; isWhole: boolean } {
  const bytesOf = (text: string | undefined): Uint8Array | undefined =>
    text === undefined ? undefined : fromHex(text);
  const bounds: KeyRange = {
    start: bytesOf(range.start),
    end: bytesOf(range.end),
    reverse: range.reverse,
  };
  const cursor = transaction.scan(keyspace, bounds);
  const pairs: ShownPair[] = [];
  let isWhole = false;
  try {
    while (pairs.length < limit) {
      if (cursor.advance() !== true) {
        isWhole = true;
        break;
      }
      const { key, value } = cursor;
      pairs.push({
        key: keyOf(keyspace, toHex(key.bytes.slice(key.start, key.end))),
        value: toHex(value.bytes.slice(value.start, value.end)),
      });
    }
  } finally {
    cursor.close();
  }
  return { pairs: range.reverse === true ? pairs.toReversed() : pairs, isWhole };
}
