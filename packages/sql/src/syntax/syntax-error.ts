/** Errors of lexer and parser, in PostgreSQL's words. */
import { AlopexError } from '@alopex-db/core/base';
import type { ErrorCode, ErrorDetails } from '@alopex-db/core/base';
import { EOF } from 'chevrotain';
import type { IToken } from 'chevrotain';
import { closestName, lineAndColumn } from '../errors.ts';
import {
  ColumnName,
  Comma,
  Identifier,
  isA,
  Label,
  Operator,
  QuotedIdentifier,
  StringToken,
} from './tokens.ts';

/** `message at or near "x"`, where x is the text between the offsets; `message at end of input` past the last token. */
export function errorNear(
  code: ErrorCode,
  message: string,
  text: string,
  start: number,
  end: number,
  details: ErrorDetails = {},
): AlopexError {
  const found = text.slice(start, Math.min(end, start + EXCERPT));
  const where = found === '' ? 'at end of input' : `at or near "${found}"`;
  const position = start;
  return new AlopexError(code, `${message} ${where}`, {
    position,
    ...lineAndColumn(text, position),
    ...details,
  });
}

const EXCERPT = 200;

/** `expected a table name after FROM`. */
export function describeExpected(what: string, previous: IToken): string {
  if (previous.tokenType === EOF) return `expected ${what}`;
  return `expected ${what} after ${showToken(previous)}`;
}

function showToken(token: IToken): string {
  if (isA(token.tokenType, Label)) {
    const plain = token.tokenType === Identifier || token.tokenType === QuotedIdentifier;
    return plain ? `"${token.image}"` : token.image.toUpperCase();
  }
  if (token.tokenType === StringToken) return 'a string';
  return token.image === '' ? 'it' : `"${token.image}"`;
}

/** The cure of a common slip, seen from the wrong token, what was expected there, and the neighbours. */
export function slipHint(
  what: string | undefined,
  found: IToken,
  previous: IToken,
  following: IToken,
): string | undefined {
  if (found.tokenType === Operator && found.image === '&&')
    return 'Conditions are joined with AND.';
  if (found.tokenType === Comma && following.tokenType === Comma)
    return 'There is a comma too many.';
  if (what !== undefined && /\b(?:name|alias)$/.test(what)) return nameHint(found, previous);
  if (what !== undefined) return undefined;
  const afterWord = isPlainName(previous);
  if (isPlainName(found) && afterWord) {
    return `Is a comma or an operator missing before "${found.image}"?`;
  }
  if (found.tokenType === StringToken && afterWord) {
    return 'Is a comma or an operator missing before the string?';
  }
  return undefined;
}

function isPlainName({ tokenType }: IToken): boolean {
  return tokenType === Identifier || tokenType === QuotedIdentifier;
}

/** What stood where a name should. */
function nameHint(found: IToken, previous: IToken): string | undefined {
  if (found.tokenType === StringToken) return 'Names are written plain or in double quotes.';
  const reserved = isA(found.tokenType, Label) && !isA(found.tokenType, ColumnName);
  const clause = CLAUSES.includes(found.image) && !NAME_FOLLOWS.has(previous.image);
  if (!reserved || clause) return undefined;
  return `${found.image.toUpperCase()} is a reserved word; as a name it is written "${found.image}".`;
}

/** Behind these even a clause's word was meant as a name. */
const NAME_FOLLOWS: ReadonlySet<string> = new Set(['table', 'as', '(', '.', 'exists']);

/** The words that clauses begin with: misspelt they look like names, and rarely anybody means them as a name. */
const CLAUSES = [
  'select',
  'from',
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'union',
  'intersect',
  'except',
  'join',
  'values',
  'returning',
  'set',
  'into',
];

/** When a word that nothing expected, or the one in front of it, is nearly the beginning of a clause. */
export function clauseHint(found: IToken, previous: IToken): string | undefined {
  for (const word of [found, previous]) {
    if (word.tokenType !== Identifier || word.image.length < 3) continue;
    const closest = closestName(word.image, CLAUSES);
    if (closest !== undefined)
      return `Did you mean ${closest.toUpperCase()} instead of "${word.image}"?`;
  }
  return undefined;
}
