/** How many candidates a search asks for, so that `wanted` of them pass a filter that lets this share through. */

/** More than expected: rows near a vector may pass more seldom than others. */
const MARGIN = 1.5;

export function candidatesFor(wanted: number, passingShare: number): number {
  return Math.ceil((wanted * MARGIN) / passingShare);
}
