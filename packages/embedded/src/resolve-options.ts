/** Options as given become options as used: defaults filled in, sizes in bytes, what is not built or not known refused. */
import { AlopexError, silentLogger, type Clock, type Logger } from '@alopex-db/core/base';
import { OPEN_FILES_MAX_DEFAULT, type Durability } from '@alopex-db/core';
import { systemClock, systemMemoryBytes } from '@alopex-db/core/node';
import type { Vfs } from '@alopex-db/core/vfs';
import { didYouMean } from '@alopex-db/sql';
import type { Int64Mode, NumericMode, TemporalMode } from '@alopex-db/sql/session';
import { parseByteSize, type ByteSize } from './byte-size.ts';
import { Config } from './config.ts';
import { parseDurationMs } from './duration.ts';
import type { DatabaseOptions } from './options.ts';
import { MEMORY_TARGET, resolveTarget, type Target } from './resolve-target.ts';

export interface ResolvedOptions {
  readonly target: Target;
  readonly readOnly: boolean;
  readonly createIfMissing: boolean;
  readonly memoryLimitBytes: number | undefined;
  readonly memtableSizeBytes: number;
  readonly historyRetentionMs: number;
  readonly blockCacheSizeBytes: number;
  readonly maxOpenFiles: number;
  readonly vectorIndexMemoryBytes: number;
  readonly bufferPoolSizeBytes: number;
  readonly durability: Durability;
  readonly compression: 'none' | 'zstd';
  readonly int64: Int64Mode;
  readonly numeric: NumericMode;
  readonly temporal: TemporalMode;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly vfs: Vfs | undefined;
}

const MEBIBYTE = 2 ** 20;

const DEFAULT_SIZES = Object.freeze({
  memtableSize: 64 * MEBIBYTE,
  blockCacheSize: 512 * MEBIBYTE,
  vectorIndexMemory: 1024 * MEBIBYTE,
});

/** The share of the machine's memory that `bufferPoolSize` is by default. */
const BUFFER_POOL_SHARE = 0.25;

/** Options that SPEC names and nothing here serves yet. Setting one is an error, so that nobody relies on it. */
const UNBUILT_OPTIONS: ReadonlySet<string> = new Set([
  'tempDirectory',
  'threads',
  'copyDirectories',
]);

const KNOWN_OPTIONS = [
  'path',
  'readOnly',
  'createIfMissing',
  'memoryLimit',
  'memtableSize',
  'historyRetention',
  'blockCacheSize',
  'maxOpenFiles',
  'vectorIndexMemory',
  'bufferPoolSize',
  'durability',
  'compression',
  'int64',
  'numeric',
  'temporal',
  'logger',
  'clock',
  'vfs',
] as const satisfies readonly (keyof DatabaseOptions)[];

/** The forms of `Database.open`'s arguments in one: options win over the target's own. */
export function gatherOptions(
  target: string | Config | DatabaseOptions | undefined,
  options: DatabaseOptions | undefined,
): DatabaseOptions {
  if (typeof target === 'string') return { ...options, path: target };
  const own = target instanceof Config ? target.options : target;
  return { ...own, ...options };
}

export function resolveOptions(given: DatabaseOptions): ResolvedOptions {
  checkNames(given);
  const target = resolveTarget(given.path ?? MEMORY_TARGET);
  const readOnly = given.readOnly === true || target.kind === 'snapshot';
  if (target.kind !== 'memory' && given.memoryLimit !== undefined) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'memoryLimit is for databases in memory', {
      hint: 'Limit a directory with memtableSize, blockCacheSize, vectorIndexMemory and bufferPoolSize.',
    });
  }
  if (target.kind === 'memory' && readOnly) {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      'a database in memory cannot be read-only: nothing could be in it',
    );
  }
  return {
    target,
    readOnly,
    createIfMissing: given.createIfMissing ?? true,
    memoryLimitBytes: optionalSize('memoryLimit', given.memoryLimit),
    memtableSizeBytes: size(given, 'memtableSize'),
    historyRetentionMs: parseDurationMs('historyRetention', given.historyRetention ?? 0),
    blockCacheSizeBytes: size(given, 'blockCacheSize'),
    maxOpenFiles: openFiles(given.maxOpenFiles),
    vectorIndexMemoryBytes: size(given, 'vectorIndexMemory'),
    bufferPoolSizeBytes:
      optionalSize('bufferPoolSize', given.bufferPoolSize) ??
      Math.max(MEBIBYTE, Math.floor(systemMemoryBytes() * BUFFER_POOL_SHARE)),
    durability: oneOf('durability', given.durability, ['fsync', 'os', 'memory']),
    compression: oneOf('compression', given.compression, ['zstd', 'none']),
    int64: oneOf('int64', given.int64, ['auto', 'bigint', 'number', 'string']),
    numeric: oneOf('numeric', given.numeric, ['string', 'number']),
    temporal: oneOf('temporal', given.temporal, ['date', 'string', 'temporal']),
    logger: given.logger ?? silentLogger,
    clock: given.clock ?? systemClock,
    vfs: given.vfs,
  };
}

/** Programs without type checks get told as well. */
function checkNames(given: DatabaseOptions): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (KNOWN_OPTIONS as readonly string[]).includes(name)) continue;
    if (UNBUILT_OPTIONS.has(name)) {
      throw new AlopexError('ALX_UNSUPPORTED', `the option "${name}" is not built yet`);
    }
    throw new AlopexError('ALX_UNKNOWN_OPTION', `unknown option "${name}"`, {
      hint: didYouMean(name, KNOWN_OPTIONS),
    });
  }
}

function size(given: DatabaseOptions, name: keyof typeof DEFAULT_SIZES): number {
  return optionalSize(name, given[name]) ?? DEFAULT_SIZES[name];
}

function openFiles(given: number | undefined): number {
  if (given === undefined) return OPEN_FILES_MAX_DEFAULT;
  if (Number.isSafeInteger(given) && given >= 1) return given;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `maxOpenFiles is ${given}`, {
    hint: 'Give a whole number from 1 on.',
  });
}

function optionalSize(name: string, value: ByteSize | undefined): number | undefined {
  return value === undefined ? undefined : parseByteSize(name, value);
}

/** The first of `allowed` is the default. */
function oneOf<T extends string>(
  name: string,
  value: T | undefined,
  allowed: readonly [T, ...T[]],
): T {
  if (value === undefined) return allowed[0];
  if (allowed.includes(value)) return value;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `${name} is one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`,
  );
}
