/** Limits of a statement's text (SPEC 2.2), checked before anything that recurses or allocates in proportion. */
import { AlopexError } from '@alopex-db/core/base';
import { lineAndColumn } from '../errors.ts';

/** UTF-8 bytes of one text handed to the parser. */
export const TEXT_BYTES_MAX = 16 * 1024 * 1024;

/** Levels of parentheses, operators, CASE, calls and subqueries within each other. */
export const NESTING_MAX = 1000;

/** Nodes on a path through the tree, which long chains of operators make too: what later passes can recurse over. */
export const TREE_DEPTH_MAX = 2 * NESTING_MAX;

/** Highest `$n`, most `?` or names of one statement. */
export const PARAMETERS_MAX = 65_535;

export function checkTextLength(text: string): void {
  // No text has more bytes than three a unit, so most need no count.
  if (text.length * 3 <= TEXT_BYTES_MAX) return;
  const bytes = text.length > TEXT_BYTES_MAX ? text.length : utf8Length(text);
  if (bytes <= TEXT_BYTES_MAX) return;
  throw new AlopexError(
    'ALX_STATEMENT_TOO_LONG',
    `statement text is longer than ${TEXT_BYTES_MAX} bytes`,
    {
      hint: 'Split the statement, or pass large values as parameters.',
    },
  );
}

/** Half of a surrogate pair has no UTF-8: two different literals would be stored as the same text. */
export function checkTextEncoding(text: string): void {
  if (text.isWellFormed()) return;
  const position = text.search(/\p{Surrogate}/u);
  throw new AlopexError(
    'ALX_INVALID_TEXT_ENCODING',
    'the statement is no valid text: it holds half of a surrogate pair',
    { position, ...lineAndColumn(text, position), hint: 'Repair the text with toWellFormed().' },
  );
}

export function nestingError(text: string, position: number): AlopexError {
  return new AlopexError(
    'ALX_NESTING_TOO_DEEP',
    `statement is nested more than ${NESTING_MAX} levels deep`,
    {
      position,
      ...lineAndColumn(text, position),
      hint: 'Join long lists of conditions with IN, = ANY or VALUES, or split the statement.',
    },
  );
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    // A surrogate pair is two units and four bytes.
    else if (unit >= 0xd800 && unit <= 0xdfff) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
