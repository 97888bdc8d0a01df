/**
 * A file of records, read in pieces: CSV, TSV or JSON lines, in UTF-8. Errors name file and line. Whoever reads may stop
 * after any piece; one piece and its records are in memory at a time.
 */
import { AlopexError } from '@alopex-db/core/base';
import {
  CsvReader,
  JsonLinesReader,
  type CsvRecord,
  type JsonValue,
} from '@alopex-db/core/formats';
import { InputFile } from '@alopex-db/core/node';

export type RecordFormat = 'csv' | 'jsonl';

export interface RecordOptions {
  /** Default: by the file's name; .csv and .tsv are CSV, .jsonl and .ndjson JSON lines. */
  readonly format?: RecordFormat | undefined;
  /** CSV: the character between fields. Default `,`, for .tsv a tab. */
  readonly delimiter?: string | undefined;
  /** CSV: the first line names the columns. Default true; without it they are column1, column2, … */
  readonly header?: boolean | undefined;
  /** CSV: what an unquoted field that means NULL holds. Default nothing. */
  readonly nullText?: string | undefined;
}

/** A value as the file has it: CSV knows text and null only. */
export type FileValue = JsonValue;

/** One record with its columns named, in the file's order. */
export interface NamedRecord {
  readonly names: readonly string[];
  readonly values: readonly FileValue[];
  /** Where it begins, from 1. */
  readonly line: number;
}

const PIECE_SIZE_BYTES = 256 * 1024;

/** Makes named records of a format's own. */
interface RecordSource {
  /** What a header or the first record has named; undefined before, and where every record names its own. */
  readonly columnNames: readonly string[] | undefined;
  read(piece: string): NamedRecord[];
  end(): NamedRecord[];
}

export class RecordFile implements Disposable {
  readonly path: string;
  readonly format: RecordFormat;
  readonly #file: InputFile;
  readonly #source: RecordSource;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** Lines of all text so far, for errors of the encoding. */
  #line = 1;
  #isEnded = false;

  constructor(path: string, options: RecordOptions = {}) {
    this.path = path;
    this.format = formatOf(path, options.format);
    this.#source = this.format === 'csv' ? new CsvSource(path, options) : new JsonSource();
    this.#file = new InputFile(path);
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  get bytesRead(): number {
    return this.#file.bytesRead;
  }

  /** The columns of a CSV file, known once a piece was read. */
  get columnNames(): readonly string[] | undefined {
    return this.#source.columnNames;
  }

  /** The records that end in the next piece of the file, perhaps none; undefined at its end. */
  readPiece(): NamedRecord[] | undefined {
    if (this.#isEnded) return undefined;
    const bytes = this.#file.read(PIECE_SIZE_BYTES);
    try {
      if (bytes !== undefined) return this.#source.read(this.#decode(bytes));
      this.#isEnded = true;
      return [...this.#source.read(this.#decode(undefined)), ...this.#source.end()];
    } catch (error) {
      throw inFile(error, this.path);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** Undefined: the end, where a character must not be missing its rest. A byte order mark is left out. */
  #decode(bytes: Uint8Array | undefined): string {
    try {
      const text = this.#decoder.decode(bytes, { stream: bytes !== undefined });
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line += 1;
      return text;
    } catch (cause) {
      throw new AlopexError(
        'ALX_INVALID_TEXT_ENCODING',
        `text is not valid UTF-8 behind line ${this.#line}`,
        {
          cause,
          hint: 'Convert the file to UTF-8.',
        },
      );
    }
  }
}

/** The same error with the file in front of its text and the line behind it. */
export function inFile(error: unknown, path: string, line?: number): unknown {
  if (!(error instanceof AlopexError)) return error;
  const at = line ?? error.line;
  const place = at === undefined ? `"${path}"` : `"${path}" line ${at}`;
  const { detail, hint, table, columnName, constraint } = error;
  return new AlopexError(error.code, `${place}: ${error.message}`, {
    detail,
    hint,
    table,
    columnName,
    constraint,
    line: at,
    cause: error,
  });
}

class CsvSource implements RecordSource {
  readonly #reader: CsvReader;
  readonly #hasHeader: boolean;
  #names: readonly string[] | undefined;

  constructor(path: string, options: RecordOptions) {
    const tab = /\.tsv$/i.test(path) ? '\t' : undefined;
    this.#reader = new CsvReader({
      delimiter: options.delimiter ?? tab,
      nullText: options.nullText,
    });
    this.#hasHeader = options.header ?? true;
  }

  get columnNames(): readonly string[] | undefined {
    return this.#names;
  }

  read(piece: string): NamedRecord[] {
    return this.#named(this.#reader.read(piece));
  }

  end(): NamedRecord[] {
    return this.#named(this.#reader.end());
  }

  #named(records: readonly CsvRecord[]): NamedRecord[] {
    const named: NamedRecord[] = [];
    for (const { fields, line } of records) {
      if (this.#names === undefined) {
        this.#names = this.#hasHeader ? headerNames(fields, line) : numberedNames(fields.length);
        if (this.#hasHeader) continue;
      }
      const names = this.#names;
      // An empty line among records of several fields is no record.
      if (fields.length === 1 && fields[0] === null && names.length > 1) continue;
      if (fields.length !== names.length) {
        throw new AlopexError(
          'ALX_FILE_FORMAT',
          `${fields.length} fields where ${names.length} columns are`,
          {
            line,
            hint: `Columns: ${names.join(', ')}. Is the delimiter right?`,
          },
        );
      }
      named.push({ names, values: fields, line });
    }
    return named;
  }
}

class JsonSource implements RecordSource {
  readonly columnNames = undefined;
  readonly #reader = new JsonLinesReader();
  /** Most records of a file have the same keys; they share one list of names. */
  #names: readonly string[] = [];

  read(piece: string): NamedRecord[] {
    return this.#reader.read(piece).map((record) => this.#named(record));
  }

  end(): NamedRecord[] {
    return this.#reader.end().map((record) => this.#named(record));
  }

  #named({
    value,
    line,
  }: {
    readonly value: Readonly<Record<string, JsonValue>>;
    readonly line: number;
  }): NamedRecord {
    const names = Object.keys(value);
    const isSame =
      names.length === this.#names.length &&
      names.every((name, index) => name === this.#names[index]);
    if (!isSame) this.#names = names;
    return { names: this.#names, values: Object.values(value), line };
  }
}

function headerNames(fields: readonly (string | null)[], line: number): string[] {
  const names = fields.map((field, index) => field?.trim() ?? `column${index + 1}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new AlopexError('ALX_FILE_FORMAT', `the header names the column "${twice}" twice`, {
    line,
  });
}

function numberedNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `column${index + 1}`);
}

function formatOf(path: string, asked: RecordFormat | undefined): RecordFormat {
  if (asked === 'csv' || asked === 'jsonl') return asked;
  if (asked !== undefined) {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `unknown record format ${JSON.stringify(asked)}`,
      {
        hint: 'Known formats: csv, jsonl.',
      },
    );
  }
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'tsv') return 'csv';
  if (extension === 'jsonl' || extension === 'ndjson') return 'jsonl';
  if (extension === 'parquet' || extension === 'arrow' || extension === 'alopex') {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      `"${path}": reading .${extension} files is not built yet`,
    );
  }
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `"${path}": the name does not tell the format of the records`,
    {
      hint: 'Say format: csv or jsonl.',
    },
  );
}
