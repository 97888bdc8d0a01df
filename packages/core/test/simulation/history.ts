/**
 * What the simulated store must show, as simply as it can be said: for every key all its committed versions, oldest first, and
 * when each of them ends. An `Account` is what one transaction has done and read; it knows nothing of how the store works.
 *
 * Values are hexadecimal, keys are texts "keyspace/hexadecimal key". A value that ends while a transaction is open may or may not
 * be there for it: a store takes the moment when it first meets such a value, which the model cannot know. All others it must show.
 */
import { compareBytes, fromHex } from '../../src/base/bytes.ts';
import type { Durability, IsolationLevel, Transaction } from '../../src/txn/transaction.ts';

export interface Write {
  /** Undefined: deleted. */
  readonly value: string | undefined;
  /** Microseconds since 1970. Infinity: never. */
  readonly endMicros: number;
}

interface VersionedWrite extends Write {
  readonly version: number;
}

/** `either`: it ends while the transaction is open. */
export type Presence = 'present' | 'absent' | 'either';

export interface ModelPair {
  readonly key: string;
  readonly value: string;
  readonly presence: Presence;
}

export interface Span {
  readonly keyspace: number;
  readonly start: string | undefined;
  readonly end: string | undefined;
}

export class History {
  readonly #keys = new Map<string, VersionedWrite[]>();
  lastVersion = 0;

  commit(writes: ReadonlyMap<string, Write>, version: number): void {
    this.lastVersion = version;
    for (const [key, write] of writes) {
      const versions = this.#keys.get(key) ?? [];
      versions.push({ ...write, version });
      this.#keys.set(key, versions);
    }
  }

  newest(key: string, snapshot: number): Write | undefined {
    return this.#keys.get(key)?.findLast((entry) => entry.version <= snapshot);
  }

  newestVersion(key: string): number {
    return this.#keys.get(key)?.at(-1)?.version ?? 0;
  }

  keysIn(span: Span): string[] {
    return [...this.#keys.keys()].filter((key) => isWithin(key, span));
  }
}

/** One transaction: the store's, and what the model knows of it. */
export class Account {
  readonly real: Transaction;
  readonly durability: Durability;
  readonly isolation: IsolationLevel;
  writes = new Map<string, Write>();
  /** Keys locked and not written, as far as no rollback to a savepoint made them doubtful. */
  readonly locks = new Set<string>();
  /** Keys it has written to or tried to. */
  readonly touched = new Set<string>();
  /** It was refused for a deadlock, and has to go. */
  isVictim = false;
  /** Its locks are gone. */
  hasEnded = false;
  readonly readKeys = new Set<string>();
  readonly readSpans: Span[] = [];
  /** Called again once it no longer waits for a lock. */
  blocked: { readonly again: () => boolean; isReady: boolean } | undefined;
  readonly #history: History;
  #snapshot: number;
  /** Not before: the moment at which the store looks at values that end. */
  #momentMin: number;
  #savepoints: Map<string, Write>[] = [];

  constructor(real: Transaction, history: History, durability: Durability, nowMicros: number) {
    this.real = real;
    this.durability = durability;
    this.isolation = real.isolation;
    this.#history = history;
    this.#snapshot = real.snapshot;
    this.#momentMin = Math.max(nowMicros, real.snapshot);
  }

  get snapshot(): number {
    return this.#snapshot;
  }

  get savepointCount(): number {
    return this.#savepoints.length;
  }

  /** The snapshot has moved to now. */
  refreshed(nowMicros: number): void {
    this.#snapshot = this.real.snapshot;
    this.#momentMin = Math.max(nowMicros, this.#snapshot);
  }

  see(key: string, nowMicros: number): ModelPair {
    const write = this.writes.get(key) ?? this.#history.newest(key, this.#snapshot);
    const value = write?.value;
    if (write === undefined || value === undefined) return { key, value: '', presence: 'absent' };
    const momentMax = Math.max(nowMicros, this.#momentMin);
    if (write.endMicros > momentMax) return { key, value, presence: 'present' };
    return { key, value, presence: write.endMicros <= this.#momentMin ? 'absent' : 'either' };
  }

  /** What is or may be there, in order. */
  scan(span: Span, nowMicros: number): ModelPair[] {
    const own = [...this.writes.keys()].filter((key) => isWithin(key, span));
    const keys = new Set([...this.#history.keysIn(span), ...own]);
    return [...keys]
      .toSorted(compareKeys)
      .map((key) => this.see(key, nowMicros))
      .filter((pair) => pair.presence !== 'absent');
  }

  savepoint(): void {
    this.#savepoints.push(new Map(this.writes));
  }

  rollbackTo(savepoint: number): void {
    this.writes = new Map(this.#savepoints[savepoint]!);
    this.#savepoints.length = savepoint + 1;
    this.locks.clear();
  }

  /** A key it has looked at that was committed to after its snapshot; the history holds what was committed before it. */
  staleRead(): string | undefined {
    const isStale = (key: string): boolean =>
      !this.writes.has(key) && this.#history.newestVersion(key) > this.#snapshot;
    for (const key of this.readKeys) if (isStale(key)) return key;
    for (const span of this.readSpans) {
      const key = this.#history.keysIn(span).find(isStale);
      if (key !== undefined) return key;
    }
    return undefined;
  }
}

/** Whether a cursor's pairs are those of the model, which may or may not hold some. Undefined: yes; else what is wrong. */
export function difference(
  real: readonly { readonly key: string; readonly value: string }[],
  expected: readonly ModelPair[],
): string | undefined {
  let at = 0;
  for (const pair of expected) {
    const shown = real[at];
    if (shown?.key === pair.key) {
      if (shown.value !== pair.value) return `${pair.key} is ${shown.value}, not ${pair.value}`;
      at += 1;
    } else if (pair.presence === 'present') return `${pair.key} = ${pair.value} is missing`;
  }
  const surplus = real[at];
  return surplus === undefined ? undefined : `${surplus.key} = ${surplus.value} is too much`;
}

export function keyOf(keyspace: number, key: string): string {
  return `${keyspace}/${key}`;
}

function isWithin(key: string, { keyspace, start, end }: Span): boolean {
  const slash = key.indexOf('/');
  if (Number(key.slice(0, slash)) !== keyspace) return false;
  const bytes = fromHex(key.slice(slash + 1))!;
  if (start !== undefined && compareBytes(bytes, fromHex(start)!) < 0) return false;
  return end === undefined || compareBytes(bytes, fromHex(end)!) < 0;
}

function compareKeys(left: string, right: string): number {
  const bytesOf = (key: string): Uint8Array => fromHex(key.slice(key.indexOf('/') + 1))!;
  return compareBytes(bytesOf(left), bytesOf(right));
}
