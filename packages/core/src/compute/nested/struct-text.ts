/**
 * Structs and maps as text, in DuckDB's notation: `{'a': 1, 'b': 'x y'}` and `{k=v, 'k 2'=NULL}`. A part is quoted where it
 * would be read as something else; in quotes a backslash escapes.
 */
import { AlopexError } from '../../base/errors.ts';
import type { DataType, StructField } from '../../types/data-type.ts';
import type { ArrayValue } from '../../types/nested-value.ts';
import { StructValue, listValue } from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';

type FormatPart = (type: DataType, value: NonNullable<Scalar>) => string;
type ParsePart = (type: DataType, text: string) => Scalar;

export function formatStruct(
  fields: readonly StructField[],
  value: StructValue,
  format: FormatPart,
): string {
  const parts = fields.map(
    ({ name, type }, index) => `${quoted(name)}: ${formatPart(type, value.fields[index]!, format)}`,
  );
  return `{${parts.join(', ')}}`;
}

export function formatMap(
  key: DataType,
  value: DataType,
  entries: ArrayValue,
  format: FormatPart,
): string {
  const parts = entries.elements.map((entry) => {
    const { fields } = entry as StructValue;
    return `${formatPart(key, fields[0]!, format)}=${formatPart(value, fields[1]!, format)}`;
  });
  return `{${parts.join(', ')}}`;
}

function formatPart(type: DataType, value: Scalar, format: FormatPart): string {
  if (value === null) return 'NULL';
  const text = format(type, value);
  if (type.kind === 'struct' || type.kind === 'map' || type.kind === 'array') return text;
  return NEEDS_QUOTES.test(text) ? quoted(text) : text;
}

const NEEDS_QUOTES = /^$|^null$|^\s|\s$|[{}[\]"'\\,:=]/i;

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

export function parseStruct(
  fields: readonly StructField[],
  text: string,
  parse: ParsePart,
): StructValue {
  const values: Scalar[] = fields.map(() => null);
  for (const { left, right } of new PairReader(text, ':', 'struct').read()) {
    const index = fields.findIndex((field) => field.name === left.text);
    if (index < 0) {
      throw new AlopexError('ALX_CAST_FAILURE', `malformed struct literal: "${text}"`, {
        detail: `The struct has no field "${left.text}".`,
      });
    }
    values[index] = partValue(right, fields[index]!.type, parse);
  }
  return new StructValue(values);
}

export function parseMap(
  key: DataType,
  value: DataType,
  text: string,
  parse: ParsePart,
): ArrayValue {
  const entries: StructValue[] = [];
  for (const { left, right } of new PairReader(text, '=', 'map').read()) {
    if (isNull(left)) {
      throw new AlopexError('ALX_NULL_VALUE', 'a key of a map cannot be null');
    }
    entries.push(new StructValue([parse(key, left.text), partValue(right, value, parse)]));
  }
  return listValue(entries);
}

interface Part {
  readonly text: string;
  readonly quoted: boolean;
}

function partValue(part: Part, type: DataType, parse: ParsePart): Scalar {
  return isNull(part) ? null : parse(type, part.text);
}

function isNull(part: Part): boolean {
  return !part.quoted && part.text.toLowerCase() === 'null';
}

/** Splits `{a: b, c: d}`; what stands in nested braces or brackets stays whole. */
class PairReader {
  readonly #text: string;
  readonly #separator: string;
  readonly #what: string;
  #at = 0;

  constructor(text: string, separator: string, what: string) {
    this.#text = text;
    this.#separator = separator;
    this.#what = what;
  }

  read(): { readonly left: Part; readonly right: Part }[] {
    const pairs: { readonly left: Part; readonly right: Part }[] = [];
    this.#expect('{');
    if (this.#accept('}')) return this.#end(pairs);
    for (;;) {
      const left = this.#part(this.#separator);
      this.#expect(this.#separator);
      pairs.push({ left, right: this.#part(',}') });
      if (this.#accept('}')) return this.#end(pairs);
      this.#expect(',');
    }
  }

  #end<T>(pairs: T): T {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#malformed();
    return pairs;
  }

  /** Up to one of the characters of `stops` outside of quotes and brackets. */
  #part(stops: string): Part {
    this.#skipSpace();
    const open = this.#text[this.#at];
    if (open === "'" || open === '"') return { text: this.#quoted(open), quoted: true };
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const unit = this.#text[this.#at]!;
      if (depth === 0 && stops.includes(unit)) break;
      if (unit === "'" || unit === '"') {
        this.#quoted(unit);
        this.#at -= 1;
      } else if (unit === '{' || unit === '[') depth += 1;
      else if (unit === '}' || unit === ']') depth -= 1;
    }
    const text = this.#text.slice(start, this.#at).trim();
    if (text === '') throw this.#malformed();
    return { text, quoted: false };
  }

  #quoted(quote: string): string {
    let text = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const unit = this.#text[this.#at]!;
      if (unit === quote) {
        this.#at += 1;
        return text;
      }
      if (unit === '\\') this.#at += 1;
      text += this.#text[this.#at] ?? '';
    }
    throw this.#malformed();
  }

  #accept(unit: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== unit) return false;
    this.#at += 1;
    return true;
  }

  #expect(unit: string): void {
    if (!this.#accept(unit)) throw this.#malformed();
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #malformed(): AlopexError {
    return new AlopexError('ALX_CAST_FAILURE', `malformed ${this.#what} literal: "${this.#text}"`, {
      detail: `At character ${Math.min(this.#at, this.#text.length) + 1} of the literal.`,
    });
  }
}
