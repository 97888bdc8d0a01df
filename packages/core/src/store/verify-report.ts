/** What a check of a store has found. */

/** Bytes that are not what was written. */
export interface StoreProblem {
  readonly file: string;
  /** Where in the file; undefined when the whole of it is meant. */
  readonly offset: number | undefined;
  readonly what: string;
}

export interface VerifyReport {
  /** Tables that the manifest lists. */
  readonly tables: number;
  /** Data blocks whose every entry was looked at. */
  readonly blocks: number;
  /** Entries in those blocks; deletes and older versions count. */
  readonly entries: number;
  /** Segments of the log and the commits in them. */
  readonly segments: number;
  readonly commits: number;
  /** Bytes of all files read. */
  readonly bytes: number;
  /** Empty: the store is sound. */
  readonly problems: readonly StoreProblem[];
  /**
   * What a crash may leave behind and the next opening for writing clears away: files that belong to nothing, a last log record
   * that was never whole. No harm by itself.
   */
  readonly leftovers: readonly StoreProblem[];
  /** False where the folder cannot be locked because it cannot be written to; a writer elsewhere could then mislead the check. */
  readonly isLocked: boolean;
}

export interface VerifyProgress {
  readonly bytesChecked: number;
  readonly bytesTotal: number;
}
