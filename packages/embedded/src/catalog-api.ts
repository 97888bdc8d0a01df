/** `db.catalog`: schemas, tables, columns and indexes as plain records, seen by the caller's transaction. */
import {
  didYouMean,
  type CatalogView,
  type StatementHost,
  type ColumnDef,
  type IndexColumn,
  type TableDef,
} from '@alopex-db/sql';
import { AlopexError } from '@alopex-db/core/base';
import { typeName } from '@alopex-db/core/types';
import type { CatalogFacet, ColumnInfo, IndexInfo, TableInfo } from '@alopex-db/sql/session';

const READ = Object.freeze({ readOnly: true });
const DEFAULT_SCHEMA = 'public';

export class CatalogApi implements CatalogFacet {
  readonly #host: StatementHost;

  constructor(host: StatementHost) {
    this.#host = host;
  }

  async schemas(): Promise<readonly { readonly name: string }[]> {
    return (await this.#view()).schemas().map((name) => ({ name }));
  }

  async tables(schema?: string): Promise<readonly TableInfo[]> {
    const tables = (await this.#view()).tables();
    return tables.filter((table) => schema === undefined || table.schema === schema).map(tableInfo);
  }

  async table(name: string): Promise<TableInfo | undefined> {
    const table = findTable(await this.#view(), name);
    return table === undefined ? undefined : tableInfo(table);
  }

  async columns(table: string): Promise<readonly ColumnInfo[]> {
    return tableInfo(requireTable(await this.#view(), table)).columns;
  }

  async indexes(table?: string): Promise<readonly IndexInfo[]> {
    const view = await this.#view();
    const tables = table === undefined ? view.tables() : [requireTable(view, table)];
    return tables.flatMap(indexInfos);
  }

  #view(): Promise<CatalogView> {
    return this.#host.within(READ, async (block) => this.#host.engine.viewOf(block));
  }
}

/**
 * The table of a name as users write it: `docs`, `public.docs`. Taken as it stands first, then folded to lower case as SQL
 * folds names that are not quoted.
 */
export function findTable(view: CatalogView, name: string): TableDef | undefined {
  const exact = findExact(view, name);
  return exact ?? findExact(view, name.toLowerCase());
}

/** The same, or ALX_TABLE_NOT_FOUND. */
export function requireTable(view: CatalogView, name: string): TableDef {
  const table = findTable(view, name);
  if (table !== undefined) return table;
  throw new AlopexError('ALX_TABLE_NOT_FOUND', `relation "${name}" does not exist`, {
    table: name,
    hint: didYouMean(
      name,
      view.tables().map((known) => known.name),
    ),
  });
}

function findExact(view: CatalogView, name: string): TableDef | undefined {
  const found = view.table(DEFAULT_SCHEMA, name);
  const dot = name.indexOf('.');
  return dot < 0 ? found : (found ?? view.table(name.slice(0, dot), name.slice(dot + 1)));
}

function tableInfo(table: TableDef): TableInfo {
  const { schema, name, primaryKey } = table;
  const columns = table.columns.map((column, ordinal): ColumnInfo => {
    const position = primaryKey === undefined ? -1 : primaryKey.columns.indexOf(ordinal);
    return {
      name: column.name,
      type: columnType(column),
      nullable: !column.notNull && position < 0,
      defaultSql: column.defaultSql,
      identity: column.identity?.generated,
      primaryKeyPosition: position < 0 ? undefined : position + 1,
    };
  });
  return { schema, name, columns, indexes: indexInfos(table), checks: table.checks };
}

/** As CREATE TABLE takes it: with length and metric, which messages leave out. */
function columnType({ type, lengthMax }: ColumnDef): string {
  if (lengthMax !== undefined) return `varchar(${lengthMax})`;
  const name = typeName(type);
  const metric = type.kind === 'vector' ? (type.metric ?? 'cosine') : 'cosine';
  return metric === 'cosine' ? name : name.replace(')', `, ${metric})`);
}

function indexInfos(table: TableDef): IndexInfo[] {
  const namesOf = (ordinals: readonly number[]): string[] =>
    ordinals.map((ordinal) => table.columns[ordinal]!.name);
  const made = { table: table.name, unique: true, method: 'btree', constraint: true } as const;
  const ascending = (ordinals: readonly number[]): string[] => ordinals.map(() => '');
  const indexes: IndexInfo[] = [];
  if (table.primaryKey !== undefined) {
    const { name, columns } = table.primaryKey;
    indexes.push({
      ...made,
      name,
      columns: namesOf(columns),
      orders: ascending(columns),
      primary: true,
    });
  }
  for (const { name, columns } of table.unique) {
    indexes.push({
      ...made,
      name,
      columns: namesOf(columns),
      orders: ascending(columns),
      primary: false,
    });
  }
  for (const { name, unique, method, columns } of table.indexes ?? []) {
    indexes.push({
      name,
      table: table.name,
      columns: namesOf(columns.map(({ ordinal }) => ordinal)),
      orders: columns.map(orderText),
      unique,
      primary: false,
      constraint: false,
      method,
    });
  }
  return indexes;
}

/** Nulls come last in ascending order and first in descending order unless it is said otherwise. */
function orderText({ descending, nullsFirst }: IndexColumn): string {
  const direction = descending ? ['DESC'] : [];
  const nulls = nullsFirst === descending ? [] : [nullsFirst ? 'NULLS FIRST' : 'NULLS LAST'];
  return [...direction, ...nulls].join(' ');
}
