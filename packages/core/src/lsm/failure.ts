/** What a flush or a compaction has failed with, as an error of ours: anything else that is thrown is a bug. */
import { AlopexError } from '../base/errors.ts';

export function failureOf(error: unknown): AlopexError {
  if (error instanceof AlopexError) return error;
  return new AlopexError(
    'ALX_INTERNAL',
    'writing tables has thrown what is no error of the engine',
    {
      cause: error,
    },
  );
}
