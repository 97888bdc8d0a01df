/** Costs in microseconds of one core, rough: they rank plans and tell a reader of EXPLAIN where the work is. */

/** A row read from a block and decoded. */
export const SCAN_ROW = 0.15;
/** A key looked up. */
export const LOOKUP = 1.2;
/** An expression evaluated for a row. */
export const EXPRESSION_ROW = 0.01;
/** A row put into, or looked up in, a hash table. */
export const HASH_ROW = 0.1;
/** A pair of rows in a nested loop. */
export const PAIR = 0.02;
/** A row compared once while sorting. */
export const SORT_STEP = 0.05;
/** A row written. */
export const WRITE_ROW = 1;
/** One dimension of one vector compared. */
export const VECTOR_DIMENSION = 0.0001;

/** A vertex of a graph reached, beside the comparison of its vector. */
export const VECTOR_VISIT = 0.05;

export function sortCost(rows: number): number {
  return rows * Math.log2(Math.max(2, rows)) * SORT_STEP;
}
