/**
 * The newest rows of a vector keyspace, compared one and all: what lies in memtables has no index. Vectors are copied together a
 * batch at a time and measured by one kernel call; only keys of candidates are copied.
 */
import type { KeyspaceId, Version } from '../../base/brand.ts';
import { compareRanges } from '../../base/bytes.ts';
import { MapCursor } from '../../memtable/map-cursor.ts';
import type { Memtable } from '../../memtable/memtable.ts';
import { ENTRY_KIND } from '../../memtable/entry.ts';
import type { OrderedMap } from '../../memtable/ordered-map.ts';
import type { Metric } from '../../types/data-type.ts';
import type { RowKeyTable } from '../row-key-table.ts';
import type { VectorDistances } from '../vector-distances.ts';
import { readVectorValue } from './vector-value.ts';

export interface MemtableScan {
  readonly keyspace: KeyspaceId;
  readonly snapshot: Version;
  readonly vector: Float32Array;
  readonly k: number;
  readonly metric: Metric;
  readonly dimension: number;
  readonly measure: VectorDistances;
  readonly only?: RowKeyTable | undefined;
}

/** Floats of a batch: fits a second-level cache. */
const BATCH_FLOATS = 64 * 1024;

export interface MemtableCandidate {
  readonly key: Uint8Array;
  readonly distance: number;
}

/** The k nearest rows of a memtable, as its entries have it: entries elsewhere may supersede them. */
export function scanMemtable(memtable: Memtable, scan: MemtableScan): readonly MemtableCandidate[] {
  const map = memtable.mapOf(scan.keyspace);
  if (map === undefined || memtable.versionMin > scan.snapshot) return [];
  return new MapScan(scan, map).run();
}

/** NaN comes last: such a row is a candidate while there are too few others. */
function orderOf({ distance }: MemtableCandidate): number {
  return Number.isNaN(distance) ? Number.MAX_VALUE : distance;
}

class MapScan {
  readonly #scan: MemtableScan;
  readonly #cursor: MapCursor;
  readonly #rowsMax: number;
  readonly #vectors: Float32Array;
  readonly #distances: Float64Array;
  readonly #keys: Uint8Array[] = [];
  #best: MemtableCandidate[] = [];
  #worst = Number.POSITIVE_INFINITY;

  constructor(scan: MemtableScan, map: OrderedMap) {
    this.#scan = scan;
    this.#cursor = new MapCursor(map);
    this.#rowsMax = Math.max(1, Math.floor(BATCH_FLOATS / scan.dimension));
    this.#vectors = new Float32Array(this.#rowsMax * scan.dimension);
    this.#distances = new Float64Array(this.#rowsMax);
  }

  run(): readonly MemtableCandidate[] {
    const { snapshot, dimension, only } = this.#scan;
    const cursor = this.#cursor;
    let last: { bytes: Uint8Array; start: number; end: number } | undefined;
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const { keyBytes, keyStart, keyEnd } = cursor;
      if (cursor.version > snapshot) continue;
      // Of a key the newest version at the snapshot comes first, and only that may count.
      const isOlder =
        last !== undefined &&
        compareRanges(last.bytes, last.start, last.end, keyBytes, keyStart, keyEnd) === 0;
      if (isOlder) continue;
      last = { bytes: keyBytes, start: keyStart, end: keyEnd };
      if (cursor.kind !== ENTRY_KIND.put) continue;
      if (only !== undefined && only.find(keyBytes, keyStart, keyEnd) < 0) continue;
      const at = this.#keys.length * dimension;
      const { valueBytes, valueStart, valueEnd } = cursor;
      readVectorValue(valueBytes, valueStart, valueEnd, dimension, this.#vectors, at);
      this.#keys.push(keyBytes.subarray(keyStart, keyEnd));
      if (this.#keys.length === this.#rowsMax) this.#measureBatch();
    }
    if (this.#keys.length > 0) this.#measureBatch();
    this.#cut();
    return this.#best;
  }

  #measureBatch(): void {
    const { measure, metric, dimension, vector, k } = this.#scan;
    const count = this.#keys.length;
    const batch = { metric, measure: 'distance', dimension, count, leftIsOne: true } as const;
    measure.compute({ ...batch, left: vector, right: this.#vectors }, this.#distances);
    for (let row = 0; row < count; row += 1) {
      const distance = this.#distances[row]!;
      if (!(distance < this.#worst || this.#worst === Number.POSITIVE_INFINITY)) continue;
      this.#best.push({ key: this.#keys[row]!.slice(), distance });
      if (this.#best.length >= 2 * k) this.#cut();
    }
    this.#keys.length = 0;
  }

  /** Keeps the best k. */
  #cut(): void {
    const { k } = this.#scan;
    this.#best = this.#best.toSorted((left, right) => orderOf(left) - orderOf(right)).slice(0, k);
    if (this.#best.length === k) this.#worst = orderOf(this.#best.at(-1)!);
  }
}
