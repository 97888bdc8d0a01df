/**
 * Arrays as text, as PostgreSQL reads and prints them: `{1,2,NULL}`, `{{a,"b c"},{d,e}}`, `[0:1]={x,y}`. Elements are quoted
 * where they would be read as something else.
 */
import { AlopexError } from '../../base/errors.ts';
import {
  ARRAY_DIMENSIONS_MAX,
  ARRAY_ELEMENTS_MAX,
  ArrayValue,
  EMPTY_ARRAY,
  arrayTooLarge,
} from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';

export function formatArray(
  value: ArrayValue,
  formatElement: (element: NonNullable<Scalar>) => string,
): string {
  const { lengths, lowerBounds, elements } = value;
  if (elements.length === 0) return '{}';
  let text = '';
  if (lowerBounds.some((bound) => bound !== 1)) {
    text = lengths
      .map((length, index) => `[${lowerBounds[index]!}:${lowerBounds[index]! + length - 1}]`)
      .join('');
    text += '=';
  }
  let at = 0;
  const write = (dimension: number): void => {
    text += '{';
    for (let index = 0; index < lengths[dimension]!; index += 1) {
      if (index > 0) text += ',';
      if (dimension + 1 < lengths.length) {
        write(dimension + 1);
        continue;
      }
      const element = elements[at]!;
      text += element === null ? 'NULL' : quoteElement(formatElement(element));
      at += 1;
    }
    text += '}';
  };
  write(0);
  return text;
}

const NEEDS_QUOTES = /^$|^null$|[{}",\\\s]/i;

function quoteElement(text: string): string {
  if (!NEEDS_QUOTES.test(text)) return text;
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

const SPACE = /\s/;

/** ALX_CAST_FAILURE with the place in `detail` for text that is no array. */
export function parseArray(
  text: string,
  parseElement: (text: string) => NonNullable<Scalar>,
): ArrayValue {
  return new ArrayReader(text, parseElement).read();
}

class ArrayReader {
  readonly #text: string;
  readonly #parseElement: (text: string) => NonNullable<Scalar>;
  #at = 0;
  readonly #elements: Scalar[] = [];
  /** Length of each dimension as far as it is known; -1 = not yet. */
  readonly #lengths: number[] = [];
  /** Depth at which elements stand; -1 until the first one. */
  #leafDepth = -1;

  constructor(text: string, parseElement: (text: string) => NonNullable<Scalar>) {
    this.#text = text;
    this.#parseElement = parseElement;
  }

  read(): ArrayValue {
    this.#skipSpace();
    const bounds = this.#readBounds();
    if (this.#peek() !== '{') {
      throw this.#malformed(
        bounds === undefined
          ? 'Array value must start with "{" or dimension information.'
          : 'Array contents must start with "{".',
      );
    }
    this.#readLevel(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#malformed('Junk after closing right brace.');
    return this.#finish(bounds);
  }

  #finish(bounds: readonly (readonly [number, number])[] | undefined): ArrayValue {
    const elements = this.#elements;
    const lengths = elements.length === 0 ? [] : this.#lengths;
    if (bounds === undefined) {
      if (elements.length === 0) return EMPTY_ARRAY;
      return new ArrayValue(
        lengths,
        lengths.map(() => 1),
        elements,
      );
    }
    const fits =
      bounds.length === lengths.length &&
      bounds.every(([low, high], index) => high - low + 1 === lengths[index]);
    if (!fits) throw this.#malformed('Specified array dimensions do not match array contents.');
    return new ArrayValue(
      lengths,
      bounds.map(([low]) => low),
      elements,
    );
  }

  /** `[low:high]` or `[length]` for each dimension, then `=`. */
  #readBounds(): readonly (readonly [number, number])[] | undefined {
    if (this.#peek() !== '[') return undefined;
    const bounds: (readonly [number, number])[] = [];
    while (this.#peek() === '[') {
      if (bounds.length === ARRAY_DIMENSIONS_MAX) throw tooManyDimensions();
      const match = /\[\s*([+-]?\d+)\s*(?::\s*([+-]?\d+)\s*)?\]\s*/y;
      match.lastIndex = this.#at;
      const found = match.exec(this.#text);
      if (found === null)
        throw this.#malformed('"[" must introduce explicitly-specified array dimensions.');
      const low = found[2] === undefined ? 1 : Number(found[1]);
      const high = Number(found[2] ?? found[1]);
      if (high < low) {
        throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'upper bound cannot be less than lower bound');
      }
      if (high - low + 1 > ARRAY_ELEMENTS_MAX) throw arrayTooLarge();
      bounds.push([low, high]);
      this.#at = match.lastIndex;
    }
    if (this.#peek() !== '=') throw this.#malformed('Missing "=" after array dimensions.');
    this.#at += 1;
    this.#skipSpace();
    return bounds;
  }

  /** One pair of braces. */
  #readLevel(depth: number): void {
    if (depth >= ARRAY_DIMENSIONS_MAX) throw tooManyDimensions();
    this.#at += 1;
    let count = 0;
    this.#skipSpace();
    if (this.#peek() === '}') {
      // Only `{}`, `{{}}` and the like are empty: an empty level beside a filled one has no length to share.
      this.#at += 1;
      this.#note(depth, 0);
      return;
    }
    for (;;) {
      this.#skipSpace();
      if (this.#peek() === '{') {
        if (this.#leafDepth >= 0 && depth >= this.#leafDepth) throw this.#uneven();
        this.#readLevel(depth + 1);
      } else {
        if (this.#leafDepth >= 0 && depth !== this.#leafDepth) throw this.#uneven();
        this.#leafDepth = depth;
        this.#readElement();
      }
      count += 1;
      this.#skipSpace();
      const next = this.#peek();
      this.#at += 1;
      if (next === '}') break;
      if (next === undefined) throw this.#malformed('Unexpected end of input.');
      if (next !== ',') throw this.#malformed(this.#unexpected(next));
    }
    this.#note(depth, count);
  }

  /** All levels of one depth have one length. */
  #note(depth: number, count: number): void {
    const known = this.#lengths[depth] ?? -1;
    if (known >= 0 && known !== count) throw this.#uneven();
    this.#lengths[depth] = count;
  }

  #readElement(): void {
    const quoted = this.#peek() === '"';
    const element = quoted ? this.#readQuoted() : this.#readPlain();
    const isNull = !quoted && element.toLowerCase() === 'null';
    this.#elements.push(isNull ? null : this.#parseElement(element));
  }

  #readQuoted(): string {
    let element = '';
    this.#at += 1;
    for (;;) {
      const unit = this.#peek();
      if (unit === undefined) throw this.#malformed('Unexpected end of input.');
      this.#at += 1;
      if (unit === '"') break;
      if (unit !== '\\') {
        element += unit;
        continue;
      }
      element += this.#escaped();
    }
    this.#skipSpace();
    const next = this.#peek();
    if (next !== ',' && next !== '}' && next !== undefined)
      throw this.#malformed('Incorrectly quoted array element.');
    return element;
  }

  #readPlain(): string {
    let element = '';
    // Spaces inside belong to the element, behind it they do not; an escaped one always does.
    let kept = 0;
    for (;;) {
      const unit = this.#peek();
      if (unit === undefined) throw this.#malformed('Unexpected end of input.');
      if (unit === ',' || unit === '}') break;
      if (unit === '{') throw this.#malformed(this.#unexpected(unit));
      if (unit === '"') throw this.#malformed('Incorrectly quoted array element.');
      this.#at += 1;
      element += unit === '\\' ? this.#escaped() : unit;
      if (unit === '\\' || !SPACE.test(unit)) kept = element.length;
    }
    if (kept === 0) throw this.#malformed(this.#unexpected(this.#peek()!));
    return element.slice(0, kept);
  }

  #escaped(): string {
    const unit = this.#peek();
    if (unit === undefined) throw this.#malformed('Unexpected end of input.');
    this.#at += 1;
    return unit;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && SPACE.test(this.#text[this.#at]!)) this.#at += 1;
  }

  #unexpected(unit: string): string {
    return `Unexpected "${unit}" character.`;
  }

  #uneven(): AlopexError {
    return this.#malformed(
      'Multidimensional arrays must have sub-arrays with matching dimensions.',
    );
  }

  #malformed(detail: string): AlopexError {
    return new AlopexError('ALX_CAST_FAILURE', `malformed array literal: "${this.#text}"`, {
      detail: `${detail} At character ${Math.min(this.#at, this.#text.length) + 1} of the literal.`,
    });
  }
}

function tooManyDimensions(): AlopexError {
  return new AlopexError(
    'ALX_LIMIT_EXCEEDED',
    `number of array dimensions exceeds the maximum allowed (${ARRAY_DIMENSIONS_MAX})`,
  );
}
