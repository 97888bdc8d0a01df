/**
 * `db.vector`: search, upsert and delete for programs that would rather not write SQL. Each is one SQL statement, so it runs
 * in the caller's transaction, by the planner's rules, with SQL's errors.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { StatementHost, TableDef } from '@alopex-db/sql';
import type {
  ExecuteResult,
  Row,
  SqlValue,
  StatementRunner,
  VectorFacet,
  VectorHit,
  VectorSearch,
} from '@alopex-db/sql/session';
import { requireTable } from './catalog-api.ts';
import { deleteStatement, searchStatement, upsertStatement } from './vector-statements.ts';

const READ = Object.freeze({ readOnly: true });

export class VectorApi implements VectorFacet {
  readonly #host: StatementHost;
  readonly #runner: StatementRunner;

  constructor(host: StatementHost, runner: StatementRunner) {
    this.#host = host;
    this.#runner = runner;
  }

  /** Nearest first. Every search is exact so far, so `exact` changes nothing. */
  async search<T = Row>(request: VectorSearch): Promise<VectorHit<T>[]> {
    const table = await this.#table(request.table);
    const { text, params, keyCount, rowColumns } = searchStatement(table, request);
    const found = await this.#runner.query<readonly SqlValue[]>(text, params, { rowMode: 'array' });
    return found.map((cells) => {
      const row: Record<string, SqlValue> = {};
      for (const [index, name] of rowColumns.entries()) row[name] = cells[keyCount + 2 + index]!;
      return {
        id: keyCount === 1 ? cells[0]! : cells.slice(0, keyCount),
        // Scores are double precision, and null where the vector is: such rows come last.
        score: Number(cells[keyCount] ?? Number.NaN),
        distance: Number(cells[keyCount + 1] ?? Number.NaN),
        // The caller names the type of its rows, as with `query`.
        row: row as T,
      };
    });
  }

  async upsert(tableName: string, rows: readonly Row[]): Promise<ExecuteResult> {
    const table = await this.#table(tableName);
    const columns = Object.keys(rows[0] ?? {});
    if (rows.length > 0 && columns.length === 0) {
      throw new AlopexError('ALX_INVALID_ARGUMENT', 'a row to upsert has no columns');
    }
    if (rows.length === 0) return nothingDone('INSERT');
    const params = rows.map((row, number) => columns.map((name) => valueOf(row, name, number)));
    for (const [number, row] of rows.entries()) checkNoMore(row, columns, number);
    return this.#runner.executeMany(upsertStatement(table, columns), params);
  }

  async delete(tableName: string, ids: readonly SqlValue[]): Promise<ExecuteResult> {
    const table = await this.#table(tableName);
    if (ids.length === 0) return nothingDone('DELETE');
    const isComposite = (table.primaryKey?.columns.length ?? 0) > 1;
    const params = ids.map((id) => (isComposite && Array.isArray(id) ? (id as SqlValue[]) : [id]));
    return this.#runner.executeMany(deleteStatement(table), params);
  }

  #table(name: string): Promise<TableDef> {
    const { engine } = this.#host;
    return this.#host.within(READ, async (block) => requireTable(engine.viewOf(block), name));
  }
}

/** Rows are written by one statement, so they have the same columns. */
function valueOf(row: Row, name: string, number: number): SqlValue {
  const value = row[name];
  if (value !== undefined) return value;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `row ${number + 1} to upsert lacks the column "${name}" of the first row`,
    {
      hint: 'Give every row the same columns; null stands for no value.',
    },
  );
}

function checkNoMore(row: Row, columns: readonly string[], number: number): void {
  const extra = Object.keys(row).find((name) => !columns.includes(name));
  if (extra === undefined) return;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `row ${number + 1} to upsert has the column "${extra}", which the first row lacks`,
    {
      hint: 'Give every row the same columns; null stands for no value.',
    },
  );
}

function nothingDone(command: string): ExecuteResult {
  return { command, rowsAffected: 0, rows: [], columns: [], notices: [] };
}
