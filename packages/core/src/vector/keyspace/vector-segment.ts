/**
 * The vectors of one table, in memory: its graph where the table has one, else all of them for exact search. Immutable but for
 * what is known to be superseded, since the table is.
 *
 * An entry of the table may be too new for a snapshot, or superseded by an entry elsewhere, so hits are candidates: whoever asks
 * looks each of them up at his snapshot. Rows found superseded are left out of later searches, which costs a bit per row: a
 * newer version that one snapshot sees is seen by all later ones (I6).
 */
import { assert } from '../../base/assert.ts';
import type { Version } from '../../base/brand.ts';
import { PENDING, type Pending } from '../../base/pending.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import type { Table } from '../../lsm/table.ts';
import { ENTRY_KIND } from '../../memtable/entry.ts';
import { SECTION } from '../../sstable/format.ts';
import { FlatIndex } from '../flat-index.ts';
import { HnswSegment, type HnswHits } from '../hnsw/hnsw-segment.ts';
import type { ResolvedHnswOptions } from '../hnsw/options.ts';
import { RowBitmap } from '../row-bitmap.ts';
import { RowKeyTable } from '../row-key-table.ts';
import type { VectorHits } from '../vector-index.ts';
import { StoredKeys, type SegmentKeys } from './segment-keys.ts';
import { decodeVectorSection } from './section-format.ts';
import { readVectorValue } from './vector-value.ts';

export interface SegmentQuery {
  readonly vector: Float32Array;
  readonly k: number;
  readonly ef: number | undefined;
  readonly rescore: number | undefined;
  readonly exact: boolean;
  readonly only: RowBitmap | undefined;
  readonly except: RowBitmap | undefined;
}

export class VectorSegment {
  /** Newest version of the table: snapshots from here on see all of its entries, or what superseded them. */
  readonly maxVersion: number;
  readonly keys: SegmentKeys;
  readonly graph: HnswSegment | undefined;
  readonly #flat: FlatIndex | undefined;
  readonly #options: ResolvedHnswOptions;
  #superseded: RowBitmap;
  #supersededAt = 0;

  private constructor(
    options: ResolvedHnswOptions,
    maxVersion: number,
    keys: SegmentKeys,
    rows: HnswSegment | FlatIndex,
  ) {
    this.#options = options;
    this.maxVersion = maxVersion;
    this.keys = keys;
    this.graph = rows instanceof HnswSegment ? rows : undefined;
    this.#flat = rows instanceof HnswSegment ? undefined : rows;
    this.#superseded = new RowBitmap(keys.count);
  }

  /** Reads the graph of a table, else all its vectors. */
  static open(
    kernels: Kernels,
    options: ResolvedHnswOptions,
    table: Table,
  ): VectorSegment | Pending {
    const reader = table.reader();
    if (reader === PENDING) return PENDING;
    if (!reader.hasSection(SECTION.vectorIndex)) return readRows(kernels, options, table);
    const section = reader.section(SECTION.vectorIndex);
    if (section === PENDING) return PENDING;
    const { ends, keys, image } = decodeVectorSection(section, table.path);
    const graph = HnswSegment.open(kernels, { byteLength: image.length }, (target) =>
      target.set(image),
    );
    return new VectorSegment(options, table.metadata.maxVersion, new StoredKeys(ends, keys), graph);
  }

  static ofRows(
    options: ResolvedHnswOptions,
    maxVersion: number,
    keys: RowKeyTable,
    rows: FlatIndex,
  ): VectorSegment {
    assert(keys.count === rows.ordinalCount, 'a row and its key have one ordinal');
    return new VectorSegment(options, maxVersion, keys, rows);
  }

  get rowCount(): number {
    return this.keys.count;
  }

  /** Memory held, for budgets. */
  get byteLength(): number {
    return (this.graph ?? this.#flat)!.byteLength + this.keys.byteLength;
  }

  /** Rows that a search at `snapshot` need not look at: undefined for none, else in a bitmap of the caller's own. */
  supersededAt(snapshot: Version): RowBitmap | undefined {
    if (this.#supersededAt === 0 || snapshot < this.#supersededAt) return undefined;
    return this.#superseded.resized(this.rowCount);
  }

  /** Notes rows whose keys have another value, or none, at a snapshot. Of no use while the table holds what it cannot see. */
  noteSuperseded(ordinals: readonly number[], snapshot: Version): void {
    if (ordinals.length === 0) return;
    if (snapshot < this.maxVersion || snapshot < this.#supersededAt) return;
    this.#supersededAt = snapshot;
    for (const ordinal of ordinals) this.#superseded.add(ordinal);
  }

  search(query: SegmentQuery): VectorHits | HnswHits {
    const { vector, k, ef, rescore, exact, only, except } = query;
    if (this.graph !== undefined) {
      const route = exact ? 'exact' : 'auto';
      return this.graph.search({ vector, k, ef, rescore, only, except, route });
    }
    const { metric } = this.#options;
    if (except === undefined) return this.#flat!.search({ vector, metric, k, only });
    const allowed = only?.resized(this.rowCount) ?? all(this.rowCount);
    for (let at = 0; at < except.words.length; at += 1) allowed.words[at]! &= ~except.words[at]!;
    return this.#flat!.search({ vector, metric, k, only: allowed });
  }

  /**
   * The rows whose keys are in a set. With two versions of a key in the table both are, and the look at the snapshot decides.
   */
  rowsOf(keys: RowKeyTable): RowBitmap {
    const rows = new RowBitmap(this.rowCount);
    for (let ordinal = 0; ordinal < this.rowCount; ordinal += 1) {
      if (keys.find(this.keys.keyAt(ordinal)) >= 0) rows.add(ordinal);
    }
    return rows;
  }
}

function all(rowCount: number): RowBitmap {
  const rows = new RowBitmap(rowCount);
  rows.words.fill(0xffffffff);
  if ((rowCount & 31) !== 0) rows.words[rowCount >>> 5] = 2 ** (rowCount & 31) - 1;
  return rows;
}

function readRows(
  kernels: Kernels,
  options: ResolvedHnswOptions,
  table: Table,
): VectorSegment | Pending {
  const reader = table.reader();
  if (reader === PENDING) return PENDING;
  const { dimension } = options;
  const rows = new FlatIndex(kernels, dimension, table.metadata.entryCount);
  const keys = new RowKeyTable();
  const vector = new Float32Array(dimension);
  const cursor = reader.cursor();
  try {
    if (cursor.seekFirst() === PENDING) return PENDING;
    while (cursor.valid) {
      if (cursor.kind === ENTRY_KIND.put) {
        readVectorValue(cursor.valueBytes, cursor.valueStart, cursor.valueEnd, dimension, vector);
        rows.add(vector);
        keys.add(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
      }
      if (cursor.next() === PENDING) return PENDING;
    }
  } finally {
    cursor.close();
  }
  return VectorSegment.ofRows(options, table.metadata.maxVersion, keys, rows);
}
