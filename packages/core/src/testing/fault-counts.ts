/** How often a faulty disk has really failed, by kind; one object over all crashes of a run. A fault that nobody met is not counted. */
export interface FaultCounts {
  failedWrites: number;
  fullDisks: number;
  failedSyncs: number;
  failedReads: number;
  shortReads: number;
  flippedBits: number;
  heldSyncs: number;
  powerCuts: number;
  /** Crashes of the machine and of the process. */
  crashes: number;
  restarts: number;
  /** Files that a crash has left without some of the bytes written. */
  lostWrites: number;
  /** Files in which a write survived in part. */
  tornWrites: number;
  /** Files in which a later block survived and an earlier one did not. */
  reorderedWrites: number;
  /** Crashes that took back a name made, removed or renamed. */
  lostNames: number;
}

export function noFaults(): FaultCounts {
  return {
    failedWrites: 0,
    fullDisks: 0,
    failedSyncs: 0,
    failedReads: 0,
    shortReads: 0,
    flippedBits: 0,
    heldSyncs: 0,
    powerCuts: 0,
    crashes: 0,
    restarts: 0,
    lostWrites: 0,
    tornWrites: 0,
    reorderedWrites: 0,
    lostNames: 0,
  };
}
