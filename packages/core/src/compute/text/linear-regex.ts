/**
 * Regular expressions in RE2's syntax. Matching takes time linear in the text whatever the pattern, which no expression of
 * JavaScript's own promises; so a pattern from outside cannot hang the process.
 */
import { RE2JS, RE2JSException } from 're2js';
import { AlopexError } from '../../base/errors.ts';

export interface LinearRegex {
  /** Whether it is found anywhere in a text. */
  test(text: string): boolean;
}

export function compileLinearRegex(source: string): LinearRegex {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `the regular expression "${source}" is not valid: ${error.message}`,
      { cause: error },
    );
  }
}
