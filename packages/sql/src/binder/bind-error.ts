/** What every part of the binder says in the same words. */
import { AlopexError } from '@alopex-db/core/base';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';

/** What parses but is not built yet: says so, and where. */
export function unsupported(feature: string, span: Span, hint?: string): AlopexError {
  return errorAt('ALX_UNSUPPORTED', `${feature} is not supported yet`, span, { hint });
}

/** Runs `bind` and gives an error that has no position yet the one of `span`. */
export function positioned<T>(span: Span, bind: () => T): T {
  try {
    return bind();
  } catch (error) {
    if (error instanceof AlopexError && error.position === undefined && error.kind !== 'Internal') {
      throw error.with({ position: span.start });
    }
    throw error;
  }
}
