/** Assertions guard against our own bugs. Bad input and bad disks get an `AlopexError` of another kind instead. */
import { AlopexError } from './errors.ts';

/** Throws kind Internal unless `condition` holds. `sentence` states what we believe, not what went wrong. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AlopexError('ALX_INTERNAL', `broken invariant: ${sentence}`);
}

/** Ends a switch over a union: a new member fails to compile here, an impossible value fails at run time. */
export function unreachable(value: never): never {
  throw new AlopexError('ALX_INTERNAL', `broken invariant: unexpected value ${String(value)}`);
}
