/**
 * Builds the graph of a table that a compaction writes (`lsm/table-companion`).
 *
 *   1. entries pass by: a row of the largest graph among the inputs stays where it is, others are gathered
 *   2. the rest of that graph's rows are removed; it is extended by the gathered rows, or, too much of it being removed, all are
 *      linked afresh
 *   3. graph and keys become the table's index section
 *
 * Whether an entry is a row of the old graph is decided by its key and its vector, so versions need not be kept beside rows: an
 * entry of another version with the same vector is the same row to every search. A damaged graph is not extended but replaced:
 * the entries beside it are what counts.
 */
import { assert } from '../../base/assert.ts';
import { AlopexError } from '../../base/errors.ts';
import { PENDING } from '../../base/pending.ts';
import type { Random } from '../../base/random.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import type { Table } from '../../lsm/table.ts';
import type { TableCompanion } from '../../lsm/table-companion.ts';
import { ENTRY_KIND, type EntryCursor } from '../../memtable/entry.ts';
import { SECTION } from '../../sstable/format.ts';
import type { SectionContent } from '../../sstable/table-writer.ts';
import { HnswBuild } from '../hnsw/hnsw-build.ts';
import type { HnswSegment } from '../hnsw/hnsw-segment.ts';
import type { ResolvedHnswOptions } from '../hnsw/options.ts';
import { RowBitmap } from '../row-bitmap.ts';
import { RowKeyTable } from '../row-key-table.ts';
import type { SegmentKeys } from './segment-keys.ts';
import { encodeVectorSection } from './section-format.ts';
import { VectorSegment } from './vector-segment.ts';
import { readVectorValue } from './vector-value.ts';

export interface GraphCompanionOptions {
  readonly kernels: Kernels;
  readonly hnsw: ResolvedHnswOptions;
  readonly random: Random;
  /** A table with fewer rows has no graph: it is searched exactly. */
  readonly graphRowsMin: number;
  readonly inputs: readonly Table[];
}

/** Removed share of the old graph beyond which all rows are linked afresh. */
const REMOVED_SHARE_MAX = 0.3;
/** What linking a row counts for in a step's budget: it takes about a third of a millisecond. */
const LINK_COST_BYTES = 32 * 1024;

interface BaseGraph {
  readonly graph: HnswSegment;
  readonly keys: SegmentKeys;
  readonly kept: RowBitmap;
}

export class GraphCompanion implements TableCompanion {
  readonly #options: GraphCompanionOptions;
  readonly #base: BaseGraph | undefined;
  readonly #keys = new RowKeyTable();
  #rows: Float32Array;
  readonly #vector: Float32Array;
  readonly #old: Float32Array;
  #build: HnswBuild | undefined;
  #keyOf: ((ordinal: number) => Uint8Array) | undefined;

  constructor(options: GraphCompanionOptions) {
    const { dimension } = options.hnsw;
    this.#options = options;
    this.#base = largestGraph(options);
    this.#rows = new Float32Array(dimension * 256);
    this.#vector = new Float32Array(dimension);
    this.#old = new Float32Array(dimension);
  }

  add(entry: EntryCursor): void {
    if (entry.kind !== ENTRY_KIND.put) return;
    const { dimension } = this.#options.hnsw;
    readVectorValue(entry.valueBytes, entry.valueStart, entry.valueEnd, dimension, this.#vector);
    if (this.#keepsOld(entry)) return;
    const at = this.#keys.add(entry.keyBytes, entry.keyStart, entry.keyEnd) * dimension;
    if (at + dimension > this.#rows.length) {
      const larger = new Float32Array(Math.ceil(this.#rows.length * 1.5) + dimension);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows.set(this.#vector, at);
  }

  advance(budgetBytes: number): boolean {
    if (this.#build === undefined) {
      const liveCount = this.#keys.count + (this.#base?.kept.count() ?? 0);
      if (liveCount < this.#options.graphRowsMin) return true;
      this.#build = this.#begin();
    }
    return this.#build.advance(Math.max(1, Math.floor(budgetBytes / LINK_COST_BYTES)));
  }

  finish(): readonly SectionContent[] {
    if (this.#build === undefined || this.#keyOf === undefined) return [];
    const bytes = encodeVectorSection(this.#keyOf, this.#build.finish());
    return [{ kind: SECTION.vectorIndex, bytes }];
  }

  #keepsOld(entry: EntryCursor): boolean {
    if (this.#base === undefined) return false;
    const { graph, keys, kept } = this.#base;
    const ordinal = keys.find(entry.keyBytes, entry.keyStart, entry.keyEnd);
    if (ordinal < 0 || graph.isRemoved(ordinal)) return false;
    graph.copyRow(ordinal, this.#old);
    for (let at = 0; at < this.#old.length; at += 1) {
      if (this.#old[at] !== this.#vector[at]) return false;
    }
    kept.add(ordinal);
    return true;
  }

  #begin(): HnswBuild {
    const { kernels, hnsw, random } = this.#options;
    const { dimension } = hnsw;
    const base = this.#base;
    if (base !== undefined) {
      for (let row = 0; row < base.graph.rowCount; row += 1) {
        if (!base.kept.has(row)) base.graph.remove(row);
      }
    }
    const extended =
      base !== undefined && base.graph.removedCount <= base.graph.rowCount * REMOVED_SHARE_MAX;
    const fresh = this.#keys.count;
    if (extended) {
      const inherited = base.graph.rowCount;
      const build = HnswBuild.extend(kernels, base.graph, { rowCount: fresh, random });
      for (let row = 0; row < fresh; row += 1) build.add(this.#rows, row * dimension);
      this.#keyOf = (ordinal) =>
        ordinal < inherited ? base.keys.keyAt(ordinal) : this.#keys.keyAt(ordinal - inherited);
      return build;
    }
    if (base !== undefined) this.#gatherKept(base);
    const rowCount = this.#keys.count;
    const build = HnswBuild.begin(kernels, hnsw, { rowCount, random });
    for (let row = 0; row < fresh; row += 1) build.add(this.#rows, row * dimension);
    for (let row = 0; base !== undefined && row < base.graph.rowCount; row += 1) {
      if (!base.kept.has(row)) continue;
      base.graph.copyRow(row, this.#vector);
      build.add(this.#vector);
    }
    this.#keyOf = (ordinal) => this.#keys.keyAt(ordinal);
    return build;
  }

  /** Keys of the rows that are linked afresh stand behind those that were gathered. */
  #gatherKept({ graph, keys, kept }: BaseGraph): void {
    for (let row = 0; row < graph.rowCount; row += 1) {
      if (kept.has(row)) this.#keys.add(keys.keyAt(row));
    }
  }
}

/** A graph of this companion's own, which it may change: that of the input with the most rows. */
function largestGraph(options: GraphCompanionOptions): BaseGraph | undefined {
  const { kernels, hnsw, inputs } = options;
  const bySize = inputs.toSorted((a, b) => b.metadata.entryCount - a.metadata.entryCount);
  for (const table of bySize) {
    const reader = table.reader();
    assert(reader !== PENDING, 'the tables of a compaction lie on a disk that answers at once');
    if (!reader.hasSection(SECTION.vectorIndex)) continue;
    const segment = openOrRefuse(kernels, hnsw, table);
    const graph = segment?.graph;
    if (segment === undefined || graph === undefined || !fits(graph, hnsw)) continue;
    return { graph, keys: segment.keys, kept: new RowBitmap(graph.rowCount) };
  }
  return undefined;
}

function openOrRefuse(
  kernels: Kernels,
  hnsw: ResolvedHnswOptions,
  table: Table,
): VectorSegment | undefined {
  try {
    const segment = VectorSegment.open(kernels, hnsw, table);
    assert(segment !== PENDING, 'the tables of a compaction lie on a disk that answers at once');
    return segment;
  } catch (error) {
    if (error instanceof AlopexError && error.code === 'ALX_CORRUPT') return undefined;
    throw error;
  }
}

function fits(graph: HnswSegment, wanted: ResolvedHnswOptions): boolean {
  const { dimension, metric, quantization, m } = graph.options;
  return (
    dimension === wanted.dimension &&
    metric === wanted.metric &&
    quantization === wanted.quantization &&
    m === wanted.m
  );
}
