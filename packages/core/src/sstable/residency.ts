/** The contract between tables, which hold decoded blocks, and the cache, which decides how many stay in memory. */
import type { Block } from './block.ts';

export interface Residency {
  /** Takes charge of a block that its table has just put into `home`; may drop others, and this one, from their homes. */
  admit(block: Block): void;
  /** Drops all blocks of a table that closes. */
  evictAll(home: readonly (Block | undefined)[]): void;
  /** Bytes that a scan may read ahead without pushing out too much. */
  readonly readAheadBytes: number;
}
