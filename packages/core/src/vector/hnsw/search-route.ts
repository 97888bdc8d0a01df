/** Chooses how a search goes about by what each way would compute. Pure. */

/**
 * walk: along the graph, filtered on the way. scan: every row that may be found, by its code, then the best by their vectors.
 * exact: every row that may be found, by its vector.
 */
export type HnswRoute = 'walk' | 'scan' | 'exact';

export interface RouteQuestion {
  readonly rowCount: number;
  /** Rows that may be found. */
  readonly allowedCount: number;
  readonly ef: number;
  readonly m: number;
  readonly isCoded: boolean;
}

/** Distances that a walk computes for each row it looks for, as a share of the links it sees; measured at m 8 to 32. */
const DISTANCES_PER_LINK = 0.5;
/** What a distance costs where rows come in order, as a share of one within a walk; measured at 100,000 x 128. */
const SCAN_COST = 0.4;
const EXACT_COST = 1;
/** So few rows are not worth two passes. */
const EXACT_PER_EF = 2;

/**
 * A walk that keeps only a share of the rows it meets has to meet so many more: distances without a filter, ef * 2m * 0.5
 * and a few for the upper levels, divided by that share; against one distance for each row that may be found.
 */
export function chooseRoute(question: RouteQuestion): HnswRoute {
  const { rowCount, allowedCount, ef, m, isCoded } = question;
  if (allowedCount <= ef * EXACT_PER_EF) return 'exact';
  const unfiltered = (ef + 10) * 2 * m * DISTANCES_PER_LINK;
  const walk = Math.min(rowCount, (unfiltered * rowCount) / allowedCount);
  if (walk < allowedCount * (isCoded ? SCAN_COST : EXACT_COST)) return 'walk';
  return isCoded ? 'scan' : 'exact';
}
