/**
 * How much of the compaction that is due a commit does itself, so that the work is done before level 0 is full: graded from
 * nothing to everything. Programs that never turn the event loop get their compaction in this way alone.
 */
import type { TableDescription } from '../version-edit.ts';
import type { Version } from '../version.ts';
import { compactionDebt, type LeveledOptions } from './leveled.ts';

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

/**
 * Bytes of compaction for each byte written: what is due, divided by what may be written until level 0 is full. `Infinity` once
 * it is: then commits wait until it is not.
 */
export function compactionPace(
  backlog: Backlog,
  doneBytes: number,
  memtableSizeBytes: number,
  options: LeveledOptions,
): number {
  const due = backlog.debtBytes - doneBytes;
  if (due <= 0) return 0;
  const room = (options.level0Stop - backlog.level0Tables) * memtableSizeBytes;
  return room <= 0 ? Infinity : due / room;
}
