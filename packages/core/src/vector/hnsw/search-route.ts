/** Chooses between a walk and the exact scan by what each would compute. Pure. */

export interface RouteQuestion {
  readonly rowCount: number;
  /** Rows that may be found. */
  readonly allowedCount: number;
  readonly ef: number;
  readonly m: number;
}

/** Distances that a walk computes for each row it looks for, as a share of the links it sees; measured at m 8 to 32. */
const DISTANCES_PER_LINK = 0.5;
/** A distance within a scan, whose rows come in order, costs so much of one within a walk. */
const SCAN_COST = 0.7;

/**
 * A walk that keeps only a share of the rows it meets has to meet so many more. Below: distances without a filter,
 * ef * 2m * 0.5 and a few for the upper levels, divided by that share; against one distance for each row allowed.
 */
export function isWalkCheaper(question: RouteQuestion): boolean {
  const { rowCount, allowedCount, ef, m } = question;
  const unfiltered = (ef + 10) * 2 * m * DISTANCES_PER_LINK;
  const walk = Math.min(rowCount, (unfiltered * rowCount) / allowedCount);
  return walk < allowedCount * SCAN_COST;
}
