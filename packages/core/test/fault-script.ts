/**
 * The script behind `store-faults.test.ts`: a fixed run of commits, flushes, compactions and reopenings, drawn from a seed, on a
 * disk that fails somewhere. Keeps account of what was acknowledged and of commits whose outcome a failure has left open.
 */
import { AlopexError } from '../src/base/errors.ts';
import { keyspaceId } from '../src/base/brand.ts';
import { Store } from '../src/store/store.ts';
import type { FaultVfs } from '../src/testing/fault-vfs.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { Durability } from '../src/txn/transaction.ts';

/** One commit: what it sets (or deletes, with undefined). */
export interface ScriptCommit {
  readonly writes: ReadonlyMap<string, string | undefined>;
  readonly durability: Durability;
  /** yes: acknowledged. open: failed in a way that may have left it in the log. no: failed and is not there. */
  outcome: 'yes' | 'open' | 'no';
}

export type State = ReadonlyMap<string, string>;

const KEYSPACES = [keyspaceId(1), keyspaceId(2)];
const STEPS = 26;

export class FaultScript {
  readonly commits: ScriptCommit[] = [];
  /** Commits up to here are known to be on the disk. */
  durableCount = 0;
  /** Codes of all errors seen. */
  readonly errors: string[] = [];
  /** Commits up to here are in the log. */
  #loggedCount = 0;
  readonly #seed: number;
  readonly #disk: FaultVfs;
  readonly #clock = new ManualClock();
  readonly #random: SeededRandom;
  #store: Store | undefined;
  #powerIsOff = false;

  constructor(seed: number, disk: FaultVfs) {
    this.#seed = seed;
    this.#disk = disk;
    this.#random = new SeededRandom(seed);
  }

  /** Runs the script; failures are noted and it goes on, as an application might, until the power is cut. */
  async run(): Promise<void> {
    for (let step = 0; step < STEPS && !this.#powerIsOff; step += 1) {
      const roll = this.#random.below(20);
      this.#clock.advance(1);
      if (roll < 15) await this.#commit(step);
      else if (roll < 17) await this.#attempt(() => this.#opened().flush());
      else if (roll < 18) await this.#attempt(() => this.#compact());
      else await this.#attempt(async () => this.#close());
    }
    await this.#attempt(async () => this.#close());
  }

  /** In full, waited for or not. */
  async #compact(): Promise<void> {
    const waits = this.#random.chance(0.5);
    if (waits) await this.#opened().compact();
    else this.#opened().compactNow();
  }

  async #close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    if (store === undefined) return;
    try {
      await store.close();
      this.durableCount = this.commits.length;
    } catch (error) {
      // Whatever was acknowledged from memory alone since the log was last written may be lost, which close has said.
      for (const commit of this.commits.slice(this.#loggedCount)) {
        if (commit.outcome === 'yes') commit.outcome = 'open';
      }
      throw error;
    } finally {
      this.#loggedCount = this.commits.length;
    }
  }

  #opened(): Store {
    this.#store ??= openStore(this.#disk, this.#clock);
    return this.#store;
  }

  async #commit(step: number): Promise<void> {
    // Everything random is drawn before anything may fail, so that all runs of a seed do the same.
    const durability = this.#random.pick(['fsync', 'os', 'memory'] as const);
    const blocking = this.#random.chance(0.5);
    const writes = new Map<string, string | undefined>();
    for (let count = 1 + this.#random.below(4); count > 0; count -= 1) {
      const key = `${this.#random.below(2)}/${this.#random.below(6)}`;
      writes.set(
        key,
        this.#random.chance(0.2) ? undefined : `${step}:${'x'.repeat(this.#random.below(90))}`,
      );
    }
    const commit: ScriptCommit = { writes, durability, outcome: 'no' };
    await this.#attempt(async () => {
      const transaction = this.#opened().begin({ durability });
      for (const [name, value] of writes) {
        const [keyspace, key] = place(name);
        if (value === undefined) transaction.delete(keyspace, key);
        else transaction.put(keyspace, key, new TextEncoder().encode(value));
      }
      this.commits.push(commit);
      commit.outcome = 'open';
      if (blocking) transaction.commitNow();
      else await transaction.commit();
      commit.outcome = 'yes';
      if (durability === 'fsync') this.durableCount = this.commits.length;
      if (durability !== 'memory') this.#loggedCount = this.commits.length;
    });
  }

  async #attempt(action: () => unknown): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
      this.errors.push(error.code);
      if (isPowerCut(error)) this.#powerIsOff = true;
    }
  }

  get label(): string {
    return `seed ${this.#seed}`;
  }
}

export function openStore(disk: FaultVfs, clock = new ManualClock()): Store {
  // So small that the flushes of one script lead to merges on several levels.
  const compaction = {
    level0Trigger: 2,
    baseLevelBytes: 400,
    levelFactor: 2,
    fileSizeBytes: 300,
  };
  return Store.open({
    clock,
    vfs: disk,
    memtableSizeBytes: 400_000,
    segmentSizeBytes: 700,
    compaction,
  });
}

function textOf(state: State): string {
  return [...state]
    .map(([key, value]) => `${key}=${value}`)
    .toSorted((left, right) => (left < right ? -1 : 1))
    .join(';');
}

function isPowerCut(error: AlopexError): boolean {
  const cause = error.cause instanceof AlopexError ? error.cause : error;
  return cause.detail === 'the power was cut';
}

function place(name: string): [(typeof KEYSPACES)[number], Uint8Array] {
  const [keyspace, key] = name.split('/');
  return [KEYSPACES[Number(keyspace)]!, Uint8Array.of(Number(key))];
}

/** Everything in a store. */
export function stateOf(store: Store): State {
  const state = new Map<string, string>();
  const transaction = store.begin({ readOnly: true });
  for (const [index, keyspace] of KEYSPACES.entries()) {
    const cursor = transaction.scan(keyspace);
    while (cursor.advance() === true) {
      const { key, value } = cursor;
      const text = new TextDecoder().decode(value.bytes.slice(value.start, value.end));
      state.set(`${index}/${key.bytes[key.start]!}`, text);
    }
    cursor.close();
  }
  transaction.rollback();
  return state;
}

/** States after the first `count` commits, for either outcome of every commit left open. */
export function statesAfter(commits: readonly ScriptCommit[], count: number): State[] {
  let states: Map<string, string>[] = [new Map()];
  for (const commit of commits.slice(0, count)) {
    if (commit.outcome === 'no') continue;
    const applied = states.map((state) => applyWrites(state, commit.writes));
    states = commit.outcome === 'yes' ? applied : withoutTwins([...states, ...applied]);
  }
  return states;
}

function withoutTwins(states: readonly Map<string, string>[]): Map<string, string>[] {
  if (states.length < 64) return [...states];
  const seen = new Map(states.map((state) => [textOf(state), state]));
  return [...seen.values()];
}

function applyWrites(state: State, writes: ScriptCommit['writes']): Map<string, string> {
  const next = new Map(state);
  for (const [key, value] of writes) {
    if (value === undefined) next.delete(key);
    else next.set(key, value);
  }
  return next;
}

export function sameState(left: State, right: State): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}
