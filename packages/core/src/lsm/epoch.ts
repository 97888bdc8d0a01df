/**
 * The time between two removals of tables. Cursors and compactions name the epoch they began in; tables that were removed at the
 * end of an epoch are kept until nobody is left in it or in an earlier one.
 */
import { LevelBlocks } from './level-blocks.ts';
import type { Table } from './table.ts';

export class Epoch {
  /** Cursors and compactions that began in it and have not ended. */
  readers = 0;
  /** Tables whose removal ended it. */
  readonly removed: Table[] = [];
  readonly #blocks = new WeakMap<readonly Table[], LevelBlocks>();

  /** A level as one sequence of blocks, made once for all cursors. */
  blocksOf(level: readonly Table[]): LevelBlocks {
    let blocks = this.#blocks.get(level);
    if (blocks === undefined) {
      blocks = new LevelBlocks(level);
      this.#blocks.set(level, blocks);
    }
    return blocks;
  }
}

export class EpochList {
  /** In order of time; the last is the current one. */
  readonly #epochs: Epoch[] = [new Epoch()];

  get current(): Epoch {
    return this.#epochs.at(-1)!;
  }

  /** Tables that are part of no version any more and may still be read. */
  get removedCount(): number {
    return this.#epochs.reduce((count, epoch) => count + epoch.removed.length, 0);
  }

  /** Ends the current epoch by the removal of tables, and begins the next. */
  end(removed: readonly Table[]): void {
    this.current.removed.push(...removed);
    this.#epochs.push(new Epoch());
  }

  /** Hands out, once, the tables that nobody can be reading any more. */
  takeUnread(): Table[] {
    const unread: Table[] = [];
    while (this.#epochs.length > 1 && this.#epochs[0]!.readers === 0) {
      unread.push(...this.#epochs.shift()!.removed);
    }
    return unread;
  }

  /** All tables that have not been handed out. */
  all(): Table[] {
    return this.#epochs.flatMap((epoch) => epoch.removed);
  }
}
