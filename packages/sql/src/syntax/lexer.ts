/**
 * Text to tokens, by PostgreSQL's lexical rules. Written by hand: one pass over UTF-16 units with one object a token, several
 * times faster than a list of patterns, and the rules for operators and nested comments are no patterns at all.
 *
 *   names       letters, `_`, any unit above ASCII; then digits and `$` too. ASCII letters are folded to lower case.
 *   operators   the longest run of operator characters, cut before `--` and a slash-star; a run that ends in + or - loses
 *               that end unless it holds one of `~!@#%^&|` (so `a<-1` is a < -1, but `<->` is one operator)
 *   `?`         always a token of its own; the parser joins it (`?|`, `@?`) where an operator is expected
 *   hints       slash-star-plus comments right after SELECT are kept on its token, anywhere else they are comments
 *   NOT, WITH   stay as they are: the parser looks ahead
 *
 * Parentheses and brackets deeper than `NESTING_MAX` end the pass, before anything recursive sees them.
 */
import type { TokenType } from 'chevrotain';
import { NESTING_MAX, nestingError } from './limits.ts';
import { scanNumber } from './scan-number.ts';
import {
  scanBytes,
  scanDollarQuoted,
  scanEscapeString,
  scanQuotedIdentifier,
  scanString,
  scanUnicodeString,
} from './scan-string.ts';
import type { Scanned } from './scan-string.ts';
import { errorNear } from './syntax-error.ts';
import * as t from './tokens.ts';
import { SqlToken } from './tokens.ts';
import {
  isIdentifierPart,
  isIdentifierStart,
  isOperatorUnit,
  isSpace,
  truncateIdentifier,
} from './units.ts';

const SELECT = t.keyword('select');

/** All tokens of `text`, semicolons included, comments and spaces left out. */
export function tokenize(text: string): SqlToken[] {
  return new LexerRun(text).run();
}

class LexerRun {
  readonly #text: string;
  readonly #tokens: SqlToken[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): SqlToken[] {
    const text = this.#text;
    const length = text.length;
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) this.#at = 1;
    while (this.#at < length) {
      const unit = text.charCodeAt(this.#at);
      if (isSpace(unit)) this.#at += 1;
      else if (isIdentifierStart(unit)) this.#word(unit);
      else if (unit >= DIGIT_0 && unit <= DIGIT_9) this.#number();
      else this.#symbol(unit);
    }
    return this.#tokens;
  }

  #push(type: TokenType, image: string, end: number): void {
    this.#tokens.push(new SqlToken(type, image, this.#at, end));
    this.#at = end;
  }

  #pushScanned(type: TokenType, scanned: Scanned): void {
    this.#push(type, scanned.value, scanned.end);
  }

  #word(first: number): void {
    const text = this.#text;
    const start = this.#at;
    const next = text.charCodeAt(start + 1);
    if (next === QUOTE && this.#prefixedString(first | 0x20)) return;
    if ((first | 0x20) === LETTER_U && next === AMPERSAND && this.#unicode()) return;
    let end = start + 1;
    let upper = first <= LETTER_Z_UPPER;
    let wide = first > 127;
    for (; end < text.length; end++) {
      const unit = text.charCodeAt(end);
      if (!isIdentifierPart(unit)) break;
      if (unit >= LETTER_A_UPPER && unit <= LETTER_Z_UPPER) upper = true;
      if (unit > 127) wide = true;
    }
    let word = text.slice(start, end);
    // Only ASCII folds, as in a UTF-8 PostgreSQL; toLowerCase would change other letters too.
    if (upper)
      word = wide ? word.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : word.toLowerCase();
    const type = t.wordType(word);
    this.#push(type, type === t.Identifier ? truncateIdentifier(word) : word, end);
  }

  /** `E'…'`, `X'…'`, `N'…'`: whether the letter was such a prefix. */
  #prefixedString(letter: number): boolean {
    if (letter === LETTER_E)
      this.#pushScanned(t.StringToken, scanEscapeString(this.#text, this.#at));
    else if (letter === LETTER_X) this.#pushScanned(t.Bytes, scanBytes(this.#text, this.#at));
    else if (letter === LETTER_N)
      this.#pushScanned(t.StringToken, scanString(this.#text, this.#at, 1));
    else return false;
    return true;
  }

  /** `U&'…'` and `U&"…"`. */
  #unicode(): boolean {
    const quote = this.#text.charCodeAt(this.#at + 2);
    if (quote === QUOTE) {
      this.#pushScanned(t.StringToken, scanUnicodeString(this.#text, this.#at, quote));
    } else if (quote === DOUBLE_QUOTE) {
      this.#pushScanned(t.QuotedIdentifier, scanUnicodeString(this.#text, this.#at, quote));
    } else return false;
    return true;
  }

  #number(): void {
    const scanned = scanNumber(this.#text, this.#at);
    this.#push(scanned.integer ? t.Integer : t.Decimal, scanned.value, scanned.end);
  }

  #symbol(unit: number): void {
    const text = this.#text;
    const start = this.#at;
    const next = text.charCodeAt(start + 1);
    switch (unit) {
      case COMMA:
        return this.#push(t.Comma, ',', start + 1);
      case LEFT_PAREN:
        this.#open();
        return this.#push(t.LeftParen, '(', start + 1);
      case RIGHT_PAREN:
        this.#close();
        return this.#push(t.RightParen, ')', start + 1);
      case LEFT_BRACKET:
        this.#open();
        return this.#push(t.LeftBracket, '[', start + 1);
      case RIGHT_BRACKET:
        this.#close();
        return this.#push(t.RightBracket, ']', start + 1);
      case SEMICOLON:
        this.#depth = 0;
        return this.#push(t.Semicolon, ';', start + 1);
      case QUOTE:
        return this.#pushScanned(t.StringToken, scanString(text, start, 0));
      case DOUBLE_QUOTE:
        return this.#pushScanned(t.QuotedIdentifier, scanQuotedIdentifier(text, start));
      case DOT:
        if (next >= DIGIT_0 && next <= DIGIT_9) return this.#number();
        return this.#push(t.Dot, '.', start + 1);
      case COLON:
        if (next === COLON) return this.#push(t.Cast, '::', start + 2);
        if (next === EQUALS) return this.#push(t.Arrow, ':=', start + 2);
        return this.#push(t.Colon, ':', start + 1);
      case QUESTION:
        return this.#push(t.Question, '?', start + 1);
      case DOLLAR:
        return this.#dollar();
      default:
        if (isOperatorUnit(unit)) return this.#operatorOrComment(unit, next);
        return this.#unexpected(unit);
    }
  }

  #open(): void {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) throw nestingError(this.#text, this.#at);
  }

  #close(): void {
    if (this.#depth > 0) this.#depth -= 1;
  }

  /** `$1`, `$name`, `$$…$$`, `$tag$…$tag$`. */
  #dollar(): void {
    const text = this.#text;
    const start = this.#at;
    const next = text.charCodeAt(start + 1);
    let end = start + 1;
    if (next >= DIGIT_0 && next <= DIGIT_9) {
      while (text.charCodeAt(end) >= DIGIT_0 && text.charCodeAt(end) <= DIGIT_9) end += 1;
      if (isIdentifierStart(text.charCodeAt(end))) {
        const code = 'ALX_INVALID_NUMBER';
        throw errorNear(code, 'trailing junk after parameter', text, start, end + 1);
      }
      return this.#push(t.NumberedParameter, text.slice(start + 1, end), end);
    }
    while (
      end < text.length &&
      text.charCodeAt(end) !== DOLLAR &&
      isIdentifierPart(text.charCodeAt(end))
    )
      end += 1;
    if (text.charCodeAt(end) === DOLLAR) {
      return this.#pushScanned(t.StringToken, scanDollarQuoted(text, start, end + 1));
    }
    if (end === start + 1) return this.#unexpected(DOLLAR);
    return this.#push(t.NamedParameter, text.slice(start + 1, end), end);
  }

  #operatorOrComment(unit: number, next: number): void {
    if (unit === MINUS && next === MINUS) return this.#lineComment();
    if (unit === SLASH && next === STAR) return this.#blockComment();
    const end = operatorEnd(this.#text, this.#at);
    if (end === this.#at + 1)
      return this.#push(SINGLE_OPERATORS[unit] ?? t.Operator, this.#text[this.#at]!, end);
    const image = this.#text.slice(this.#at, end);
    switch (image) {
      case '=>':
        return this.#push(t.Arrow, image, end);
      case '<=':
      case '>=':
      case '<>':
        return this.#push(t.Comparison, image, end);
      case '!=':
        return this.#push(t.Comparison, '<>', end);
      case '==': {
        const hint = 'Comparison is written with a single =.';
        throw errorNear('ALX_UNEXPECTED_TOKEN', 'syntax error', this.#text, this.#at, end, {
          hint,
        });
      }
      default:
        return this.#push(t.Operator, image, end);
    }
  }

  #lineComment(): void {
    const text = this.#text;
    let at = this.#at + 2;
    while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at += 1;
    this.#at = at;
  }

  #blockComment(): void {
    const text = this.#text;
    const start = this.#at;
    let depth = 1;
    let at = start + 2;
    while (depth > 0) {
      if (at >= text.length) {
        throw errorNear(
          'ALX_UNTERMINATED_STRING',
          'unterminated /* comment',
          text,
          start,
          text.length,
        );
      }
      const unit = text.charCodeAt(at);
      const next = text.charCodeAt(at + 1);
      if (unit === STAR && next === SLASH) depth -= 1;
      else if (unit === SLASH && next === STAR) depth += 1;
      else {
        at += 1;
        continue;
      }
      at += 2;
    }
    const last = this.#tokens[this.#tokens.length - 1];
    if (text.charCodeAt(start + 2) === PLUS && last?.tokenType === SELECT) {
      last.payload = [...(last.payload ?? []), text.slice(start + 3, at - 2).trim()];
    }
    this.#at = at;
  }

  #unexpected(unit: number): never {
    const text = this.#text;
    const end = this.#at + ((unit & 0xfc00) === 0xd800 ? 2 : 1);
    const hint = unit === BACKTICK ? 'Quote names with double quotes: "name".' : undefined;
    throw errorNear('ALX_UNEXPECTED_TOKEN', 'syntax error', text, this.#at, end, { hint });
  }
}

/** Where the operator that starts at `start` ends. */
function operatorEnd(text: string, start: number): number {
  let end = start;
  let special = false;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (!isOperatorUnit(unit)) break;
    const next = text.charCodeAt(end + 1);
    if (end > start && ((unit === MINUS && next === MINUS) || (unit === SLASH && next === STAR)))
      break;
    if (!ARITHMETIC.has(unit)) special = true;
  }
  if (special) return end;
  while (end > start + 1) {
    const last = text.charCodeAt(end - 1);
    if (last !== PLUS && last !== MINUS) break;
    end -= 1;
  }
  return end;
}

const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const AMPERSAND = 38;
const LEFT_PAREN = 40;
const RIGHT_PAREN = 41;
const STAR = 42;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const QUESTION = 63;
const LETTER_A_UPPER = 65;
const LETTER_Z_UPPER = 90;
const LEFT_BRACKET = 91;
const RIGHT_BRACKET = 93;
const BACKTICK = 96;
const LETTER_E = 101;
const LETTER_N = 110;
const LETTER_U = 117;
const LETTER_X = 120;

/** Units that do not allow an operator to end in + or -: `+ - * / < > =`. */
const ARITHMETIC: ReadonlySet<number> = new Set([PLUS, MINUS, STAR, SLASH, 60, 62, EQUALS]);

const SINGLE_OPERATORS: Readonly<Record<number, TokenType>> = {
  [PLUS]: t.Plus,
  [MINUS]: t.Minus,
  [STAR]: t.Star,
  [SLASH]: t.Slash,
  37: t.Percent,
  94: t.Caret,
  60: t.Comparison,
  62: t.Comparison,
  [EQUALS]: t.Equals,
};
