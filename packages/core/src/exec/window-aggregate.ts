/**
 * Aggregates over frames, the cheapest way that fits:
 *   whole partition  the frame is the partition for every row: one group per partition, all rows at once
 *   running          the frame starts where the partition does and its end never goes back: one state that grows
 *   blocks           wide frames: states of blocks of 32 rows, of 32 blocks, and so on; a frame merges the few that cover it
 *   rows             narrow frames: the rows of every frame, many frames in one update
 */
import type { Accumulator, AggregateFunction } from '../compute/aggregate/aggregate-function.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { createColumnBuilder, gatherColumn, sliceColumn } from '../types/create-column-builder.ts';
import { BlockStates } from './window-blocks.ts';
import { forEachFramePart } from './window-exclude.ts';
import type { WindowInput } from './window-rank.ts';

/** The input of an aggregate; `passes[at]` is 0 where FILTER drops the row. */
export interface WindowAggregateInput extends WindowInput {
  readonly function: AggregateFunction;
  readonly passes: Uint8Array | undefined;
  /** Called now and then in long loops. */
  readonly check: () => void;
}

/** Above this mean width, merging blocks beats adding rows. */
const ROWS_WIDTH_MAX = 96;
/** Rows handed to an accumulator at once. */
const CHUNK_ROWS = 4096;

export function windowAggregate(input: WindowAggregateInput): ColumnVector {
  switch (shapeOf(input)) {
    case 'partition':
      return overPartitions(input);
    case 'running':
      return running(input);
    case 'blocks':
      return overBlocks(input);
    case 'rows':
      return overRows(input);
  }
}

function shapeOf({
  frames,
  partitions,
}: WindowAggregateInput): 'partition' | 'running' | 'blocks' | 'rows' {
  const { starts, ends, exclude } = frames;
  const { partitionStarts, rowCount } = partitions;
  let whole = exclude === 'no others';
  let grows = whole;
  let width = 0;
  for (let index = 0; index + 1 < partitionStarts.length; index += 1) {
    const first = partitionStarts[index]!;
    const last = partitionStarts[index + 1]!;
    for (let at = first; at < last; at += 1) {
      if (starts[at] !== first) whole = grows = false;
      if (ends[at] !== last) whole = false;
      if (at > first && ends[at]! < ends[at - 1]!) grows = false;
      width += Math.max(0, ends[at]! - starts[at]!);
    }
  }
  if (whole) return 'partition';
  if (grows) return 'running';
  return width > rowCount * ROWS_WIDTH_MAX ? 'blocks' : 'rows';
}

function newState(input: WindowAggregateInput, groupCount: number): Accumulator {
  const types = input.args.map((argument) => argument.type);
  const state = input.function.createAccumulator(types, input.type);
  state.resize(groupCount);
  return state;
}

/** Adds a short stretch of rows to a state of one group. */
function addRange(
  state: Accumulator,
  start: number,
  end: number,
  { args, passes }: WindowAggregateInput,
): void {
  for (let at = start; at < end; at += 1) {
    // Without FILTER all at once, else the stretches that it leaves.
    let stop = passes === undefined ? Math.min(end, at + FIRST_GROUPS.length) : at;
    if (passes !== undefined)
      while (stop < end && passes[stop] !== 0 && stop - at < FIRST_GROUPS.length) stop += 1;
    if (stop === at) continue;
    const rows = args.map((argument) => sliceColumn(argument, at, stop));
    state.update(rows, FIRST_GROUPS, stop - at);
    at = stop - 1;
  }
}

/** Every row in group 0. */
const FIRST_GROUPS = new Int32Array(64);

/** Gathers rows for a state, and updates it with many of them at once. */
class Rows {
  readonly #state: Accumulator;
  readonly #input: WindowAggregateInput;
  readonly #selection = new Int32Array(CHUNK_ROWS);
  readonly #groups = new Int32Array(CHUNK_ROWS);
  #count = 0;

  constructor(state: Accumulator, input: WindowAggregateInput) {
    this.#state = state;
    this.#input = input;
  }

  add(at: number, group: number): void {
    const { passes } = this.#input;
    if (passes !== undefined && passes[at] === 0) return;
    if (this.#count === CHUNK_ROWS) this.flush();
    this.#selection[this.#count] = at;
    this.#groups[this.#count] = group;
    this.#count += 1;
  }

  flush(): void {
    if (this.#count === 0) return;
    this.#input.check();
    const args = this.#input.args.map((argument) =>
      gatherColumn(argument, this.#selection, this.#count),
    );
    this.#state.update(args, this.#groups, this.#count);
    this.#count = 0;
  }
}

function overPartitions(input: WindowAggregateInput): ColumnVector {
  const { partitionStarts, rowCount } = input.partitions;
  const partitionCount = partitionStarts.length - 1;
  const state = newState(input, partitionCount);
  const rows = new Rows(state, input);
  const owner = new Int32Array(rowCount);
  for (let index = 0; index < partitionCount; index += 1) {
    const end = partitionStarts[index + 1]!;
    for (let at = partitionStarts[index]!; at < end; at += 1) {
      owner[at] = index;
      rows.add(at, index);
    }
  }
  rows.flush();
  return gatherColumn(state.finish(0, partitionCount), owner, rowCount);
}

/** Rows that share an end share a result: it is computed once for all of them. */
function running(input: WindowAggregateInput): ColumnVector {
  const { partitions, frames, passes } = input;
  const { partitionStarts, rowCount } = partitions;
  const builder = createColumnBuilder(input.type, rowCount);
  const state = newState(input, partitionStarts.length - 1);
  const group = new Int32Array(1);
  for (let index = 0; index + 1 < partitionStarts.length; index += 1) {
    let reached = partitionStarts[index]!;
    group[0] = index;
    let result: ColumnVector | undefined;
    for (let at = partitionStarts[index]!; at < partitionStarts[index + 1]!; at += 1) {
      if ((at & 4095) === 0) input.check();
      for (; reached < frames.ends[at]!; reached += 1) {
        result = undefined;
        if (passes !== undefined && passes[reached] === 0) continue;
        const row = input.args.map((argument) => sliceColumn(argument, reached, reached + 1));
        state.update(row, group, 1);
      }
      result ??= state.finish(index, index + 1);
      builder.appendFrom(result, 0);
    }
  }
  return builder.finish();
}

function overRows(input: WindowAggregateInput): ColumnVector {
  const { rowCount } = input.partitions;
  const state = newState(input, rowCount);
  const rows = new Rows(state, input);
  for (let at = 0; at < rowCount; at += 1) {
    forEachFramePart(input.frames, input.partitions, at, (start, end) => {
      for (let row = start; row < end; row += 1) rows.add(row, at);
    });
  }
  rows.flush();
  return state.finish(0, rowCount);
}

function overBlocks(input: WindowAggregateInput): ColumnVector {
  const { rowCount } = input.partitions;
  const blocks = new BlockStates(rowCount, {
    create: () => newState(input, 1),
    addRows: (state, start, end) => addRange(state, start, end, input),
  });
  const builder = createColumnBuilder(input.type, rowCount);
  for (let at = 0; at < rowCount; at += 1) {
    if ((at & 255) === 0) input.check();
    const state = newState(input, 1);
    forEachFramePart(input.frames, input.partitions, at, (start, end) => {
      blocks.addRange(state, start, end);
    });
    builder.appendFrom(state.finish(0, 1), 0);
  }
  return builder.finish();
}
