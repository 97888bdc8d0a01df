/**
 * `db.importFrom(path)`: a file of records into a table, all of it or nothing, in one transaction.
 *
 *   1. where the table is missing: types are guessed from the first records, and CREATE TABLE runs in the transaction
 *   2. the records go in piece by piece through one prepared INSERT
 *   3. a piece that fails is rolled back and repeated row by row, so that the error names the line
 *
 * Column names of the file are matched with those of the table as they stand, then in the form that step 1 gives them.
 */
import { AlopexError, type Clock } from '@alopex-db/core/base';
import type {
  PreparedStatement,
  Session,
  SessionTransaction,
  SqlValue,
  TableInfo,
} from '@alopex-db/sql/session';
import { quoteName } from '../quote-name.ts';
import { ColumnInference } from './infer-columns.ts';
import {
  inFile,
  RecordFile,
  type FileValue,
  type NamedRecord,
  type RecordOptions,
} from './record-file.ts';

export interface ImportProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly rows: number;
}

export interface ImportOptions extends RecordOptions {
  /** Table to fill, made when it is missing. Default: the file's name without its extension. */
  readonly table?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece of the file, about 256 KB. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportReport {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** Whether the import made the table. */
  readonly created: boolean;
  readonly elapsedMs: number;
}

/** Bytes from which the columns of a new table are guessed. */
const SAMPLE_SIZE_BYTES = 16 * 1024 * 1024;

export async function importFile(
  session: Session,
  clock: Clock,
  path: string,
  options: ImportOptions,
): Promise<ImportReport> {
  const startMs = clock.monotonicMs();
  const tableName = options.table ?? tableNameOf(path);
  // A lost conflict repeats the body, which opens the file anew.
  const loaded = await session.transaction(async (tx) => {
    const created = await createIfMissing(tx, path, tableName, options);
    const table = (await tx.catalog.table(tableName))!;
    using file = new RecordFile(path, options);
    const rows = await new Loader(tx, table, file, options).load();
    return { table: table.name, rows, bytes: file.bytesRead, created };
  });
  return { ...loaded, elapsedMs: clock.monotonicMs() - startMs };
}

async function createIfMissing(
  tx: SessionTransaction,
  path: string,
  tableName: string,
  options: ImportOptions,
): Promise<boolean> {
  if ((await tx.catalog.table(tableName)) !== undefined) return false;
  using file = new RecordFile(path, options);
  let inference: ColumnInference | undefined;
  while (file.bytesRead < SAMPLE_SIZE_BYTES) {
    const records = file.readPiece();
    if (records === undefined) break;
    inference ??= new ColumnInference(file.columnNames);
    for (const record of records) inference.add(record, file.format);
  }
  const columns = inference?.columns() ?? [];
  if (columns.length === 0) {
    throw new AlopexError(
      'ALX_FILE_FORMAT',
      `"${path}" holds no record, so table "${tableName}" cannot be made from it`,
      {
        hint: 'Create the table first, or check the file.',
      },
    );
  }
  const definitions = columns.map(({ name, type }) => `${quoteName(columnNameOf(name))} ${type}`);
  await tx.execute(`CREATE TABLE ${quoteName(tableName)} (${definitions.join(', ')})`);
  return true;
}

/** Loads the records of one file into one table. */
class Loader {
  readonly #tx: SessionTransaction;
  readonly #table: TableInfo;
  readonly #file: RecordFile;
  readonly #options: ImportOptions;
  /** Inserts by the list of names that records share. */
  readonly #inserts = new Map<readonly string[], Insert>();
  #rows = 0;

  constructor(tx: SessionTransaction, table: TableInfo, file: RecordFile, options: ImportOptions) {
    this.#tx = tx;
    this.#table = table;
    this.#file = file;
    this.#options = options;
  }

  async load(): Promise<number> {
    const { signal, onProgress } = this.#options;
    for (
      let records = this.#file.readPiece();
      records !== undefined;
      records = this.#file.readPiece()
    ) {
      for (const run of runsOfEqualNames(records)) await this.#insert(run);
      signal?.throwIfAborted();
      onProgress?.({
        bytesRead: this.#file.bytesRead,
        bytesTotal: this.#file.sizeBytes,
        rows: this.#rows,
      });
    }
    return this.#rows;
  }

  async #insert(records: readonly NamedRecord[]): Promise<void> {
    const { names, line } = records[0]!;
    const insert = await this.#insertOf(names, line);
    const rows = records.map((record) => insert.valuesOf(record));
    await this.#tx.savepoint(PIECE);
    try {
      await insert.statement.executeMany(rows, { signal: this.#options.signal });
    } catch (error) {
      if (this.#options.signal?.aborted === true) throw error;
      await this.#tx.rollbackTo(PIECE);
      await this.#insertOneByOne(insert, records, rows);
      // Row by row all of them went in: then the piece was at fault as a whole, by its memory say.
      throw inFile(error, this.#file.path, line);
    }
    await this.#tx.release(PIECE);
    this.#rows += rows.length;
  }

  async #insertOneByOne(
    insert: Insert,
    records: readonly NamedRecord[],
    rows: readonly (readonly SqlValue[])[],
  ): Promise<void> {
    for (const [index, row] of rows.entries()) {
      try {
        await insert.statement.execute(row);
      } catch (error) {
        throw inFile(error, this.#file.path, records[index]!.line);
      }
    }
  }

  async #insertOf(names: readonly string[], line: number): Promise<Insert> {
    const known = this.#inserts.get(names);
    if (known !== undefined) return known;
    const insert = await this.#prepare(names, line);
    this.#inserts.set(names, insert);
    return insert;
  }

  async #prepare(names: readonly string[], line: number): Promise<Insert> {
    const columns = names.map((name) => this.#columnOf(name, line));
    const text =
      columns.length === 0
        ? `INSERT INTO ${this.#tableSql()} DEFAULT VALUES`
        : `INSERT INTO ${this.#tableSql()} (${columns.map(({ name }) => quoteName(name)).join(', ')})` +
          ` VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`;
    return new Insert(
      await this.#tx.prepare(text),
      columns.map(({ type }) => type.startsWith('vector')),
    );
  }

  #tableSql(): string {
    return `${quoteName(this.#table.schema)}.${quoteName(this.#table.name)}`;
  }

  #columnOf(name: string, line: number): TableInfo['columns'][number] {
    const { columns } = this.#table;
    const folded = columnNameOf(name);
    const column =
      columns.find((known) => known.name === name) ??
      columns.find((known) => known.name === folded);
    if (column !== undefined) return column;
    throw new AlopexError(
      'ALX_COLUMN_NOT_FOUND',
      `"${this.#file.path}" line ${line}: column "${name}" of relation "${this.#table.name}" does not exist`,
      {
        line,
        table: this.#table.name,
        columnName: name,
        hint: `Columns: ${columns.map((known) => known.name).join(', ')}.`,
      },
    );
  }
}

const PIECE = 'import piece';

class Insert {
  readonly statement: PreparedStatement<unknown>;
  readonly #isVector: readonly boolean[];

  constructor(statement: PreparedStatement<unknown>, isVector: readonly boolean[]) {
    this.statement = statement;
    this.#isVector = isVector;
  }

  valuesOf({ values }: NamedRecord): SqlValue[] {
    return values.map((value, index) => sqlValueOf(value, this.#isVector[index]!));
  }
}

/** Lists and objects go into columns of text as JSON. */
function sqlValueOf(value: FileValue, isVector: boolean): SqlValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isVector && Array.isArray(value)) return value as readonly SqlValue[];
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner,
  );
}

/** Neighbours with the same columns are inserted by one statement. */
function* runsOfEqualNames(records: readonly NamedRecord[]): Generator<readonly NamedRecord[]> {
  let start = 0;
  for (let end = 1; end <= records.length; end += 1) {
    if (end < records.length && records[end]!.names === records[start]!.names) continue;
    yield records.slice(start, end);
    start = end;
  }
}

/** `Order Date` becomes `order_date`: a name that SQL need not quote. */
function columnNameOf(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '_');
  return /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
}

function tableNameOf(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return columnNameOf(file.replace(/\.[^.]*$/, ''));
}
