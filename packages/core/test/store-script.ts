/** The script behind `store-model.test.ts`: draws steps from a seed, does each to a store and to the model, compares. */
import type { ExpectStatic } from 'vitest';
import { AlopexError } from '../src/base/errors.ts';
import { keyspaceId } from '../src/base/brand.ts';
import { crc32 } from '../src/base/checksum.ts';
import { fromHex, toHex } from '../src/base/bytes.ts';
import { PENDING } from '../src/base/pending.ts';
import { chunkKeyspace } from '../src/memtable/large-value.ts';
import { verifyLocked } from '../src/store/verify.ts';
import { Store } from '../src/store/store.ts';
import { FaultVfs } from '../src/testing/fault-vfs.ts';
import {
  KvModel,
  ModelTransaction,
  pairOf,
  type ModelPair,
  type ModelRange,
} from '../src/testing/kv-model.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { Durability, Transaction } from '../src/txn/transaction.ts';

export interface ScriptOptions {
  readonly seed: number;
  readonly disk: boolean;
  /** Whether the process or the machine may stop between two steps. */
  readonly crashes: boolean;
}

interface Pair {
  readonly real: Transaction;
  readonly model: ModelTransaction;
  readonly durability: Durability;
  savepoints: number;
}

const KEYSPACES = [1, 2, 77_000].map(keyspaceId);
const OPEN_MAX = 4;

export class StoreScript {
  readonly #random: SeededRandom;
  readonly #clock = new ManualClock();
  readonly #options: ScriptOptions;
  #disk: FaultVfs;
  #store: Store;
  #model = new KvModel();
  /** States the store may be in after the machine stops: the durable one, and each later one. */
  #sinceDurable: KvModel[] = [];
  #open: Pair[] = [];

  constructor(options: ScriptOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new FaultVfs(options.seed);
    this.#store = this.#openStore();
    this.#sinceDurable = [this.#model.clone()];
  }

  async run(steps: number, expect: ExpectStatic): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await this.#step(expect, `seed ${this.#options.seed}, step ${step}`);
    }
    for (const pair of this.#open.splice(0)) pair.real.rollback();
    this.#compareAll(expect, `seed ${this.#options.seed}, at the end`);
    this.#store.compactNow();
    this.#compareAll(expect, `seed ${this.#options.seed}, compacted`);
    await this.#verify(expect);
    this.#deleteAll(expect);
    await this.#store.close();
  }

  /** The files are sound, and large values are those of their keys. */
  async #verify(expect: ExpectStatic): Promise<void> {
    if (!this.#options.disk) return;
    this.#store.syncNow();
    const { problems } = await verifyLocked(
      { vfs: this.#disk, directory: '', checksum: crc32, compressions: [], pause: async () => {} },
      false,
    );
    expect(problems, `seed ${this.#options.seed}: verified`).toEqual([]);
  }

  /** Chunks of large values go with their keys, whatever became of them before. */
  #deleteAll(expect: ExpectStatic): void {
    const remover = this.#store.begin();
    for (const keyspace of KEYSPACES) {
      for (const { key } of scanAll(remover, keyspace, {})) remover.delete(keyspace, fromHex(key)!);
    }
    remover.commitNow();
    const reader = this.#store.begin({ readOnly: true });
    for (const keyspace of KEYSPACES) {
      const left = scanAll(reader, chunkKeyspace(keyspace), {});
      expect(left, `seed ${this.#options.seed}: chunks of ${keyspace} without keys`).toEqual([]);
    }
    reader.rollback();
  }

  async #step(expect: ExpectStatic, where: string): Promise<void> {
    const random = this.#random;
    this.#clock.advance(random.below(3));
    const roll = random.below(100);
    if (this.#open.length === 0 || (roll < 8 && this.#open.length < OPEN_MAX)) this.#begin();
    else if (roll < 45) this.#write(expect, where);
    else if (roll < 65) this.#read(expect, where);
    else if (roll < 75) this.#scan(expect, where);
    else if (roll < 80) this.#savepoint();
    else if (roll < 92) await this.#end(expect, where);
    else if (roll < 95) this.#store.flush();
    else if (roll < 97) await this.#compact();
    else await this.#reopen(expect, where);
  }

  /** A full compaction, waited for or begun and left alone, while snapshots are open. */
  async #compact(): Promise<void> {
    const keyspace = this.#random.chance(0.5) ? this.#random.pick(KEYSPACES) : undefined;
    const kind = this.#random.pick(['now', 'awaited', 'left'] as const);
    if (kind === 'now') this.#store.compactNow(keyspace);
    else if (kind === 'awaited') await this.#store.compact(keyspace);
    // The store may be closed or crash under it.
    else void this.#store.compact(keyspace).catch(() => undefined);
  }

  #openStore(): Store {
    const { disk } = this.#options;
    return Store.open({
      clock: this.#clock,
      vfs: disk ? this.#disk : undefined,
      random: this.#random,
      durability: 'os',
      // A memtable's first slabs alone are larger than the smaller one of these, so that it is flushed at every commit.
      memtableSizeBytes: this.#random.pick([1, 300_000, 1 << 26]),
      segmentSizeBytes: this.#random.pick([200, 4096, 1 << 26]),
      // Most values out of line, some of them in several chunks; and the same values in line after the next opening.
      valueSeparationBytes: this.#random.pick([0, 20, 1 << 16]),
      valueChunkBytes: this.#random.pick([16, 100]),
      // So small that tables go through several levels.
      compaction: {
        level0Trigger: this.#random.pick([1, 2, 4]),
        level0Stop: this.#random.pick([4, 6]),
        baseLevelBytes: this.#random.pick([1000, 4000]),
        levelFactor: 2,
        fileSizeBytes: this.#random.pick([300, 2000]),
      },
    });
  }

  #begin(): void {
    const durability = this.#random.pick(['fsync', 'os', 'memory'] as const);
    const real = this.#store.begin({ durability, wait: 'never' });
    const model = new ModelTransaction(this.#model, real.snapshot);
    this.#open.push({ real, model, durability, savepoints: 0 });
  }

  #write(expect: ExpectStatic, where: string): void {
    const pair = this.#random.pick(this.#open);
    const keyspace = this.#random.pick(KEYSPACES);
    const key = this.#key();
    const kind = this.#random.pick(['put', 'put', 'insert', 'delete', 'lock'] as const);
    const value = toHex(this.#random.bytes(this.#random.pick([0, 1, 8, 60, 300])));
    const outcome = attempt(() => {
      const bytes = fromHex(key)!;
      if (kind === 'put') return pair.real.put(keyspace, bytes, fromHex(value)!);
      if (kind === 'insert') return pair.real.insert(keyspace, bytes, fromHex(value)!);
      return kind === 'delete'
        ? pair.real.delete(keyspace, bytes)
        : pair.real.lock(keyspace, bytes);
    });
    if (outcome === 'ALX_LOCK_NOT_AVAILABLE') {
      // The model knows no locks; but the row must be one that another open transaction has touched.
      expect(this.#open.length, `${where}: somebody holds the lock`).toBeGreaterThan(1);
      return;
    }
    const own = pair.model.writes.get(keyspace)?.has(key) === true;
    if (outcome === 'ALX_SERIALIZATION_CONFLICT') {
      const newest = this.#model.newestVersion(keyspace, key);
      expect(newest, `${where}: a newer version of ${key}`).toBeGreaterThan(pair.model.snapshot);
      return;
    }
    if (!own && kind !== 'lock' && outcome !== false) {
      const newest = this.#model.newestVersion(keyspace, key);
      expect(newest, `${where}: first updater wins on ${key}`).toBeLessThanOrEqual(
        pair.model.snapshot,
      );
    }
    if (kind === 'insert') {
      const exists = pair.model.get(keyspace, key) !== undefined;
      expect(outcome, `${where}: insert of ${key}`).toBe(!exists);
      if (!exists) pair.model.write(keyspace, key, value);
    } else if (kind === 'put') pair.model.write(keyspace, key, value);
    else if (kind === 'delete') pair.model.write(keyspace, key, undefined);
  }

  #read(expect: ExpectStatic, where: string): void {
    const pair = this.#random.pick(this.#open);
    const keyspace = this.#random.pick(KEYSPACES);
    const key = this.#key();
    const value = pair.real.get(keyspace, fromHex(key)!);
    const shown = value === PENDING || value === undefined ? undefined : toHex(value);
    expect(shown, `${where}: ${keyspace}/${key} at ${pair.model.snapshot}`).toBe(
      pair.model.get(keyspace, key),
    );
  }

  #scan(expect: ExpectStatic, where: string): void {
    const pair = this.#random.pick(this.#open);
    const keyspace = this.#random.pick(KEYSPACES);
    const range: ModelRange = {
      ...(this.#random.chance(0.5) ? { start: this.#key() } : {}),
      ...(this.#random.chance(0.5) ? { end: this.#key() } : {}),
      reverse: this.#random.chance(0.5),
    };
    expect(scanAll(pair.real, keyspace, range), `${where}: scan ${JSON.stringify(range)}`).toEqual(
      pair.model.scan(keyspace, range),
    );
  }

  #savepoint(): void {
    const pair = this.#random.pick(this.#open);
    if (pair.savepoints > 0 && this.#random.chance(0.5)) {
      const savepoint = this.#random.below(pair.savepoints);
      pair.real.rollbackTo(savepoint);
      pair.model.rollbackTo(savepoint);
      pair.savepoints = savepoint + 1;
      return;
    }
    pair.real.savepoint();
    pair.model.savepoint();
    pair.savepoints += 1;
  }

  async #end(expect: ExpectStatic, where: string): Promise<void> {
    const [pair] = this.#open.splice(this.#random.below(this.#open.length), 1) as [Pair];
    if (this.#random.chance(0.2)) {
      pair.real.rollback();
      return;
    }
    const writes = [...pair.model.writes.values()].some((keys) => keys.size > 0);
    const version = this.#random.chance(0.5) ? pair.real.commitNow() : await pair.real.commit();
    if (!writes) return;
    expect(version, `${where}: versions ascend`).toBeGreaterThan(this.#model.lastVersion);
    this.#model.commit(pair.model, version);
    // A sync covers everything before it as well.
    if (pair.durability === 'fsync') this.#sinceDurable = [];
    this.#sinceDurable.push(this.#model.clone());
  }

  async #reopen(expect: ExpectStatic, where: string): Promise<void> {
    if (!this.#options.disk) return;
    this.#open = [];
    if (!this.#options.crashes || this.#random.chance(0.3)) {
      await this.#store.close();
      this.#store = this.#openStore();
    } else {
      this.#disk = this.#disk.crash(this.#random.nextUint32());
      this.#store = this.#openStore();
      this.#adoptSurvivor(expect, where);
    }
    this.#sinceDurable = [this.#model.clone()];
    this.#compareAll(expect, where);
  }

  /** After a crash: the model becomes the state that the store is in, which must be one of those allowed. */
  #adoptSurvivor(expect: ExpectStatic, where: string): void {
    const survivor = this.#sinceDurable.find((state) => this.#equals(state));
    expect(
      survivor,
      `${where}: the store is in a state it was in, no older than the last sync`,
    ).toBeDefined();
    this.#model = survivor!;
  }

  #equals(model: KvModel): boolean {
    const { real, expected } = this.#everything(model);
    return JSON.stringify(real) === JSON.stringify(expected);
  }

  #compareAll(expect: ExpectStatic, where: string): void {
    const { real, expected } = this.#everything(this.#model);
    expect(real, `${where}: everything`).toEqual(expected);
  }

  #everything(model: KvModel): { real: ModelPair[][]; expected: ModelPair[][] } {
    const transaction = this.#store.begin({ readOnly: true });
    const reader = new ModelTransaction(model, model.lastVersion);
    const real = KEYSPACES.map((keyspace) => scanAll(transaction, keyspace, {}));
    transaction.rollback();
    return { real, expected: KEYSPACES.map((keyspace) => reader.scan(keyspace)) };
  }

  #key(): string {
    const length = this.#random.pick([1, 1, 2, 9]);
    const key = new Uint8Array(length).fill(7);
    key[length - 1] = this.#random.below(12);
    return toHex(key);
  }
}

function scanAll(
  transaction: Transaction,
  keyspace: (typeof KEYSPACES)[number],
  range: ModelRange,
): ModelPair[] {
  const cursor = transaction.scan(keyspace, {
    start: range.start === undefined ? undefined : fromHex(range.start),
    end: range.end === undefined ? undefined : fromHex(range.end),
    reverse: range.reverse,
  });
  const pairs: ModelPair[] = [];
  while (cursor.advance() === true) {
    const { key, value } = cursor;
    pairs.push(
      pairOf(key.bytes.slice(key.start, key.end), value.bytes.slice(value.start, value.end)),
    );
  }
  cursor.close();
  return pairs;
}

/** The result, or the code of the error. */
function attempt(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (error instanceof AlopexError) return error.code;
    throw error;
  }
}
