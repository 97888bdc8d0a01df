/** What a check under way has counted and found. */
import { AlopexError } from '../base/errors.ts';
import type { StoreProblem } from './verify-report.ts';

/** A damaged table may have thousands of damaged blocks, of which the first tell enough. */
const PROBLEMS_PER_FILE_MAX = 20;

export class VerifyFindings {
  tables = 0;
  blocks = 0;
  entries = 0;
  segments = 0;
  commits = 0;
  bytes = 0;
  readonly problems: StoreProblem[] = [];
  readonly leftovers: StoreProblem[] = [];
  readonly #countByFile = new Map<string, number>();

  problem(file: string, offset: number | undefined, what: string): void {
    const count = (this.#countByFile.get(file) ?? 0) + 1;
    this.#countByFile.set(file, count);
    if (count < PROBLEMS_PER_FILE_MAX) this.problems.push({ file, offset, what });
    else if (count === PROBLEMS_PER_FILE_MAX)
      this.problems.push({ file, offset: undefined, what: 'more is wrong and not listed' });
  }

  leftover(file: string, offset: number | undefined, what: string): void {
    this.leftovers.push({ file, offset, what });
  }

  /** Notes what reading a file has thrown; passes on what is no verdict on the bytes, such as a codec that is not here. */
  failure(file: string, offset: number | undefined, error: unknown): void {
    if (!(error instanceof AlopexError) || error.code === 'ALX_UNSUPPORTED') throw error;
    this.problem(file, offset, error.message);
  }
}
