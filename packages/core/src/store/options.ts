/** What a store is opened with. Resolved once; the parts see only resolved options. */
import type { Clock } from '../base/clock.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import type { Durability } from '../txn/transaction.ts';

export interface StoreOptions {
  /** Source of commit versions and of background timing. */
  readonly clock: Clock;
  /** When a commit is acknowledged unless its transaction says otherwise. Default `fsync`. */
  readonly durability?: Durability | undefined;
  /** Bytes of recent writes in memory before they are flushed into tables. Default 64 MiB. */
  readonly memtableSizeBytes?: number | undefined;
  /** Bytes that a store without a disk may hold; beyond it commits fail with ALX_MEMORY_LIMIT. Default: no limit. */
  readonly memoryLimitBytes?: number | undefined;
  /** Default: says nothing. */
  readonly logger?: Logger | undefined;
}

export interface ResolvedStoreOptions {
  readonly clock: Clock;
  readonly durability: Durability;
  readonly memtableSizeBytes: number;
  readonly memoryLimitBytes: number;
  readonly logger: Logger;
}

export const STORE_DEFAULTS = Object.freeze({
  durability: 'fsync',
  memtableSizeBytes: 64 * 1024 * 1024,
  memoryLimitBytes: Number.MAX_SAFE_INTEGER,
  logger: silentLogger,
} as const);

export function resolveStoreOptions(options: StoreOptions): ResolvedStoreOptions {
  return {
    clock: options.clock,
    durability: options.durability ?? STORE_DEFAULTS.durability,
    memtableSizeBytes: options.memtableSizeBytes ?? STORE_DEFAULTS.memtableSizeBytes,
    memoryLimitBytes: options.memoryLimitBytes ?? STORE_DEFAULTS.memoryLimitBytes,
    logger: options.logger ?? STORE_DEFAULTS.logger,
  };
}
