/**
 * States of blocks of rows, and of blocks of blocks: a tree with a fan-out of 32. A range of n rows is covered by at most 62
 * rows and 62 blocks a level, left to right, so that aggregates which keep the order of their rows do so here too.
 */
import type { Accumulator } from '../compute/aggregate/aggregate-function.ts';

const FAN_OUT = 32;
const FIRST_GROUP = new Int32Array(1);

export interface BlockSource {
  /** A state with one group. */
  create(): Accumulator;
  addRows(state: Accumulator, start: number, end: number): void;
}

export class BlockStates {
  readonly #source: BlockSource;
  /** Level 0 covers 32 rows a block, level 1 32 blocks of these, and so on; made when first asked for. */
  readonly #levels: (Accumulator | undefined)[][] = [];

  constructor(rowCount: number, source: BlockSource) {
    this.#source = source;
    for (let count = Math.floor(rowCount / FAN_OUT); count > 0; count = Math.floor(count / FAN_OUT))
      this.#levels.push(Array.from({ length: count }, () => undefined));
  }

  /** Adds rows [start, end) to the only group of `state`. */
  addRange(state: Accumulator, start: number, end: number): void {
    this.#add(state, start, end, 0);
  }

  /** The range in units of a level: 0 rows, 1 blocks of 32, and so on. */
  #add(state: Accumulator, start: number, end: number, level: number): void {
    const firstBlock = Math.ceil(start / FAN_OUT);
    const lastBlock = Math.floor(end / FAN_OUT);
    if (firstBlock >= lastBlock || this.#levels[level] === undefined) {
      this.#addUnits(state, start, end, level);
      return;
    }
    this.#addUnits(state, start, firstBlock * FAN_OUT, level);
    this.#add(state, firstBlock, lastBlock, level + 1);
    this.#addUnits(state, lastBlock * FAN_OUT, end, level);
  }

  #addUnits(state: Accumulator, start: number, end: number, level: number): void {
    if (start >= end) return;
    if (level === 0) {
      this.#source.addRows(state, start, end);
      return;
    }
    for (let index = start; index < end; index += 1)
      state.merge(this.#block(level - 1, index), FIRST_GROUP);
  }

  #block(level: number, index: number): Accumulator {
    const blocks = this.#levels[level]!;
    const known = blocks[index];
    if (known !== undefined) return known;
    const made = this.#source.create();
    this.#addUnits(made, index * FAN_OUT, (index + 1) * FAN_OUT, level);
    blocks[index] = made;
    return made;
  }
}
