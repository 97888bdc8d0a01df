/**
 * What all sessions of one store share: the catalog, compiled statements, numbers, resident vectors. Made when a
 * database is opened, closed with it; knows no session.
 */
import {
  AlopexError,
  PENDING,
  keyspaceId,
  version as asVersion,
  type Clock,
  type KeyspaceId,
  type Random,
  type Version,
} from '@alopex-db/core/base';
import type { KeyTransactionOptions, Store } from '@alopex-db/core';
import { createTimeZoneProvider, type TimeZoneProvider } from '@alopex-db/core/compute';
import type { Kernels } from '@alopex-db/core/kernels';
import type { DataType } from '@alopex-db/core/types';
import { VectorDistances } from '@alopex-db/core/vector';
import type { ParsedStatement } from '../ast/statement.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import { keyspacesOf } from '../catalog/index-layout.ts';
import { CATALOG_KEYSPACE, FIRST_OBJECT_ID } from '../catalog/oids.ts';
import { StoredCatalog } from '../catalog/stored-catalog.ts';
import { openPlan } from '../exec/open-plan.ts';
import type { ExecServices } from '../exec/services.ts';
import type { OpenPlan } from '../exec/statement-context.ts';
import { VectorCache } from '../exec/vector-cache.ts';
import { VectorIndexes } from '../exec/vector-indexes.ts';
import { NumberAllocator } from '../storage/number-allocator.ts';
import { CommitGuard } from './commit-guard.ts';
import { cannotWait } from './driver.ts';
import { loadFrontEnd, type FrontEnd } from './front-end.ts';
import { DEFAULT_OUTPUT_FORM, type OutputForm } from './output-value.ts';
import { parameterHints } from './parameters.ts';
import type { KeyReader } from './point-select.ts';
import { RowCounts } from './row-counts.ts';
import type { Int64Mode, NumericMode, SqlValue, TemporalMode } from './session.ts';
import { Settings, type ReadAsOf, type ResolvedSettings } from './settings.ts';
import type { Statement } from './statement.ts';
import { StatementCache, type CachedStatement } from './statement-cache.ts';
import { TransactionBlock } from './transaction-block.ts';

export interface SqlEngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly kernels: Kernels;
  /**
   * Resolves after `delayMs`; with 0 after one turn of the event loop, which is what a long statement waits for after each
   * time slice. Unlike the clock's tasks it keeps the process alive.
   */
  readonly pause: (delayMs: number) => Promise<void>;
  /** Bytes for vector columns held in memory; default 1 GiB. */
  readonly vectorIndexMemoryBytes?: number | undefined;
  /** How BIGINT appears unless a call says otherwise; default 'auto'. */
  readonly int64?: Int64Mode | undefined;
  /** How NUMERIC appears unless a call says otherwise; default 'string'. */
  readonly numeric?: NumericMode | undefined;
  /** Time zones by name; default those of the host. */
  readonly findZone?: TimeZoneProvider | undefined;
  /** How TIMESTAMP appears unless a call says otherwise; default 'date'. */
  readonly temporal?: TemporalMode | undefined;
}

export interface BeginOptions extends KeyTransactionOptions {
  readonly settings: ResolvedSettings;
}

export class SqlEngine {
  readonly store: Store;
  readonly services: ExecServices;
  readonly catalog: StoredCatalog;
  readonly outputForm: OutputForm;
  /** Defaults of the database: what sessions start with. */
  readonly settings: Settings;
  readonly pause: (delayMs: number) => Promise<void>;
  readonly openPlan: OpenPlan = openPlan;
  /** The newest committed row of a key. */
  readonly readLatest: KeyReader;
  /** Definitions against writers. */
  readonly commits = new CommitGuard(this);
  readonly #cache = new StatementCache();
  /** Keyspaces dropped by a commit that older snapshots may still read. */
  #dropped: readonly { readonly keyspace: KeyspaceId; readonly version: Version }[] = [];
  #frontEnd: FrontEnd | undefined;
  #loading: Promise<FrontEnd> | undefined;
  #hasFreedForgotten = false;

  constructor(options: SqlEngineOptions) {
    const { store, clock, random, kernels } = options;
    this.store = store;
    const findZone = options.findZone ?? createTimeZoneProvider();
    this.settings = new Settings(undefined, findZone);
    this.pause = options.pause;
    this.readLatest = (keyspace, key, slot) => store.readLatest(keyspace, key, slot);
    this.services = {
      store,
      clock,
      random,
      kernels,
      vectors: new VectorCache(store, kernels, options.vectorIndexMemoryBytes),
      vectorIndexes: new VectorIndexes({
        store,
        kernels,
        random,
        memoryBytesMax: options.vectorIndexMemoryBytes,
      }),
      numbers: new NumberAllocator(store),
      findZone,
    };
    this.catalog = new StoredCatalog(() => store.lastCommit(keyspaceId(CATALOG_KEYSPACE)));
    this.outputForm = {
      ...DEFAULT_OUTPUT_FORM,
      int64: options.int64 ?? DEFAULT_OUTPUT_FORM.int64,
      numeric: options.numeric ?? DEFAULT_OUTPUT_FORM.numeric,
      temporal: options.temporal ?? DEFAULT_OUTPUT_FORM.temporal,
    };
    this.followCatalog(this.catalog.lastChange);
  }

  /** Whether statements can be compiled without waiting. */
  get isReady(): boolean {
    return this.#frontEnd !== undefined;
  }

  /** Loads the front end, which the first statement of a process waits for. */
  async ready(): Promise<void> {
    const { kernels, numbers } = this.services;
    this.#loading ??= loadFrontEnd({ distances: new VectorDistances(kernels), sequences: numbers });
    this.#frontEnd = await this.#loading;
    this.#freeForgotten();
  }

  /**
   * Frees, once after opening, what was dropped by a commit and not freed before the process ended: keyspaces of objects
   * that the catalog does not know.
   */
  #freeForgotten(): void {
    if (this.#hasFreedForgotten || this.store.readOnly) return;
    this.#hasFreedForgotten = true;
    // Objects of open transactions are not in the catalog yet.
    if (this.store.metrics().openTransactions > 0) return;
    const transaction = this.store.begin({ readOnly: true });
    try {
      const view = this.catalog.view(transaction);
      if (view === PENDING) return;
      const known = new Set<number>(view.tables().flatMap(keyspacesOf));
      const stored = this.store.keyspaces().filter((keyspace) => keyspace >= FIRST_OBJECT_ID);
      this.#dropKeyspaces(stored.filter((keyspace) => !known.has(keyspace)));
    } finally {
      transaction.rollback();
    }
  }

  /** For calls that cannot wait: throws unless the front end is there. */
  readyNow(): void {
    this.#requireFrontEnd();
  }

  parseOne(text: string): ParsedStatement {
    return this.#cache.get(text)?.parsed ?? this.#requireFrontEnd().parser.parseStatement(text);
  }

  parseScript(text: string): ParsedStatement[] {
    return this.#requireFrontEnd().parser.parseScript(text);
  }

  begin({ settings, ...options }: BeginOptions): TransactionBlock {
    const transaction = this.store.begin({
      isolation: options.isolation ?? settings.isolation,
      readOnly: options.readOnly === true || settings.readOnly,
      durability: options.durability ?? settings.durability,
      wait: options.wait,
      lockTimeoutMs: settings.lockTimeoutMs,
      asOf: settings.readAsOf === undefined ? undefined : this.#versionAt(settings.readAsOf),
    });
    return new TransactionBlock(this, transaction, settings.timeZone);
  }

  /** A moment after the newest commit is that commit's. */
  #versionAt(asOf: ReadAsOf): Version {
    if (asOf.kind === 'version') return asVersion(asOf.version);
    const { clock } = this.services;
    const micros = asOf.kind === 'ago' ? clock.nowMicros() - asOf.ms * 1000 : asOf.micros;
    return asVersion(Math.min(Math.max(0, Math.floor(micros)), this.store.visible));
  }

  /** The catalog that a block's statements see. */
  viewOf(block: TransactionBlock): CatalogView {
    const view = this.catalog.view(block.transaction);
    if (view === PENDING) throw cannotWait();
    return view;
  }

  /** The compiled form for a view; shared with every statement of the same text. */
  compile(
    statement: Statement,
    view: CatalogView,
    searchPath: readonly string[],
    values: readonly SqlValue[] | undefined,
  ): CachedStatement {
    const cached = this.cached(statement, view, searchPath);
    if (cached !== undefined) return cached;
    const hinted = statement.isCacheable ? this.#cache.get(statement.text) : undefined;
    if (
      hinted?.view === view &&
      hinted.rowCounts.hold() &&
      hinted.searchPath === searchPath.join() &&
      hinted.hints !== undefined &&
      sameHints(hinted.hints, values)
    ) {
      return hinted;
    }
    const entry = this.#compileAnew(statement, view, searchPath, values);
    // DDL checks names when it runs and is seldom repeated.
    if (statement.isCacheable && entry.compiled.kind !== 'ddl') {
      this.#cache.set(statement.text, entry);
    }
    return entry;
  }

  /** The compiled form, if it is there and rests on no hints. */
  cached(
    statement: Statement,
    view: CatalogView,
    searchPath: readonly string[],
  ): CachedStatement | undefined {
    const cached = statement.isCacheable ? this.#cache.get(statement.text) : undefined;
    if (cached === undefined || cached.view !== view || cached.hints !== undefined)
      return undefined;
    if (!cached.rowCounts.hold()) return undefined;
    return cached.searchPath === searchPath.join() ? cached : undefined;
  }

  /** To be called after a commit, and once after opening: what the catalog has changed beside statements. */
  followCatalog(version: Version): void {
    if (this.catalog.lastChange !== version) return;
    const transaction = this.store.begin({ readOnly: true });
    try {
      const view = this.catalog.view(transaction);
      if (view !== PENDING) this.services.vectorIndexes.follow(view);
    } finally {
      transaction.rollback();
    }
  }

  /** A keyspace was dropped by a commit. It is freed once no snapshot is left that may still read it. */
  forgetKeyspace(keyspace: KeyspaceId, version: Version): void {
    this.services.vectors.drop(keyspace, version);
    this.services.vectorIndexes.forget(keyspace);
    this.#dropped = [...this.#dropped, { keyspace, version }];
  }

  /** To be called when a transaction has ended: frees what nobody can read any more. */
  freeDropped(): void {
    if (this.#dropped.length === 0) return;
    const oldest = this.store.oldestSnapshot;
    const freed = this.#dropped.filter(({ version }) => version <= oldest);
    this.#dropped = this.#dropped.filter(({ version }) => version > oldest);
    this.#dropKeyspaces(freed.map(({ keyspace }) => keyspace));
  }

  /** What forgets rows for good must not outlive, in a loss of power, the commit that dropped their table. */
  #dropKeyspaces(keyspaces: readonly KeyspaceId[]): void {
    if (keyspaces.length === 0) return;
    this.store.syncNow();
    for (const keyspace of keyspaces) this.store.dropKeyspace(keyspace);
  }

  /** Stops listening to the store, which its owner closes. */
  close(): void {
    this.#dropped = [];
    this.services.vectors.close();
  }

  #compileAnew(
    statement: Statement,
    view: CatalogView,
    searchPath: readonly string[],
    values: readonly SqlValue[] | undefined,
  ): CachedStatement {
    const { parsed, text } = statement;
    const hints = values === undefined ? undefined : parameterHints(values);
    const rowCounts = new RowCounts(this.store);
    const compiled = this.#requireFrontEnd().compile(parsed, {
      catalog: view,
      searchPath,
      text,
      statistics: rowCounts,
      parameterHints: hints,
    });
    const usedHints = compiled.kind === 'query' && compiled.usedHints;
    return {
      parsed,
      view,
      searchPath: searchPath.join(),
      compiled,
      hints: usedHints ? hints : undefined,
      rowCounts,
      fastPath: undefined,
    };
  }

  #requireFrontEnd(): FrontEnd {
    if (this.#frontEnd !== undefined) return this.#frontEnd;
    throw new AlopexError('ALX_INTERNAL', 'the front end of SQL is not loaded yet', {
      hint: 'Await ready() before the first synchronous statement.',
    });
  }
}

function sameHints(
  hints: readonly (DataType | undefined)[],
  values: readonly SqlValue[] | undefined,
): boolean {
  if (values === undefined) return false;
  const now = parameterHints(values);
  return hints.every((hint, index) => hint?.kind === now[index]?.kind);
}
