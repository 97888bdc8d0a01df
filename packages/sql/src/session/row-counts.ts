/**
 * Row counts for one compiled statement: answers the planner from the store's own figures and remembers what it said, so that
 * a cached plan made for an empty table is not kept for a full one.
 */
import { keyspaceId } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import type { TableDef } from '../catalog/table-def.ts';
import type { Statistics } from '../optimizer/statistics.ts';

/** A plan is made anew when a table has grown or shrunk by this factor. */
const DRIFT_MAX = 4;
/** Below so many rows no plan is bad. */
const ROWS_MIN = 100;
/** Commits between two looks at the figures, at most. */
const PAUSE_MAX = 1_024;

export class RowCounts implements Statistics {
  readonly #store: Store;
  /** Keyspace -> rows, as answered. */
  readonly #answers = new Map<number, number>();
  #lookAt: number;
  #pause = 1;

  constructor(store: Store) {
    this.#store = store;
    this.#lookAt = store.visible + 1;
  }

  rowCount(table: TableDef): number {
    const rows = this.#count(table.id);
    this.#answers.set(table.id, rows);
    return rows;
  }

  /** Whether the answers are still about right. Looks seldom: one comparison for most calls. */
  hold(): boolean {
    const { visible } = this.#store;
    if (visible < this.#lookAt) return true;
    for (const [keyspace, rows] of this.#answers) {
      if (hasDrifted(rows, this.#count(keyspace))) return false;
    }
    this.#pause = Math.min(this.#pause * 2, PAUSE_MAX);
    this.#lookAt = visible + this.#pause;
    return true;
  }

  #count(keyspace: number): number {
    return this.#store.entryEstimate(keyspaceId(keyspace));
  }
}

function hasDrifted(before: number, now: number): boolean {
  const low = Math.max(ROWS_MIN, Math.min(before, now));
  return Math.max(before, now) > low * DRIFT_MAX;
}
