/** What a store is opened with. Resolved once; the parts see only resolved options. */
import { crc32, type Checksum } from '../base/checksum.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { BlockCache } from '../lsm/block-cache.ts';
import { OpenFiles } from '../lsm/open-files.ts';
import { LEVELED_DEFAULTS, type LeveledOptions } from '../lsm/compaction/leveled.ts';
import { CHUNK_SIZE } from '../memtable/large-value.ts';
import type { Compression } from '../sstable/compression.ts';
import type { Residency } from '../sstable/residency.ts';
import type { Durability } from '../txn/transaction.ts';
import type { Vfs } from '../vfs/vfs.ts';

export interface StoreOptions {
  /** Source of commit versions and of background timing. */
  readonly clock: Clock;
  /** The disk. Absent: the store lives in memory alone and ends with the process. */
  readonly vfs?: Vfs | undefined;
  /** Folder of the store on its disk; made when it does not exist. Default: the root. */
  readonly directory?: string | undefined;
  /** Opens what is there without lock and without changing a byte; writes fail with ALX_READ_ONLY. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Draws the id of a new store. Default: all new stores have the id 1, which only a shared log would mind. */
  readonly random?: Random | undefined;
  /** CRC-32. Default: the one in TypeScript; Node's own (`systemChecksum`) is several times as fast. */
  readonly checksum?: Checksum | undefined;
  /** Compresses the blocks of new tables. Default: not at all. */
  readonly compression?: Compression | undefined;
  /** Blocks of tables in memory; stores of a process may share one. Default: one of 512 MiB for this store. */
  readonly blockCache?: Residency | undefined;
  /** Bounds the open files of tables; stores of a process may share one. Default: 512 files for this store. */
  readonly openFiles?: OpenFiles | undefined;
  /** When a commit is acknowledged unless its transaction says otherwise. Default `fsync`. */
  readonly durability?: Durability | undefined;
  /** Longest time that a commit acknowledged under `os` or `memory` stays unsynced. Default 200 ms. */
  readonly backgroundSyncMs?: number | undefined;
  /** Bytes of recent writes in memory before they are flushed into tables. Default 64 MiB. */
  readonly memtableSizeBytes?: number | undefined;
  /** The shape of the levels that tables are merged into; what is absent is as in `LEVELED_DEFAULTS`. */
  readonly compaction?: Partial<LeveledOptions> | undefined;
  /** Lets others have the thread for a turn; awaited within long work such as `compact`. Default: nobody gets a turn. */
  readonly pause?: (() => Promise<void>) | undefined;
  /** Values with more bytes are kept out of line, in chunks that merges of keys do not copy. Default 64 KiB. */
  readonly valueSeparationBytes?: number | undefined;
  /** Bytes of such a chunk. Default 1 MiB. */
  readonly valueChunkBytes?: number | undefined;
  /** For how long flush and compaction keep versions that no open snapshot sees. Default 0 ms: not at all. */
  readonly historyRetentionMs?: number | undefined;
  /** Bytes of a segment of the log. Default 64 MiB. */
  readonly segmentSizeBytes?: number | undefined;
  /** Bytes that a store without a disk may hold; beyond it commits fail with ALX_MEMORY_LIMIT. Default: no limit. */
  readonly memoryLimitBytes?: number | undefined;
  /** Default: says nothing. */
  readonly logger?: Logger | undefined;
}

export interface ResolvedStoreOptions {
  readonly clock: Clock;
  readonly vfs: Vfs | undefined;
  readonly directory: string;
  readonly readOnly: boolean;
  readonly random: Random | undefined;
  readonly checksum: Checksum;
  readonly compression: Compression | undefined;
  readonly blockCache: Residency;
  readonly openFiles: OpenFiles;
  readonly durability: Durability;
  readonly backgroundSyncMs: number;
  readonly memtableSizeBytes: number;
  readonly valueSeparationBytes: number;
  readonly valueChunkBytes: number;
  readonly historyRetentionMs: number;
  readonly segmentSizeBytes: number;
  readonly compaction: LeveledOptions;
  readonly pause: () => Promise<void>;
  readonly memoryLimitBytes: number;
  readonly logger: Logger;
}

export const STORE_DEFAULTS = Object.freeze({
  directory: '',
  durability: 'fsync',
  backgroundSyncMs: 200,
  memtableSizeBytes: 64 * 1024 * 1024,
  valueSeparationBytes: 64 * 1024,
  valueChunkBytes: CHUNK_SIZE,
  segmentSizeBytes: 64 * 1024 * 1024,
  memoryLimitBytes: Number.MAX_SAFE_INTEGER,
} as const);

export function resolveStoreOptions(options: StoreOptions): ResolvedStoreOptions {
  return {
    clock: options.clock,
    vfs: options.vfs,
    directory: options.directory ?? STORE_DEFAULTS.directory,
    readOnly: options.readOnly === true,
    random: options.random,
    checksum: options.checksum ?? crc32,
    compression: options.compression,
    blockCache: options.blockCache ?? new BlockCache(),
    openFiles: options.openFiles ?? new OpenFiles(),
    durability: options.durability ?? STORE_DEFAULTS.durability,
    backgroundSyncMs: options.backgroundSyncMs ?? STORE_DEFAULTS.backgroundSyncMs,
    memtableSizeBytes: options.memtableSizeBytes ?? STORE_DEFAULTS.memtableSizeBytes,
    valueSeparationBytes: options.valueSeparationBytes ?? STORE_DEFAULTS.valueSeparationBytes,
    valueChunkBytes: options.valueChunkBytes ?? STORE_DEFAULTS.valueChunkBytes,
    historyRetentionMs: options.historyRetentionMs ?? 0,
    segmentSizeBytes: options.segmentSizeBytes ?? STORE_DEFAULTS.segmentSizeBytes,
    compaction: { ...LEVELED_DEFAULTS, ...options.compaction },
    pause: options.pause ?? (async (): Promise<void> => undefined),
    memoryLimitBytes: options.memoryLimitBytes ?? STORE_DEFAULTS.memoryLimitBytes,
    logger: options.logger ?? silentLogger,
  };
}
