/**
 * Reads JSON text (RFC 8259) as PostgreSQL does: the last of equal keys wins, a null character is refused, numbers stay
 * exact. Our own reader because `JSON.parse` turns numbers into doubles and does not say where it failed.
 */
import { AlopexError } from '../../base/errors.ts';
import { JsonNumber, type JsonValue } from './json-value.ts';

/** Deeper values are refused, so that no reader or writer overflows its stack. */
export const JSON_DEPTH_MAX = 1_000;

/** Errors: ALX_CAST_FAILURE with what was found and where. */
export function parseJson(text: string): JsonValue {
  return new JsonReader(text).read();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z0-9_$.+-]+/y;
// Everything up to a quote, a backslash or a control character.
// oxlint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*/y;

class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonValue {
    this.#skipSpace();
    if (this.#at === this.#text.length) throw this.#failed('The input string ended unexpectedly.');
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('end of input');
    return value;
  }

  #value(): JsonValue {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(): JsonValue {
    this.#enter();
    const members = new Map<string, JsonValue>();
    if (this.#take('}')) return this.#leave(members);
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#unexpected('string');
      const name = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#unexpected('":"');
      this.#skipSpace();
      const value = this.#value();
      // Set anew, so that the last of equal keys stands where it was written.
      members.delete(name);
      members.set(name, value);
      this.#skipSpace();
      if (this.#take('}')) return this.#leave(members);
      if (!this.#take(',')) throw this.#unexpected('"," or "}"');
    }
  }

  #array(): JsonValue {
    this.#enter();
    const elements: JsonValue[] = [];
    if (this.#take(']')) return this.#leave(elements);
    for (;;) {
      this.#skipSpace();
      elements.push(this.#value());
      this.#skipSpace();
      if (this.#take(']')) return this.#leave(elements);
      if (!this.#take(',')) throw this.#unexpected('"," or "]"');
    }
  }

  #enter(): void {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > JSON_DEPTH_MAX) {
      throw new AlopexError(
        'ALX_RESOURCES',
        `a JSON value is nested deeper than ${JSON_DEPTH_MAX} levels`,
        { hint: 'Store deeper structures as text.' },
      );
    }
    this.#skipSpace();
  }

  #leave<T extends JsonValue>(value: T): T {
    this.#depth -= 1;
    return value;
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)![0];
      value += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at += 1;
        if (!value.isWellFormed()) throw this.#failed(HALF_SURROGATE);
        return value;
      }
      if (next === undefined) throw this.#failed('The input string ended unexpectedly.');
      if (next !== '\\') {
        const code = next.charCodeAt(0).toString(16).padStart(2, '0');
        throw this.#failed(`Character with value 0x${code} must be escaped.`);
      }
      value += this.#escape();
    }
  }

  #escape(): string {
    const mark = this.#text[this.#at + 1] ?? '';
    const simple = ESCAPES[mark];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const digits =
      mark === 'u' ? /^[0-9a-fA-F]{4}/.exec(this.#text.slice(this.#at + 2, this.#at + 6)) : null;
    if (mark === 'u' && digits === null)
      throw this.#failed('"\\u" must be followed by four hexadecimal digits.');
    if (digits === null) throw this.#failed(`Escape sequence "\\${mark}" is invalid.`);
    const unit = Number.parseInt(digits[0], 16);
    if (unit === 0) {
      throw new AlopexError('ALX_CAST_FAILURE', 'unsupported Unicode escape sequence', {
        detail: '\\u0000 cannot be converted to text.',
      });
    }
    this.#at += 6;
    return String.fromCharCode(unit);
  }

  #word<T extends JsonValue>(word: string, value: T): T {
    WORD.lastIndex = this.#at;
    if (WORD.exec(this.#text)?.[0] !== word) throw this.#unexpected('JSON value');
    this.#at += word.length;
    return value;
  }

  #number(): JsonNumber {
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(this.#text)?.[0];
    WORD.lastIndex = this.#at;
    if (number === undefined || WORD.exec(this.#text)?.[0] !== number)
      throw this.#unexpected('JSON value');
    this.#at += number.length;
    return new JsonNumber(number);
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  #unexpected(wanted: string): AlopexError {
    if (this.#at >= this.#text.length) return this.#failed('The input string ended unexpectedly.');
    WORD.lastIndex = this.#at;
    const token = WORD.exec(this.#text)?.[0] ?? this.#text[this.#at]!;
    const known = /^(?:["{}[\]:,]|true|false|null)$/.test(token) || NUMBER_ONLY.test(token);
    return this.#failed(
      known ? `Expected ${wanted}, but found "${token}".` : `Token "${token}" is invalid.`,
    );
  }

  #failed(detail: string): AlopexError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    const shown = before.slice(-40) + this.#text.slice(this.#at, this.#at + 20);
    return new AlopexError('ALX_CAST_FAILURE', 'invalid input syntax for type json', {
      detail: `${detail} JSON data, line ${line}, character ${this.#at + 1}: ${shown}`,
    });
  }
}

/** UTF-8 cannot hold it: two different strings would become the same bytes. */
const HALF_SURROGATE = 'Unicode low surrogate must follow a high surrogate.';

const NUMBER_ONLY = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
