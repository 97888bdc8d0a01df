/**
 * A session over a store in this process. `embedded`'s Database is one that also opens and closes the store; `session()`
 * gives private ones with settings of their own.
 */
import { AlopexError, nextBelow } from '@alopex-db/core/base';
import type { FacetFactories } from './facets.ts';
import { LocalTransaction } from './local-transaction.ts';
import { Runner } from './runner.ts';
import type {
  RetryOptions,
  Session,
  SessionTransaction,
  SyncFacet,
  TransactionOptions,
} from './session.ts';
import { isConflict, SessionHost } from './session-host.ts';
import { Settings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import { SyncRunner } from './sync-runner.ts';

const ATTEMPTS_DEFAULT = 10;
const BACKOFF_MS_MAX = 100;

export interface LocalSessionOptions {
  readonly engine: SqlEngine;
  readonly facets: FacetFactories;
  /** True for the database itself, which many callers share: SET changes its defaults, SQL's BEGIN is refused. */
  readonly isShared: boolean;
}

export class LocalSession extends Runner implements Session {
  protected override readonly host: SessionHost;
  protected override readonly facets: FacetFactories;
  /** Begun here and not ended yet. */
  readonly #transactions = new Set<LocalTransaction>();
  #sync: SyncFacet | undefined;

  constructor({ engine, facets, isShared }: LocalSessionOptions) {
    super();
    const settings = isShared ? engine.settings : new Settings(engine.settings);
    this.host = new SessionHost({ engine, settings, isShared });
    this.facets = facets;
  }

  /** The same statements on the calling thread; the parser must be loaded (`engine.ready()`). */
  get sync(): SyncFacet {
    return (this.#sync ??= new SyncRunner(this.host, this.facets));
  }

  async begin(options: TransactionOptions = {}): Promise<SessionTransaction> {
    this.host.check();
    checkSignal(options.signal);
    const { engine } = this.host;
    // From here on every call of the transaction takes its turn when it is made: none waits for the parser first.
    await engine.ready();
    const settings = new Settings(this.host.settings);
    const block = engine.begin({
      settings: settings.resolved,
      isolation: options.isolation,
      readOnly: options.mode === undefined ? undefined : options.mode === 'read only',
      durability: options.durability,
    });
    const transaction: LocalTransaction = new LocalTransaction({
      engine,
      settings,
      block,
      facets: this.facets,
      signal: options.signal,
      onEnd: () => this.#transactions.delete(transaction),
    });
    this.#transactions.add(transaction);
    return transaction;
  }

  async transaction<R>(
    body: (tx: SessionTransaction) => Promise<R>,
    options: TransactionOptions & RetryOptions = {},
  ): Promise<R> {
    const attempts = options.maxAttempts ?? ATTEMPTS_DEFAULT;
    if (!(attempts >= 1)) {
      throw new AlopexError('ALX_INVALID_ARGUMENT', 'maxAttempts must be at least 1');
    }
    for (let attempt = 1; ; attempt += 1) {
      const transaction = await this.begin(options);
      try {
        const result = await body(transaction);
        if (transaction.state === 'Active') await transaction.commit();
        return result;
      } catch (error) {
        await transaction.rollback();
        if (!isConflict(error) || attempt >= attempts) throw error;
      }
      checkSignal(options.signal);
      await this.#backOff(attempt);
    }
  }

  async set(name: string, value: string | number | boolean): Promise<void> {
    this.host.check();
    this.host.settings.set(name, String(value));
  }

  async session(): Promise<Session> {
    this.host.check();
    const { engine } = this.host;
    return new LocalSession({ engine, facets: this.facets, isShared: false });
  }

  /** Rolls back what is still open. */
  async close(): Promise<void> {
    await Promise.all([...this.#transactions].map((transaction) => transaction.rollback()));
    await this.host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #backOff(attempt: number): Promise<void> {
    const { engine } = this.host;
    const boundMs = Math.min(BACKOFF_MS_MAX, 2 ** attempt);
    await engine.pause(nextBelow(engine.services.random, boundMs));
  }
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const cause: unknown = signal.reason;
  throw new AlopexError('ALX_CANCELLED', 'canceled before the transaction began', { cause });
}
