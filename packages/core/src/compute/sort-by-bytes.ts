/**
 * Sorts rows by any keys through their order keys: radix sort on eight bytes, then again on the next eight inside every run
 * of rows that agree so far; short runs are compared. Texts that share long beginnings, or repeat, cost no comparisons.
 */
import { compareRanges } from '../base/bytes.ts';
import { growInt32 } from '../types/growable.ts';
import { OrderKeyWriter } from '../types/order-key.ts';
import type { OrderKeyColumn } from '../types/order-key.ts';
import { radixSort } from './radix-sort.ts';
import type { SortColumn } from './sort-column.ts';

/** Runs up to this length are compared. */
const RUN_ROWS_COMPARED = 64;
/** Keys that agree in so many bytes are compared whole: recursion must not go as deep as a text is long. */
const DEPTH_MAX = 64;

export function sortByBytes(keys: readonly SortColumn[], order: Int32Array): Int32Array {
  const sorter = new ByteSorter(keys, order.length);
  return sorter.sort(order);
}

class ByteSorter {
  readonly #bytes: Uint8Array;
  /** Row r's key is bytes[ends[r] .. ends[r + 1]). */
  readonly #ends: Int32Array;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;

  constructor(keys: readonly SortColumn[], rowCount: number) {
    const columns = keys.map(orderKeyColumn);
    const writer = new OrderKeyWriter(rowCount * 16);
    const ends = growInt32(new Int32Array(0), rowCount + 1);
    for (let row = 0; row < rowCount; row += 1) {
      for (let index = 0; index < keys.length; index += 1) {
        writer.writeColumn(columns[index]!, keys[index]!.column, row);
      }
      ends[row + 1] = writer.length;
    }
    this.#bytes = writer.bytes;
    this.#ends = ends;
    this.#high = new Uint32Array(rowCount);
    this.#low = new Uint32Array(rowCount);
  }

  /** `order` holds rows that agree in their first `depth` bytes. */
  sort(order: Int32Array, depth = 0): Int32Array {
    if (order.length <= RUN_ROWS_COMPARED || depth >= DEPTH_MAX) return order.sort(this.#compare);
    for (let index = 0; index < order.length; index += 1) {
      const row = order[index]!;
      this.#high[row] = this.#word(row, depth);
      this.#low[row] = this.#word(row, depth + 4);
    }
    const sorted = radixSort(radixSort(order, this.#low), this.#high);
    this.#sortRuns(sorted, depth);
    return sorted;
  }

  /** Four bytes of a key, big-endian; bytes behind its end count as zero. Keys are prefix-free, so nothing is confused. */
  #word(row: number, depth: number): number {
    const at = this.#ends[row]! + depth;
    const end = this.#ends[row + 1]!;
    const bytes = this.#bytes;
    if (at + 4 <= end) {
      return (
        ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
      );
    }
    let word = 0;
    for (let index = at; index < at + 4; index += 1)
      word = (word << 8) | (index < end ? bytes[index]! : 0);
    return word >>> 0;
  }

  #sortRuns(sorted: Int32Array, depth: number): void {
    const high = this.#high;
    const low = this.#low;
    const bounds = [0];
    for (let at = 1; at < sorted.length; at += 1) {
      const row = sorted[at]!;
      const before = sorted[at - 1]!;
      if (high[row] !== high[before] || low[row] !== low[before]) bounds.push(at);
    }
    bounds.push(sorted.length);
    // The words are overwritten below, so all runs are found first.
    for (let index = 1; index < bounds.length; index += 1) {
      const start = bounds[index - 1]!;
      const end = bounds[index]!;
      if (end - start < 2 || this.#allEnded(sorted, start, end, depth + 8)) continue;
      const run = sorted.subarray(start, end);
      const inOrder = this.sort(run, depth + 8);
      if (inOrder !== run) run.set(inOrder);
    }
  }

  /** True when every key of the run ends within `depth` bytes: then they are equal, and in their first order already. */
  #allEnded(sorted: Int32Array, start: number, end: number, depth: number): boolean {
    for (let at = start; at < end; at += 1) {
      const row = sorted[at]!;
      if (this.#ends[row + 1]! - this.#ends[row]! > depth) return false;
    }
    return true;
  }

  readonly #compare = (left: number, right: number): number => {
    const ends = this.#ends;
    const bytes = this.#bytes;
    return (
      compareRanges(bytes, ends[left]!, ends[left + 1]!, bytes, ends[right]!, ends[right + 1]!) ||
      left - right
    );
  };
}

function orderKeyColumn(key: SortColumn): OrderKeyColumn {
  const { type, validity } = key.column;
  const nullable = validity !== undefined || type.kind === 'null';
  return { type, descending: key.descending, nullable, nullsFirst: key.nullsFirst };
}
