/**
 * A vector index: a keyspace whose entries are row key -> vector. It lives as every keyspace does, in transactions, log, memtables
 * and tables; its tables carry a graph once compaction has written them (`graph-companion`).
 *
 * A search at the snapshot of a transaction:
 *   1. asks every segment (a table: by its graph, or exactly while it has none) for its nearest candidates
 *   2. goes through the memtables, and the keys that the transaction itself has written
 *   3. looks each candidate up in the transaction: it counts if what the transaction sees has that distance. Where too many do not
 *      count, the segment is asked again without them, so that k rows are found whenever k match
 *   4. merges the best k
 * So a row that is deleted or not yet visible is never answered, and the entries are the only truth: tables without a graph,
 * graphs that lag behind and damage that was repaired all give the same rows.
 *
 * Distances are exact, by the kernels that expressions use, so that a candidate's and a looked-up vector's agree to the last bit.
 */
import type { FileId, KeyspaceId } from '../../base/brand.ts';
import { compareBytes } from '../../base/bytes.ts';
import { AlopexError } from '../../base/errors.ts';
import { PENDING, type Pending } from '../../base/pending.ts';
import type { Random } from '../../base/random.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import type { Memtable } from '../../memtable/memtable.ts';
import type { SuperVersion } from '../../lsm/super-version.ts';
import type { Table } from '../../lsm/table.ts';
import type { CompanionFactory } from '../../lsm/table-companion.ts';
import type { Transaction, ValueSlot } from '../../txn/transaction.ts';
import type { HnswHits } from '../hnsw/hnsw-segment.ts';
import { resolveHnswOptions, type HnswOptions, type ResolvedHnswOptions } from '../hnsw/options.ts';
import { distanceOf } from '../metric.ts';
import { RowBitmap } from '../row-bitmap.ts';
import { RowKeyTable } from '../row-key-table.ts';
import { VectorDistances } from '../vector-distances.ts';
import type { VectorHits } from '../vector-index.ts';
import { GraphCompanion } from './graph-companion.ts';
import { scanMemtable } from './memtable-scan.ts';
import { SegmentCache } from './segment-cache.ts';
import { VectorSegment } from './vector-segment.ts';
import { encodeVectorValue, readVectorValue } from './vector-value.ts';

/** What a vector keyspace needs of its store. */
export interface VectorHost {
  readonly view: SuperVersion;
  registerCompanion(keyspace: KeyspaceId, make: CompanionFactory): void;
}

export interface VectorKeyspaceOptions extends HnswOptions {
  readonly keyspace: KeyspaceId;
  /** Draws the levels of graphs. */
  readonly random: Random;
  /** A table with fewer rows has no graph. Default 1,000. */
  readonly graphRowsMin?: number | undefined;
  /** Shared by the indexes of a store. Default: one of its own, of 512 MiB. */
  readonly cache?: SegmentCache | undefined;
}

export interface NearestQuery {
  readonly vector: Float32Array;
  /** How many rows at most: LIMIT + OFFSET. At least 1. */
  readonly k: number;
  /** Breadth of the walk in each graph, raised to k. Default 50. */
  readonly ef?: number | undefined;
  /** Rows per hit that are scored again after a walk over codes. Default 4. */
  readonly rescore?: number | undefined;
  /** Compares with every row. */
  readonly exact?: boolean | undefined;
  /** Only rows with these keys: the filter, evaluated. */
  readonly only?: RowKeyTable | undefined;
  /** Keys that the transaction has written in this keyspace. */
  readonly ownKeys?: Iterable<Uint8Array> | undefined;
}

/** A row and its distance as SQL knows it (`distanceOf`). */
export interface VectorMatch {
  readonly key: Uint8Array;
  readonly distance: number;
}

export interface VectorMatches {
  /** Closest first; rows without a distance (NaN) last; equal ones by key. */
  readonly matches: readonly VectorMatch[];
  /** Tables asked, and how many of them by a graph. */
  readonly segments: number;
  readonly graphs: number;
  /** Rows whose links were walked, distances that walks computed, rows scored exactly. */
  readonly visited: number;
  readonly distances: number;
  readonly scored: number;
}

const GRAPH_ROWS_MIN = 1000;
/** A longer vector would be a value out of line (`memtable/large-value`), which segments and scans do not read. */
const DIMENSION_MAX = 16_384;

interface Counts {
  graphs: number;
  visited: number;
  distances: number;
  scored: number;
}

export class VectorKeyspace {
  readonly keyspace: KeyspaceId;
  readonly options: ResolvedHnswOptions;
  readonly #host: VectorHost;
  readonly #kernels: Kernels;
  readonly #cache: SegmentCache;
  readonly #measure: VectorDistances;
  readonly #slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  /** Used again for every look at what a transaction sees. */
  #current = new Float32Array(0);
  #distances = new Float64Array(0);
  #tables: readonly FileId[] = [];

  /** Registers with the store, so that compaction builds graphs from now on. */
  constructor(host: VectorHost, kernels: Kernels, options: VectorKeyspaceOptions) {
    const { keyspace, random, graphRowsMin = GRAPH_ROWS_MIN } = options;
    const hnsw = resolveHnswOptions(options);
    if (hnsw.dimension > DIMENSION_MAX) {
      throw new AlopexError(
        'ALX_UNSUPPORTED',
        `a vector keyspace of ${hnsw.dimension} dimensions is not built yet`,
        { hint: `Up to ${DIMENSION_MAX} are.` },
      );
    }
    this.keyspace = keyspace;
    this.options = hnsw;
    this.#host = host;
    this.#kernels = kernels;
    this.#cache = options.cache ?? new SegmentCache();
    this.#measure = new VectorDistances(kernels);
    host.registerCompanion(
      keyspace,
      (inputs) => new GraphCompanion({ kernels, hnsw, random, graphRowsMin, inputs }),
    );
  }

  /** Writes a row's vector within a transaction. Errors: ALX_VECTOR_DIMENSION, ALX_VECTOR_ELEMENT, those of `put`. */
  put(transaction: Transaction, key: Uint8Array, vector: Float32Array): void | Pending {
    this.#checkDimension(vector);
    for (let at = 0; at < vector.length; at += 1) {
      if (Number.isFinite(vector[at])) continue;
      throw new AlopexError(
        'ALX_VECTOR_ELEMENT',
        `element ${at + 1} of a vector is ${vector[at]}, which cannot be indexed`,
      );
    }
    return transaction.put(this.keyspace, key, encodeVectorValue(vector));
  }

  /** Tables that hold entries now; none: all are in memtables. */
  get tableCount(): number {
    const levels = this.#host.view.version.trees.get(this.keyspace) ?? [];
    return levels.reduce((count, level) => count + level.length, 0);
  }

  search(transaction: Transaction, search: NearestQuery): VectorMatches | Pending {
    this.#checkDimension(search.vector);
    const counts: Counts = { graphs: 0, visited: 0, distances: 0, scored: 0 };
    const tables = this.#liveTables();
    const found: VectorMatch[] = [];
    for (const table of tables) {
      const segment = this.#segmentOf(table);
      if (segment === PENDING) return PENDING;
      const pending = this.#searchSegment(segment, transaction, search, found, counts);
      if (pending === PENDING) return PENDING;
    }
    for (const memtable of this.#host.view.memtables) {
      const pending = this.#searchMemtable(memtable, transaction, search, found, counts);
      if (pending === PENDING) return PENDING;
    }
    const own = [...(search.ownKeys ?? [])].filter((key) => (search.only?.find(key) ?? 0) >= 0);
    const distances = this.#distancesAt(transaction, own, search.vector);
    if (distances === PENDING) return PENDING;
    for (const [at, key] of own.entries()) {
      const distance = distances[at];
      if (distance !== undefined) found.push({ key, distance });
    }
    return { matches: bestOf(found, search.k), segments: tables.length, ...counts };
  }

  /** Loads all segments, as far as the memory for them goes, so that the first search need not. */
  preload(): void | Pending {
    for (const table of this.#liveTables()) {
      if (this.#segmentOf(table) === PENDING) return PENDING;
    }
  }

  /** Tables of the keyspace now; what was loaded of others is given up. */
  #liveTables(): Table[] {
    const levels = this.#host.view.version.trees.get(this.keyspace) ?? [];
    const tables = levels.flat();
    const live = new Set(tables.map((table) => table.fileId));
    for (const id of this.#tables) if (!live.has(id)) this.#cache.forget(id);
    this.#tables = [...live];
    return tables;
  }

  #segmentOf(table: Table): VectorSegment | Pending {
    return this.#cache.get(table.fileId, () =>
      VectorSegment.open(this.#kernels, this.options, table),
    );
  }

  /** Step 1 and 3 for one segment: adds up to k rows that count. */
  #searchSegment(
    segment: VectorSegment,
    transaction: Transaction,
    search: NearestQuery,
    found: VectorMatch[],
    counts: Counts,
  ): void | Pending {
    const { vector, k, ef, rescore, exact = false } = search;
    const { snapshot } = transaction;
    if (segment.rowCount === 0) return;
    const only = search.only === undefined ? undefined : segment.rowsOf(search.only);
    let except = segment.supersededAt(snapshot);
    const own = new RowKeyTable();
    for (const key of search.ownKeys ?? []) {
      own.add(key);
      const ordinal = segment.keys.find(key);
      if (ordinal < 0) continue;
      except ??= new RowBitmap(segment.rowCount);
      except.add(ordinal);
    }
    if (segment.graph !== undefined) counts.graphs += 1;
    for (let asked = k; ; asked *= 2) {
      const hits = segment.search({ vector, k: asked, ef, rescore, exact, only, except });
      countHits(hits, counts);
      const judged = this.#judge(segment, hits, transaction, vector);
      if (judged === PENDING) return PENDING;
      const { valid, stale } = judged;
      segment.noteSuperseded(
        stale.filter((ordinal) => own.find(segment.keys.keyAt(ordinal)) < 0),
        snapshot,
      );
      if (valid.length >= k || hits.count < asked || stale.length === 0) {
        for (const match of valid.slice(0, k)) found.push(match);
        return;
      }
      except ??= new RowBitmap(segment.rowCount);
      for (const ordinal of stale) except.add(ordinal);
    }
  }

  /** Step 2 and 3 for one memtable: adds up to k rows that count. */
  #searchMemtable(
    memtable: Memtable,
    transaction: Transaction,
    search: NearestQuery,
    found: VectorMatch[],
    counts: Counts,
  ): void | Pending {
    const { vector, k, only } = search;
    const { metric, dimension } = this.options;
    const { snapshot } = transaction;
    const measure = this.#measure;
    const scan = { keyspace: this.keyspace, snapshot, vector, metric, dimension, measure, only };
    for (let asked = k; ; asked *= 2) {
      const candidates = scanMemtable(memtable, { ...scan, k: asked });
      const keys = candidates.map(({ key }) => key);
      const distances = this.#distancesAt(transaction, keys, vector);
      if (distances === PENDING) return PENDING;
      const valid = candidates.filter(({ distance }, at) => Object.is(distance, distances[at]));
      counts.scored += candidates.length;
      if (valid.length < k && candidates.length === asked) continue;
      for (const match of valid.slice(0, k)) found.push(match);
      return;
    }
  }

  /** Which hits the transaction sees as they are. */
  #judge(
    segment: VectorSegment,
    hits: VectorHits,
    transaction: Transaction,
    vector: Float32Array,
  ): { readonly valid: VectorMatch[]; readonly stale: number[] } | Pending {
    const valid: VectorMatch[] = [];
    const stale: number[] = [];
    const keys = Array.from({ length: hits.count }, (_, at) =>
      segment.keys.keyAt(hits.ordinals[at]!),
    );
    const distances = this.#distancesAt(transaction, keys, vector);
    if (distances === PENDING) return PENDING;
    for (const [at, key] of keys.entries()) {
      const distance = distances[at];
      const claimed = distanceOf(this.options.metric, hits.reduced[at]!);
      if (distance !== undefined && Object.is(distance, claimed)) valid.push({ key, distance });
      else stale.push(hits.ordinals[at]!);
    }
    return { valid, stale };
  }

  /** The distances of what the transaction sees of rows; undefined where it sees none. One kernel call. */
  #distancesAt(
    transaction: Transaction,
    keys: readonly Uint8Array[],
    vector: Float32Array,
  ): (number | undefined)[] | Pending {
    const { dimension, metric } = this.options;
    if (this.#current.length < keys.length * dimension) {
      this.#current = new Float32Array(keys.length * dimension);
      this.#distances = new Float64Array(keys.length);
    }
    const slot = this.#slot;
    const places: number[] = [];
    let count = 0;
    for (const key of keys) {
      const hit = transaction.read(this.keyspace, key, slot);
      if (hit === PENDING) return PENDING;
      places.push(hit ? count : -1);
      if (!hit) continue;
      const { bytes, start, end } = slot;
      readVectorValue(bytes, start, end, dimension, this.#current, count * dimension);
      count += 1;
    }
    const batch = { metric, measure: 'distance', dimension, count, leftIsOne: true } as const;
    this.#measure.compute({ ...batch, left: vector, right: this.#current }, this.#distances);
    return places.map((place) => (place < 0 ? undefined : this.#distances[place]!));
  }

  #checkDimension(vector: Float32Array): void {
    const { dimension } = this.options;
    if (vector.length === dimension) return;
    throw new AlopexError(
      'ALX_VECTOR_DIMENSION',
      `different vector dimensions ${dimension} and ${vector.length}`,
    );
  }
}

function countHits(hits: VectorHits | HnswHits, counts: Counts): void {
  if (!('route' in hits)) return;
  counts.visited += hits.expanded;
  counts.distances += hits.distances;
  counts.scored += hits.scored;
}

/** A key that two sources have found stands twice, side by side, with one distance. */
function bestOf(found: VectorMatch[], k: number): VectorMatch[] {
  const sorted = found.toSorted(
    (left, right) =>
      compareDistances(left.distance, right.distance) || compareBytes(left.key, right.key),
  );
  const best: VectorMatch[] = [];
  for (const match of sorted) {
    const last = best.at(-1);
    if (last !== undefined && compareBytes(last.key, match.key) === 0) continue;
    if (best.length === k) break;
    best.push(match);
  }
  return best;
}

function compareDistances(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
  return Number.isNaN(right) ? -1 : left - right;
}
