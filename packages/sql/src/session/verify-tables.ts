/** Checks every table of a store without a session and without the front end: what `storage/verify-table` checks. */
import { AlopexError, PENDING, keyspaceId } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import type { CatalogView } from '../catalog/catalog.ts';
import { CATALOG_KEYSPACE } from '../catalog/oids.ts';
import { StoredCatalog } from '../catalog/stored-catalog.ts';
import { verifyTable, type TableProblem } from '../storage/verify-table.ts';
import { cannotWait } from './driver.ts';

export interface VerifyTablesOptions {
  /** Lets others have the thread for a turn; awaited every few thousand rows. */
  readonly pause: () => Promise<void>;
  /** Rows and index entries looked at so far. */
  readonly onProgress?: ((rowsChecked: number) => void) | undefined;
}

export interface VerifyTablesReport {
  readonly relations: number;
  /** Rows and index entries that were looked at. */
  readonly rows: number;
  readonly problems: readonly TableProblem[];
}

const ROWS_PER_TURN = 8192;
/** Of one table or one of its indexes; the first tell enough. */
const PROBLEMS_PER_OBJECT_MAX = 20;

export async function verifyTables(
  store: Store,
  { pause, onProgress }: VerifyTablesOptions,
): Promise<VerifyTablesReport> {
  const problems = new Problems();
  const transaction = store.begin({ readOnly: true });
  let rows = 0;
  try {
    const view = readCatalog(store, transaction, problems);
    const tables = view?.tables() ?? [];
    const byId = new Map(tables.map((table) => [table.id, table]));
    let turn = 0;
    for (const table of tables) {
      const report = (problem: TableProblem): void => problems.add(problem);
      for (const step of verifyTable(table, { transaction, tables: byId, report })) {
        if (step === PENDING) throw cannotWait();
        rows += step;
        turn += step;
        if (turn < ROWS_PER_TURN) continue;
        turn = 0;
        onProgress?.(rows);
        await pause();
      }
    }
    onProgress?.(rows);
    return { relations: tables.length, rows, problems: problems.listed };
  } finally {
    transaction.rollback();
  }
}

function readCatalog(
  store: Store,
  transaction: ReturnType<Store['begin']>,
  problems: Problems,
): CatalogView | undefined {
  const catalog = new StoredCatalog(() => store.lastCommit(keyspaceId(CATALOG_KEYSPACE)));
  try {
    const view = catalog.view(transaction);
    if (view === PENDING) throw cannotWait();
    return view;
  } catch (error) {
    if (!(error instanceof AlopexError) || error.kind !== 'Corrupt') throw error;
    problems.add({ table: 'the catalog', index: undefined, what: error.message });
    return undefined;
  }
}

class Problems {
  readonly listed: TableProblem[] = [];
  readonly #counts = new Map<string, number>();

  add(problem: TableProblem): void {
    const object = `${problem.table} ${problem.index ?? ''}`;
    const count = (this.#counts.get(object) ?? 0) + 1;
    this.#counts.set(object, count);
    if (count < PROBLEMS_PER_OBJECT_MAX) this.listed.push(problem);
    else if (count === PROBLEMS_PER_OBJECT_MAX)
      this.listed.push({ ...problem, what: 'more is wrong and not listed' });
  }
}
