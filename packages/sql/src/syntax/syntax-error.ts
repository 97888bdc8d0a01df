/** Errors of lexer and parser, in PostgreSQL's words. */
import { AlopexError } from '@alopex-db/core/base';
import type { ErrorCode, ErrorDetails } from '@alopex-db/core/base';
import { EOF } from 'chevrotain';
import type { IToken } from 'chevrotain';
import { lineAndColumn } from '../errors.ts';
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

/** The cure of a common slip, seen from the wrong token and its neighbours. */
export function slipHint(found: IToken, previous: IToken, following: IToken): string | undefined {
  if (found.tokenType === Operator && found.image === '&&')
    return 'Conditions are joined with AND.';
  if (found.tokenType === Operator && found.image === '||') return 'Conditions are joined with OR.';
  if (found.tokenType === Comma && following.tokenType === Comma)
    return 'Is there a comma too many?';
  const word = found.tokenType === Identifier || found.tokenType === QuotedIdentifier;
  const afterWord = previous.tokenType === Identifier || previous.tokenType === QuotedIdentifier;
  if (word && afterWord) return `Is a comma or an operator missing before "${found.image}"?`;
  if (found.tokenType === StringToken && afterWord)
    return 'Is a comma or an operator missing before the string?';
  if (found.tokenType === QuotedIdentifier) return "Strings are written in single quotes: 'text'.";
  const reserved = isA(found.tokenType, Label) && !isA(found.tokenType, ColumnName);
  if (reserved && !CLAUSE_WORDS.has(found.image)) {
    return `${found.image.toUpperCase()} is a reserved word; as a name it is written "${found.image}".`;
  }
  return undefined;
}

/** Reserved words that nobody means as a name. */
const CLAUSE_WORDS: ReadonlySet<string> = new Set([
  'select',
  'from',
  'where',
  'having',
  'union',
  'except',
  'intersect',
  'and',
  'or',
  'not',
  'in',
  'is',
  'on',
  'as',
  'by',
  'then',
  'when',
  'else',
  'case',
  'join',
  'inner',
  'left',
  'right',
  'full',
  'cross',
  'natural',
  'into',
  'with',
  'using',
  'returning',
  'like',
  'ilike',
  'create',
  'null',
  'true',
  'false',
  'distinct',
  'set',
  'limit',
  'fetch',
]);
