/** VARCHAR(n): a written cast cuts the text, storing a longer one is an error. Lengths count code points. */
import { AlopexError } from '@alopex-db/core/base';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { strictFunction } from '@alopex-db/core/compute';

/** Cuts text to `length` code points. */
export function truncateText(length: number): ScalarFunction {
  return strictFunction(`varchar(${length})`, ([text]) => cut(text as string, length));
}

/** Refuses text longer than `length`, unless only blanks are too much (they are dropped, as SQL asks). */
export function fitText(length: number): ScalarFunction {
  return strictFunction(`fit_varchar(${length})`, ([value]) => fittedText(value as string, length));
}

export function fittedText(text: string, length: number): string {
  const kept = cut(text, length);
  if (kept.length === text.length || /^ *$/.test(text.slice(kept.length))) return kept;
  throw new AlopexError(
    'ALX_STRING_TOO_LONG',
    `value too long for type character varying(${length})`,
  );
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count += 1) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}
