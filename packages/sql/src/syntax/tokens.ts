/**
 * Token types: chevrotain's side of the vocabulary. Text becomes tokens in `lexer`; no type here has a pattern.
 *
 * Word types belong to categories that say where they may stand as a name, so that a rule asks for `ColumnName` and takes
 * an identifier, a quoted identifier or any keyword that may be one.
 */
import { assert } from '@alopex-db/core/base';
import { createToken, EOF, Lexer } from 'chevrotain';
import type { IToken, TokenType } from 'chevrotain';
import {
  ALIAS_NEEDS_AS,
  COLUMN_ONLY,
  FUNCTION_ONLY,
  LABEL_NEEDS_AS,
  RESERVED,
  UNRESERVED,
} from './keywords.ts';
import type { KeywordClass } from './keywords.ts';

/** One token of the text. `image` is what it means: a folded name, decoded string, digits, hex digits or an operator. */
export class SqlToken implements IToken {
  readonly image: string;
  readonly startOffset: number;
  /** Exclusive, unlike chevrotain's own optional `endOffset`. */
  readonly end: number;
  readonly tokenTypeIdx: number;
  readonly tokenType: TokenType;
  /** Hints that follow a SELECT. */
  payload: readonly string[] | undefined = undefined;

  constructor(tokenType: TokenType, image: string, startOffset: number, end: number) {
    this.image = image;
    this.startOffset = startOffset;
    this.end = end;
    this.tokenTypeIdx = tokenType.tokenTypeIdx!;
    this.tokenType = tokenType;
  }
}

function token(name: string, label: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label, pattern: Lexer.NA, categories });
}

/** A name of a column, table or other object. */
export const ColumnName = token('ColumnName', 'a name');
/** A name of a function or type. */
export const FunctionName = token('FunctionName', 'a function or type name');
/** Any word: a label after AS. */
export const Label = token('Label', 'a name');
/** A column label without AS. */
export const BareLabel = token('BareLabel', 'a column alias');
/** A table alias without AS. */
export const BareAlias = token('BareAlias', 'a table alias');

const ANY_NAME = [ColumnName, FunctionName, Label, BareLabel, BareAlias];

export const Identifier = token('Identifier', 'a name', ANY_NAME);
export const QuotedIdentifier = token('QuotedIdentifier', 'a name', ANY_NAME);

export const StringToken = token('String', 'a string');
/** `image` is hex digits. */
export const Bytes = token('Bytes', 'a byte string');
/** `image` is decimal digits. */
export const Integer = token('Integer', 'an integer');
export const Decimal = token('Decimal', 'a number');
/** `$1`; `image` is the number. */
export const NumberedParameter = token('NumberedParameter', 'a parameter');
/** `$name`; `image` is the name. */
export const NamedParameter = token('NamedParameter', 'a parameter');
/** A parameter where an operand is expected, an operator or its beginning elsewhere: the parser decides. */
export const Question = token('Question', '"?"');

export const LeftParen = token('LeftParen', '"("');
export const RightParen = token('RightParen', '")"');
export const LeftBracket = token('LeftBracket', '"["');
export const RightBracket = token('RightBracket', '"]"');
export const Comma = token('Comma', '","');
export const Semicolon = token('Semicolon', '";"');
export const Dot = token('Dot', '"."');
export const Colon = token('Colon', '":"');
export const Cast = token('Cast', '"::"');
/** `=>` or `:=`. */
export const Arrow = token('Arrow', '"=>"');
export const Plus = token('Plus', '"+"');
export const Minus = token('Minus', '"-"');
export const Star = token('Star', '"*"');
export const Slash = token('Slash', '"/"');
export const Percent = token('Percent', '"%"');
export const Caret = token('Caret', '"^"');
export const Equals = token('Equals', '"="');
/** `<`, `>`, `<=`, `>=`, `<>`. */
export const Comparison = token('Comparison', 'a comparison');
/** Any other operator. */
export const Operator = token('Operator', 'an operator');

const keywords = new Map<string, TokenType>();

function defineKeywords(list: readonly string[], kind: KeywordClass): void {
  for (const word of list) {
    const categories = [Label];
    if (kind === 'unreserved' || kind === 'column') {
      categories.push(ColumnName);
      if (!ALIAS_NEEDS_AS.has(word)) categories.push(BareAlias);
    }
    if (kind === 'unreserved' || kind === 'function') categories.push(FunctionName);
    if (!LABEL_NEEDS_AS.has(word)) categories.push(BareLabel);
    // In capitals, so that no keyword shares its name with a rule.
    const name = word.toUpperCase();
    keywords.set(word, token(name, name, categories));
  }
}

defineKeywords(RESERVED, 'reserved');
defineKeywords(FUNCTION_ONLY, 'function');
defineKeywords(COLUMN_ONLY, 'column');
defineKeywords(UNRESERVED, 'unreserved');

/** The token type of a keyword of the grammar. */
export function keyword(word: string): TokenType {
  const type = keywords.get(word);
  assert(type !== undefined, `the keyword ${word} is listed`);
  return type;
}

/** The token type of a folded word: its keyword's, else Identifier. */
export function wordType(word: string): TokenType {
  return keywords.get(word) ?? Identifier;
}

/** Everything the parser may meet. */
export const VOCABULARY: readonly TokenType[] = [
  ...ANY_NAME,
  Identifier,
  QuotedIdentifier,
  StringToken,
  Bytes,
  Integer,
  Decimal,
  NumberedParameter,
  NamedParameter,
  Question,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  Comma,
  Semicolon,
  Dot,
  Colon,
  Cast,
  Arrow,
  Plus,
  Minus,
  Star,
  Slash,
  Percent,
  Caret,
  Equals,
  Comparison,
  Operator,
  ...keywords.values(),
];

/** Whether a token may stand where `category` is asked for. */
export function isA(type: TokenType, category: TokenType): boolean {
  return type === category || category.categoryMatchesMap?.[type.tokenTypeIdx!] === true;
}

/** The token past the last, and before the first. */
export const END = new SqlToken(EOF, '', 0, 0);
