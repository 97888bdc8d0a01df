/** The shell's `\d`, `\dt`, `.schema`: what the catalog holds, as psql shows it. */
import type { CatalogFacet, ColumnInfo, IndexInfo, TableInfo } from '@alopex-db/embedded';
import { AlopexError } from '@alopex-db/core/base';
import { gridWriter } from '../output/grid-writer.ts';

export async function listTables(catalog: CatalogFacet): Promise<string> {
  const tables = await catalog.tables();
  if (tables.length === 0) return 'No tables. CREATE TABLE makes one.\n';
  const names = ['schema', 'name', 'columns', 'primary key'];
  return drawGrid(
    names,
    tables.map((table) => [table.schema, table.name, String(table.columns.length), keyOf(table)]),
  );
}

export async function describeTable(catalog: CatalogFacet, name: string): Promise<string> {
  const table = await catalog.table(name);
  if (table === undefined) {
    throw new AlopexError('ALX_TABLE_NOT_FOUND', `relation "${name}" does not exist`, {
      hint: '\\dt lists all tables.',
    });
  }
  const columns = table.columns.map((column) => [
    column.name,
    column.type,
    column.nullable ? '' : 'not null',
    defaultText(column),
  ]);
  const lines = [
    `Table "${table.schema}.${table.name}"`,
    drawGrid(['column', 'type', 'nullable', 'default'], columns).trimEnd(),
  ];
  if (table.indexes.length > 0) {
    lines.push('Indexes:');
    for (const index of table.indexes) {
      const kind = index.primary ? 'PRIMARY KEY, ' : index.unique ? 'UNIQUE, ' : '';
      lines.push(`    "${index.name}" ${kind}${index.method} (${keysOf(index)})`);
    }
  }
  if (table.checks.length > 0) {
    lines.push('Check constraints:');
    for (const check of table.checks) lines.push(`    "${check.name}" CHECK (${check.sql})`);
  }
  return `${lines.join('\n')}\n`;
}

/** CREATE statements that make the tables and their indexes again. */
export async function schemaSql(catalog: CatalogFacet, name: string | undefined): Promise<string> {
  const tables = await catalog.tables();
  const chosen = name === undefined ? tables : tables.filter((table) => table.name === name);
  return chosen.map((table) => createTableSql(table)).join('');
}

function createTableSql(table: TableInfo): string {
  const lines = table.columns.map((column) => {
    const notNull = column.nullable ? '' : ' NOT NULL';
    return `${quoteName(column.name)} ${column.type}${notNull}${defaultClause(column)}`;
  });
  for (const index of table.indexes) {
    const columns = index.columns.map(quoteName).join(', ');
    if (index.primary) lines.push(`PRIMARY KEY (${columns})`);
    else if (index.constraint)
      lines.push(`CONSTRAINT ${quoteName(index.name)} UNIQUE (${columns})`);
  }
  for (const check of table.checks)
    lines.push(`CONSTRAINT ${quoteName(check.name)} CHECK (${check.sql})`);
  const indexes = table.indexes.filter((index) => !index.constraint).map(createIndexSql);
  const sql = `CREATE TABLE ${quoteName(table.name)} (\n  ${lines.join(',\n  ')}\n);\n`;
  return sql + indexes.join('');
}

function createIndexSql(index: IndexInfo): string {
  const unique = index.unique ? 'UNIQUE ' : '';
  const method = index.method === 'btree' ? '' : ` USING ${index.method}`;
  const target = `${quoteName(index.table)}${method} (${keysOf(index)})`;
  return `CREATE ${unique}INDEX ${quoteName(index.name)} ON ${target};\n`;
}

function keysOf({ columns, orders }: IndexInfo): string {
  return columns
    .map((column, at) => `${quoteName(column)} ${orders[at] ?? ''}`.trimEnd())
    .join(', ');
}

function defaultClause(column: ColumnInfo): string {
  if (column.identity !== undefined) return ` ${defaultText(column).toUpperCase()}`;
  return column.defaultSql === undefined ? '' : ` DEFAULT ${column.defaultSql}`;
}

function defaultText({ identity, defaultSql }: ColumnInfo): string {
  if (identity === undefined) return defaultSql ?? '';
  return `generated ${identity === 'always' ? 'always' : 'by default'} as identity`;
}

function keyOf(table: TableInfo): string {
  return table.indexes.find((index) => index.primary)?.columns.join(', ') ?? '';
}

function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function drawGrid(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const writer = gridWriter('table');
  const begin = writer.begin(
    names.map((name) => ({ name, type: { kind: 'text' }, nullable: true })),
  );
  return begin + rows.map((row) => writer.row(row)).join('') + writer.end();
}
