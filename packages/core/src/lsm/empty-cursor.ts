/** A source without entries. It has no state, so everybody shares it. */
import type { EntryCursor } from '../memtable/entry.ts';

const nothing = (): void => undefined;
const NO_BYTES = new Uint8Array(0);

export const emptyCursor: EntryCursor = Object.freeze({
  valid: false,
  keyBytes: NO_BYTES,
  keyStart: 0,
  keyEnd: 0,
  version: 0,
  kind: 0,
  valueBytes: NO_BYTES,
  valueStart: 0,
  valueEnd: 0,
  seekFirst: nothing,
  seekLast: nothing,
  seek: nothing,
  seekBefore: nothing,
  next: nothing,
  previous: nothing,
  close: nothing,
});
