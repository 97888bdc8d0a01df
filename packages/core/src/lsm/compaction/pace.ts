/**
 * How much of the compaction that is due a commit does itself, so that the work is done before level 0 is full: graded from
 * nothing to as much as any write amplification asks for. Programs that never turn the event loop get their compaction in this way
 * alone, and no commit ever waits for a whole merge.
 *
 * Bytes of compaction are bytes of files read, bytes written are those of keys and values: what a memtable takes of them until it
 * is flushed is measured.
 */
import type { TableDescription } from '../version-edit.ts';
import type { Version } from '../version.ts';
import { compactionDebt, type LeveledOptions } from './leveled.ts';

/** A leveled tree rewrites each byte about this many times at most, so this much always gains on the writes. */
const PACE_MAX = 32;
/** What a commit does at least once level 0 is full: some milliseconds. */
const FULL_BYTES_MIN = 256 * 1024;

export interface Backlog {
  /** Bytes to be rewritten until no level is due. */
  readonly debtBytes: number;
  /** The most tables that a keyspace has in level 0. */
  readonly level0Tables: number;
}

export function backlogOf(version: Version<TableDescription>, options: LeveledOptions): Backlog {
  let debtBytes = 0;
  let level0Tables = 0;
  for (const levels of version.trees.values()) {
    debtBytes += compactionDebt(levels, options);
    level0Tables = Math.max(level0Tables, levels[0]!.length);
  }
  return { debtBytes, level0Tables };
}

/** Bytes of compaction for each byte written: what is due, divided by what may be written until level 0 is full. */
export function compactionPace(
  backlog: Backlog,
  memtableBytes: number,
  options: LeveledOptions,
): number {
  const { debtBytes, level0Tables } = backlog;
  if (debtBytes <= 0) return 0;
  const room = (options.level0Stop - level0Tables) * memtableBytes;
  return room <= 0 ? PACE_MAX : Math.min(PACE_MAX, debtBytes / room);
}

/** What a commit of so many bytes owes. */
export function owedBytes(
  backlog: Backlog,
  bytes: number,
  pace: number,
  options: LeveledOptions,
): number {
  const isFull = backlog.level0Tables >= options.level0Stop;
  return isFull ? Math.max(FULL_BYTES_MIN, bytes * pace) : bytes * pace;
}
