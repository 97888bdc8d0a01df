/**
 * What a store must behave like, as simply as it can be said: per keyspace a map from key to the list of its committed
 * versions, newest last. Tests run the same script against this and against a store and compare.
 */
import { compareBytes, fromHex, toHex } from '../base/bytes.ts';

interface ModelVersion {
  readonly version: number;
  /** Undefined: deleted. */
  readonly value: string | undefined;
}

export interface ModelPair {
  readonly key: string;
  readonly value: string;
}

export interface ModelRange {
  /** Keys and values are hexadecimal. */
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly reverse?: boolean | undefined;
}

/** The committed state. */
export class KvModel {
  readonly #keyspaces = new Map<number, Map<string, ModelVersion[]>>();
  #lastVersion = 0;

  get lastVersion(): number {
    return this.#lastVersion;
  }

  /** A copy of everything. */
  clone(): KvModel {
    const copy = new KvModel();
    copy.#lastVersion = this.#lastVersion;
    for (const [keyspace, keys] of this.#keyspaces) {
      copy.#keyspaces.set(
        keyspace,
        new Map([...keys].map(([key, versions]) => [key, [...versions]])),
      );
    }
    return copy;
  }

  commit(transaction: ModelTransaction, version: number): void {
    this.#lastVersion = version;
    for (const [keyspace, writes] of transaction.writes) {
      const keys = this.#keyspaces.get(keyspace) ?? new Map<string, ModelVersion[]>();
      this.#keyspaces.set(keyspace, keys);
      for (const [key, value] of writes) {
        const versions = keys.get(key) ?? [];
        versions.push({ version, value });
        keys.set(key, versions);
      }
    }
  }

  get(keyspace: number, key: string, version: number): string | undefined {
    return this.#keyspaces
      .get(keyspace)
      ?.get(key)
      ?.findLast((entry) => entry.version <= version)?.value;
  }

  /** Version of the newest write to a key, 0 if there is none. */
  newestVersion(keyspace: number, key: string): number {
    return this.#keyspaces.get(keyspace)?.get(key)?.at(-1)?.version ?? 0;
  }

  keys(keyspace: number): string[] {
    return [...(this.#keyspaces.get(keyspace)?.keys() ?? [])];
  }

  dropKeyspace(keyspace: number): void {
    this.#keyspaces.delete(keyspace);
  }
}

/** One transaction over the model. Knows nothing of locks: the test decides who may write what. */
export class ModelTransaction {
  readonly snapshot: number;
  writes = new Map<number, Map<string, string | undefined>>();
  readonly #model: KvModel;
  #savepoints: Map<number, Map<string, string | undefined>>[] = [];

  constructor(model: KvModel, snapshot: number) {
    this.#model = model;
    this.snapshot = snapshot;
  }

  get(keyspace: number, key: string): string | undefined {
    const own = this.writes.get(keyspace);
    if (own?.has(key) === true) return own.get(key);
    return this.#model.get(keyspace, key, this.snapshot);
  }

  write(keyspace: number, key: string, value: string | undefined): void {
    const own = this.writes.get(keyspace) ?? new Map<string, string | undefined>();
    this.writes.set(keyspace, own);
    own.set(key, value);
  }

  scan(keyspace: number, range: ModelRange = {}): ModelPair[] {
    const keys = new Set([
      ...this.#model.keys(keyspace),
      ...(this.writes.get(keyspace)?.keys() ?? []),
    ]);
    const pairs: ModelPair[] = [];
    for (const key of [...keys].toSorted(compareHex)) {
      if (range.start !== undefined && compareHex(key, range.start) < 0) continue;
      if (range.end !== undefined && compareHex(key, range.end) >= 0) continue;
      const value = this.get(keyspace, key);
      if (value !== undefined) pairs.push({ key, value });
    }
    return range.reverse === true ? pairs.toReversed() : pairs;
  }

  savepoint(): number {
    this.#savepoints.push(copyWrites(this.writes));
    return this.#savepoints.length - 1;
  }

  rollbackTo(savepoint: number): void {
    this.writes = copyWrites(this.#savepoints[savepoint]!);
    this.#savepoints.length = savepoint + 1;
  }
}

function copyWrites(
  writes: ReadonlyMap<number, ReadonlyMap<string, string | undefined>>,
): Map<number, Map<string, string | undefined>> {
  return new Map([...writes].map(([keyspace, own]) => [keyspace, new Map(own)]));
}

function compareHex(left: string, right: string): number {
  return compareBytes(fromHex(left)!, fromHex(right)!);
}

/** The pairs that a cursor shows, as the model tells them. */
export function pairOf(key: Uint8Array, value: Uint8Array): ModelPair {
  return { key: toHex(key), value: toHex(value) };
}
