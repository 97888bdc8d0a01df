/**
 * Merges segments: the largest graph is kept and extended, the rows of the others are linked into it. That costs in
 * proportion to what is inserted, and incremental insertion is how the graph came about in the first place, so recall holds.
 *
 * Removed rows of the kept graph stay as stepping stones, marked deleted, until they are so many that walking over them costs
 * more than building anew: from that share on nothing is kept, and every live row is linked afresh.
 */
import { assert } from '../../base/assert.ts';
import type { Random } from '../../base/random.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { HnswBuild, type BuildProgress } from './hnsw-build.ts';
import type { HnswSegment } from './hnsw-segment.ts';

export interface HnswMergeOptions {
  readonly random: Random;
  readonly shared?: boolean | undefined;
}

export interface MergedHnsw {
  readonly segment: HnswSegment;
  /** For each input, its rows' ordinals in the merged segment; NO_ORDINAL for rows that were removed. */
  readonly ordinals: readonly Uint32Array[];
}

/** What a removed row has in place of an ordinal. */
export const NO_ORDINAL = 0xffffffff;

/** Removed share of the kept graph beyond which it is not kept. */
const REMOVED_SHARE_MAX = 0.3;

/** A merge under way. Its inputs are not changed, and rows removed from them after it began are not removed from its result. */
export class HnswMerge {
  readonly #build: HnswBuild;
  readonly #ordinals: readonly Uint32Array[];

  private constructor(build: HnswBuild, ordinals: readonly Uint32Array[]) {
    this.#build = build;
    this.#ordinals = ordinals;
  }

  /** `inputs` are one segment or more, all built with the same options. */
  static begin(
    kernels: Kernels,
    inputs: readonly HnswSegment[],
    options: HnswMergeOptions,
  ): HnswMerge {
    const kept = chooseKept(inputs);
    const first = inputs[0];
    assert(first !== undefined, 'a merge has something to merge');
    const rowCount = inputs.reduce(
      (sum, input) => (input === kept ? sum : sum + input.rowCount - input.removedCount),
      0,
    );
    const { dimension } = first.options;
    const build =
      kept === undefined
        ? HnswBuild.begin(kernels, first.options, { ...options, rowCount })
        : HnswBuild.extend(kernels, kept, { ...options, rowCount });
    const vector = new Float32Array(dimension);
    const ordinals = inputs.map((input) => {
      assert(
        haveSameOptions(input, first),
        'merged segments have one dimension, metric, quantization and m',
      );
      const map = new Uint32Array(input.rowCount).fill(NO_ORDINAL);
      for (let row = 0; row < input.rowCount; row += 1) {
        if (input.isRemoved(row)) continue;
        if (input !== kept) input.copyRow(row, vector);
        map[row] = input === kept ? row : build.add(vector);
      }
      return map;
    });
    return new HnswMerge(build, ordinals);
  }

  get progress(): BuildProgress {
    return this.#build.progress;
  }

  /** Links up to `rowsMax` rows (default: all); true once the merge is complete. */
  advance(rowsMax?: number): boolean {
    return this.#build.advance(rowsMax);
  }

  /** The result; only once `advance` has answered true. */
  finish(): MergedHnsw {
    return { segment: this.#build.finish(), ordinals: this.#ordinals };
  }
}

/** The segment with the most live rows among those worth keeping. */
function chooseKept(inputs: readonly HnswSegment[]): HnswSegment | undefined {
  let kept: HnswSegment | undefined;
  for (const input of inputs) {
    if (input.removedCount > input.rowCount * REMOVED_SHARE_MAX) continue;
    if (kept === undefined || liveCount(input) > liveCount(kept)) kept = input;
  }
  return kept;
}

function liveCount(segment: HnswSegment): number {
  return segment.rowCount - segment.removedCount;
}

function haveSameOptions(left: HnswSegment, right: HnswSegment): boolean {
  const a = left.options;
  const b = right.options;
  return (
    a.dimension === b.dimension &&
    a.metric === b.metric &&
    a.quantization === b.quantization &&
    a.m === b.m
  );
}
