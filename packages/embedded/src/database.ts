/**
 * `Database`: a session over a store of its own. This file is its life only: opening, closing, and what concerns the whole
 * store. Statements come from `LocalSession`; keys, vectors and the catalog from one facet each.
 *
 * Every open transaction and session ends with the database; later calls on them fail with kind Closed.
 */
import { loadKernels } from '@alopex-db/core/kernels';
import { systemPause, systemRandom } from '@alopex-db/core/node';
import type { BackupReport, SnapshotReport, Store, StoreMetrics } from '@alopex-db/core';
import { SqlEngine, type FacetFactories } from '@alopex-db/sql';
import { CatalogApi } from './catalog-api.ts';
import type { Config } from './config.ts';
import { KvApi } from './kv-api.ts';
import { KvHistory } from './kv-history.ts';
import { openStore, type OpenedStore } from './open-store.ts';
import type { DatabaseOptions } from './options.ts';
import { gatherOptions, resolveOptions, type ResolvedOptions } from './resolve-options.ts';
import { MEMORY_TARGET } from './resolve-target.ts';
import { SyncKvApi } from './sync-kv-api.ts';
import { backupStore, type BackupOptions } from './transfer/backup.ts';
import { exportStore, persistStore, type ExportOptions } from './transfer/export.ts';
import { importFile, type ImportOptions, type ImportReport } from './transfer/import-file.ts';
import { UnbuiltSession } from './unbuilt-features.ts';
import { VectorApi } from './vector-api.ts';

/** Bytes of memory by owner. Working memory of running statements is not counted. */
export interface MemoryUsage {
  readonly memtables: number;
  readonly blockCache: number;
  readonly vectorIndexes: number;
}

const FACETS = Object.freeze({
  syncKv: (host) => new SyncKvApi(host),
  vector: (runner, host) => new VectorApi(host, runner),
  catalog: (_runner, host) => new CatalogApi(host),
} satisfies Omit<FacetFactories, 'kv'>);

export class Database extends UnbuiltSession {
  readonly #engine: SqlEngine;
  readonly #opened: OpenedStore;
  readonly #clock: ResolvedOptions['clock'];
  readonly #keyHistory: KvHistory;
  #closing: Promise<void> | undefined;

  private constructor(engine: SqlEngine, opened: OpenedStore, clock: ResolvedOptions['clock']) {
    const keyHistory = new KvHistory(opened.store);
    const facets: FacetFactories = { ...FACETS, kv: (host) => new KvApi(host, keyHistory) };
    super({ engine, facets, isShared: true });
    this.#keyHistory = keyHistory;
    this.#engine = engine;
    this.#opened = opened;
    this.#clock = clock;
  }

  /** Opens a directory (made when missing), a snapshot file `.alopex` (read-only) or `:memory:`. */
  static async open(
    target?: string | Config | DatabaseOptions,
    options?: DatabaseOptions,
  ): Promise<Database> {
    const resolved = resolveOptions(gatherOptions(target, options));
    const opened = openStore(resolved);
    try {
      const engine = createEngine(opened.store, resolved);
      await engine.ready();
      return new Database(engine, opened, resolved.clock);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** A database that ends with the process. */
  static openInMemory(options?: DatabaseOptions): Promise<Database> {
    return Database.open({ ...options, path: MEMORY_TARGET });
  }

  /** Writes what is in memory alone into tables. */
  async flush(): Promise<void> {
    this.host.check();
    this.#opened.store.flush();
  }

  /** Makes every commit so far durable and the next opening short: no log is left to be read. */
  async checkpoint(): Promise<void> {
    this.host.check();
    this.#opened.store.syncNow();
    this.#opened.store.flush();
  }

  /** Merges tables until nothing is left that no snapshot can see; others get their turn meanwhile. */
  async compact(): Promise<void> {
    this.host.check();
    await this.#opened.store.compact();
  }

  memoryUsage(): MemoryUsage {
    this.host.check();
    return {
      memtables: this.#opened.store.metrics().memtableBytes,
      blockCache: this.#opened.blockCache.sizeBytes,
      vectorIndexes: this.#engine.services.vectors.byteLength,
    };
  }

  metrics(): StoreMetrics {
    this.host.check();
    return this.#opened.store.metrics();
  }

  /**
   * Copies everything committed so far into a directory, which is then a database as of this moment; reads and writes go on
   * meanwhile. A directory that holds an earlier backup gets what is new only.
   */
  async backup(directory: string, options: BackupOptions = {}): Promise<BackupReport> {
    this.host.check();
    return backupStore(this.#opened.store, directory, options);
  }

  /** Writes everything committed so far into a snapshot file, `.alopex`; reads and writes go on meanwhile. */
  async exportTo(file: string, options: ExportOptions = {}): Promise<SnapshotReport> {
    this.host.check();
    return exportStore(this.#opened.store, file, options);
  }

  /** Copies everything committed so far into a directory that is empty or missing. This database stays what it is. */
  async persistTo(directory: string): Promise<void> {
    this.host.check();
    await persistStore(this.#opened.store, directory);
  }

  /** Loads a file of records into a table, made when missing: all of it or nothing. */
  importFrom(source: string, options: ImportOptions = {}): Promise<ImportReport> {
    return importFile(this, this.#clock, source, options);
  }

  /** Waits for what runs, rolls back open transactions, releases the directory. Idempotent. */
  override close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#keyHistory.close();
    await super.close();
    this.#engine.close();
    await this.#opened.close();
  }
}

function createEngine(store: Store, options: ResolvedOptions): SqlEngine {
  const engine = new SqlEngine({
    store,
    clock: options.clock,
    random: systemRandom,
    kernels: loadKernels(),
    pause: systemPause,
    vectorIndexMemoryBytes: options.vectorIndexMemoryBytes,
    int64: options.int64,
    numeric: options.numeric,
    temporal: options.temporal,
  });
  engine.settings.set('alopex.buffer_pool_size', String(options.bufferPoolSizeBytes));
  return engine;
}
