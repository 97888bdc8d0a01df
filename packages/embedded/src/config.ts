/** `DatabaseOptions` as chained methods: `Config.default().path('./data').durability('os')`. Immutable: each call makes a new one. */
import type { Clock, Logger } from '@alopex-db/core/base';
import type { Durability } from '@alopex-db/core';
import type { Int64Mode, NumericMode, TemporalMode } from '@alopex-db/sql/session';
import type { ByteSize } from './byte-size.ts';
import type { Duration } from './duration.ts';
import type { DatabaseOptions } from './options.ts';

export class Config {
  readonly options: DatabaseOptions;

  private constructor(options: DatabaseOptions) {
    this.options = Object.freeze(options);
  }

  static default(): Config {
    return new Config({});
  }

  path(path: string): Config {
    return this.#with({ path });
  }

  readOnly(readOnly: boolean = true): Config {
    return this.#with({ readOnly });
  }

  createIfMissing(createIfMissing: boolean): Config {
    return this.#with({ createIfMissing });
  }

  historyRetention(historyRetention: Duration): Config {
    return this.#with({ historyRetention });
  }

  memtableSize(memtableSize: ByteSize): Config {
    return this.#with({ memtableSize });
  }

  blockCacheSize(blockCacheSize: ByteSize): Config {
    return this.#with({ blockCacheSize });
  }

  maxOpenFiles(maxOpenFiles: number): Config {
    return this.#with({ maxOpenFiles });
  }

  vectorIndexMemory(vectorIndexMemory: ByteSize): Config {
    return this.#with({ vectorIndexMemory });
  }

  bufferPoolSize(bufferPoolSize: ByteSize): Config {
    return this.#with({ bufferPoolSize });
  }

  durability(durability: Durability): Config {
    return this.#with({ durability });
  }

  compression(compression: 'none' | 'zstd'): Config {
    return this.#with({ compression });
  }

  int64(int64: Int64Mode): Config {
    return this.#with({ int64 });
  }

  numeric(numeric: NumericMode): Config {
    return this.#with({ numeric });
  }

  temporal(temporal: TemporalMode): Config {
    return this.#with({ temporal });
  }

  logger(logger: Logger): Config {
    return this.#with({ logger });
  }

  clock(clock: Clock): Config {
    return this.#with({ clock });
  }

  #with(change: DatabaseOptions): Config {
    return new Config({ ...this.options, ...change });
  }
}
