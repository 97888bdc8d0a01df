/** What compaction has done since the store was opened, and what it has yet to do. */
import type { CompactionRun } from './run.ts';

export interface CompactionMetrics {
  /** Merges that have ended well. */
  readonly merges: number;
  /** Bytes of the tables merged, and of those that took their place. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** Tables that went to another level as they were, and that went altogether. */
  readonly movedTables: number;
  readonly droppedTables: number;
  /** Commits that compacted while level 0 was full, and how long in all. */
  readonly stalls: number;
  readonly stalledMs: number;
  /** Merges under way. */
  readonly running: number;
  /** About how many bytes have to be rewritten until no level is due. */
  readonly debtBytes: number;
  /** The most tables that a keyspace has in level 0. */
  readonly level0Tables: number;
  /** Bytes that a commit compacts for each byte it writes. */
  readonly pace: number;
  readonly paused: boolean;
  /** What the last merge has failed with, until one succeeds. */
  readonly failure: string | undefined;
}

type Counted = Pick<
  CompactionMetrics,
  'merges' | 'readBytes' | 'writtenBytes' | 'movedTables' | 'droppedTables' | 'stalls' | 'stalledMs'
>;

export class CompactionCounters {
  #merges = 0;
  #readBytes = 0;
  #writtenBytes = 0;
  #movedTables = 0;
  #droppedTables = 0;
  #stalls = 0;
  #stalledMs = 0;

  values(): Counted {
    return {
      merges: this.#merges,
      readBytes: this.#readBytes,
      writtenBytes: this.#writtenBytes,
      movedTables: this.#movedTables,
      droppedTables: this.#droppedTables,
      stalls: this.#stalls,
      stalledMs: this.#stalledMs,
    };
  }

  merged(run: CompactionRun): void {
    this.#merges += 1;
    this.#readBytes += run.inputBytes;
    this.#writtenBytes += run.writtenBytes;
  }

  moved(tables: number): void {
    this.#movedTables += tables;
  }

  dropped(tables: number): void {
    this.#droppedTables += tables;
  }

  stalled(ms: number): void {
    this.#stalls += 1;
    this.#stalledMs += ms;
  }
}
