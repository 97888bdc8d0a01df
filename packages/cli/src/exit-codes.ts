/** Exit codes of every command (SPEC section 9). */
import { AlopexError } from '@alopex-db/core/base';

export const EXIT = Object.freeze({
  ok: 0,
  error: 1,
  warning: 2,
  retryable: 3,
  authorization: 4,
  unsupported: 5,
  interrupted: 130,
} as const);

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AlopexError)) return EXIT.error;
  if (error.code === 'ALX_UNSUPPORTED') return EXIT.unsupported;
  if (error.code === 'ALX_CANCELLED') return EXIT.interrupted;
  if (error.id.startsWith('ALOPEX-A')) return EXIT.authorization;
  return error.retryable ? EXIT.retryable : EXIT.error;
}
