/**
 * Reads JSON lines from pieces of text that may end anywhere: one JSON object a line, empty lines skipped. Whole numbers that
 * a JavaScript number cannot hold come as bigint.
 */
import { assert } from '../base/assert.ts';
import { AlopexError } from '../base/errors.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface JsonRecord {
  readonly value: Readonly<Record<string, JsonValue>>;
  /** From 1. */
  readonly line: number;
}

const LONG_NUMBER = /\d{16}/;

export class JsonLinesReader {
  /** Pieces of the unfinished line; joined once, when it ends. */
  #pieces: string[] = [];
  #line = 1;
  #isEnded = false;

  /** The records that end in `piece`. */
  read(piece: string): JsonRecord[] {
    assert(!this.#isEnded, 'no piece follows the end of the text');
    const records: JsonRecord[] = [];
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      this.#pieces.push(piece.slice(start, end));
      this.#finishLine(records);
      this.#line += 1;
      start = end + 1;
    }
    if (start < piece.length) this.#pieces.push(piece.slice(start));
    return records;
  }

  /** A last line without a line break. */
  end(): JsonRecord[] {
    this.#isEnded = true;
    const records: JsonRecord[] = [];
    this.#finishLine(records);
    return records;
  }

  #finishLine(records: JsonRecord[]): void {
    const text = this.#pieces.join('').trim();
    this.#pieces = [];
    if (text !== '') records.push({ value: parseObject(text, this.#line), line: this.#line });
  }
}

function parseObject(text: string, line: number): JsonRecord['value'] {
  let value: JsonValue;
  try {
    value = LONG_NUMBER.test(text) ? parseExact(text) : (JSON.parse(text) as JsonValue);
  } catch (cause) {
    throw new AlopexError('ALX_FILE_FORMAT', `malformed JSON: ${(cause as Error).message}`, {
      line,
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // What is neither null nor an array is an object.
    return value as JsonRecord['value'];
  }
  throw new AlopexError('ALX_FILE_FORMAT', 'malformed JSON lines: a line is no object', {
    line,
    hint: 'Every line is one JSON object, such as {"id": 1}.',
  });
}

/** `JSON.parse` that looks at the digits of whole numbers beyond 2^53. */
function parseExact(text: string): JsonValue {
  const revive = (
    _key: string,
    value: JsonValue,
    context?: { readonly source?: string },
  ): JsonValue => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as JsonValue;
}
