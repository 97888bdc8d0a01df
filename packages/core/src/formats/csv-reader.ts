/**
 * Reads CSV (RFC 4180) from pieces of text that may end anywhere, in one pass.
 *
 *   - a field in quotes may hold delimiters and line breaks; a quote in it is doubled
 *   - `\n`, `\r\n` and a lone `\r` end a line; an empty line is a record of one empty field
 *   - an unquoted field equal to `nullText` is null; a quoted one is text, however empty, as COPY … CSV has it
 *   - a quote inside an unquoted field is an ordinary character; anything but a delimiter behind a closing quote is an error
 *
 * The state between two pieces is the fields so far and the text of the unfinished one, so nothing is scanned twice.
 */
import { assert } from '../base/assert.ts';
import { AlopexError } from '../base/errors.ts';

export interface CsvOptions {
  /** One character; default `,`. */
  readonly delimiter?: string | undefined;
  /** What an unquoted field that means NULL holds; default nothing. */
  readonly nullText?: string | undefined;
}

export interface CsvRecord {
  readonly fields: readonly (string | null)[];
  /** Where it begins, from 1. */
  readonly line: number;
}

const QUOTE = '"';

/** The field that the next character belongs to. */
type FieldState = 'start' | 'plain' | 'quoted' | 'closed';

export class CsvReader {
  readonly #delimiter: string;
  readonly #nullText: string;
  /** Finds the end of an unquoted run. */
  readonly #stop: RegExp;
  #state: FieldState = 'start';
  #text = '';
  #fields: (string | null)[] = [];
  #line = 1;
  #recordLine = 1;
  /** The last piece ended with `\r`: a `\n` at the start of the next one belongs to it. */
  #afterReturn = false;
  #isEnded = false;

  constructor(options: CsvOptions = {}) {
    const delimiter = options.delimiter ?? ',';
    if (delimiter.length !== 1 || delimiter === QUOTE || /[\r\n]/.test(delimiter)) {
      throw new AlopexError(
        'ALX_INVALID_ARGUMENT',
        `a CSV delimiter is one character, not a quote or line break: ${JSON.stringify(delimiter)}`,
      );
    }
    this.#delimiter = delimiter;
    this.#nullText = options.nullText ?? '';
    this.#stop = new RegExp(`[\\r\\n${delimiter.replace(/[\\\]^-]/, '\\$&')}]`, 'g');
  }

  /** The records that end in `piece`. */
  read(piece: string): CsvRecord[] {
    assert(!this.#isEnded, 'no piece follows the end of the text');
    const records: CsvRecord[] = [];
    let at = 0;
    if (this.#afterReturn && piece.startsWith('\n')) at = 1;
    if (piece !== '') this.#afterReturn = false;
    while (at < piece.length) {
      at =
        this.#state === 'quoted'
          ? this.#readQuoted(piece, at)
          : this.#readPlain(piece, at, records);
    }
    return records;
  }

  /** What is left when the text ends: a last record without a line break. */
  end(): CsvRecord[] {
    this.#isEnded = true;
    if (this.#state === 'quoted') {
      throw this.#malformed(`a quoted field has no closing quote`, this.#recordLine);
    }
    if (this.#fields.length === 0 && this.#state === 'start') return [];
    this.#endField();
    return [this.#takeRecord()];
  }

  /** At the start of a field, inside an unquoted one or behind a closing quote; answers where to go on. */
  #readPlain(piece: string, start: number, records: CsvRecord[]): number {
    if (piece[start] === QUOTE) {
      if (this.#state === 'start') {
        this.#state = 'quoted';
        return start + 1;
      }
      if (this.#state === 'closed') {
        // The other half of a doubled quote, so the field goes on.
        this.#text += QUOTE;
        this.#state = 'quoted';
        return start + 1;
      }
    }
    this.#stop.lastIndex = start;
    const stop = this.#stop.exec(piece)?.index ?? piece.length;
    if (stop > start) {
      if (this.#state === 'closed') {
        throw this.#malformed(
          `text follows a closing quote: ${JSON.stringify(piece[start])}`,
          this.#line,
        );
      }
      this.#text += piece.slice(start, stop);
      this.#state = 'plain';
    }
    if (stop === piece.length) return stop;
    this.#endField();
    if (piece.startsWith(this.#delimiter, stop)) return stop + this.#delimiter.length;
    records.push(this.#takeRecord());
    return this.#skipLineBreak(piece, stop);
  }

  #readQuoted(piece: string, start: number): number {
    const quote = piece.indexOf(QUOTE, start);
    const end = quote < 0 ? piece.length : quote;
    const text = piece.slice(start, end);
    this.#text += text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line += 1;
    if (quote < 0) return end;
    this.#state = 'closed';
    return end + 1;
  }

  #endField(): void {
    const isNull = this.#state !== 'closed' && this.#text === this.#nullText;
    this.#fields.push(isNull ? null : this.#text);
    this.#text = '';
    // A delimiter at the end of the text still begins a field: the record is never empty from here on.
    this.#state = 'start';
  }

  #takeRecord(): CsvRecord {
    const record = { fields: this.#fields, line: this.#recordLine };
    this.#fields = [];
    return record;
  }

  #skipLineBreak(piece: string, at: number): number {
    this.#line += 1;
    this.#recordLine = this.#line;
    if (piece[at] === '\n') return at + 1;
    if (at + 1 === piece.length) this.#afterReturn = true;
    return piece[at + 1] === '\n' ? at + 2 : at + 1;
  }

  #malformed(what: string, line: number): AlopexError {
    return new AlopexError('ALX_FILE_FORMAT', `malformed CSV: ${what}`, {
      line,
      hint: 'Inside a quoted field a quote is written twice.',
    });
  }
}
