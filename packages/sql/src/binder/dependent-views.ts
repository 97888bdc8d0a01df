/**
 * Views beside a table whose columns change. A view is kept as text: it may stay when its query still binds and still delivers
 * the same columns; else the change is refused, or the view goes with CASCADE.
 */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import { equalTypes } from '@alopex-db/core/types';
import type { CatalogView } from '../catalog/catalog.ts';
import { MemoryCatalogView } from '../catalog/memory-view.ts';
import type { TableDef, ViewDef } from '../catalog/table-def.ts';
import type { LogicalColumn } from '../plan/logical.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import type { AlterPlace } from './alter-table.ts';
import { bindDataStatement } from './bind-data-statement.ts';
import { BindState } from './bind-state.ts';
import type { TableAlteration } from './table-alteration.ts';

export function* settleDependentViews(
  alteration: TableAlteration,
  cascade: boolean,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const { before, table, context } = alteration;
  const broken = brokenViews(before, table, { ...context, catalog: place.view });
  if (broken.length === 0) return;
  if (!cascade) {
    const names = broken.map(({ name }) => `view ${name} depends on table ${before.name}`);
    throw new AlopexError(
      'ALX_DEPENDENT_OBJECTS',
      `cannot change columns of table ${before.name} because other objects depend on them`,
      {
        detail: names.join('\n'),
        hint: 'Drop the views first and create them again afterwards, or use DROP COLUMN … CASCADE.',
        table: before.name,
      },
    );
  }
  for (const view of broken) {
    yield* place.catalog.remove(place.transaction, view.schema, view.name);
    alteration.notice(`drop cascades to view ${view.name}`);
  }
}

/** Views that read the table, directly or through others, and do not survive. */
function brokenViews(
  before: TableDef,
  after: TableDef,
  context: CompileContext,
): readonly ViewDef[] {
  const { catalog } = context;
  const changed = { ...context, catalog: withTable(catalog, after) };
  return readersOf(before.id, catalog).filter((view) => {
    const wanted = boundColumns(view, context);
    const found = boundColumns(view, changed);
    if (wanted === undefined) return false;
    if (found === undefined || found.length < view.columns.length) return true;
    return wanted
      .slice(0, view.columns.length)
      .some(
        (column, index) =>
          column.name !== found[index]!.name || !equalTypes(column.type, found[index]!.type),
      );
  });
}

function readersOf(id: number, catalog: CatalogView): readonly ViewDef[] {
  const readers: ViewDef[] = [];
  const ids = new Set([id]);
  for (let grew = true; grew;) {
    grew = false;
    for (const view of catalog.views()) {
      if (ids.has(view.id) || !view.dependsOn.some((one) => ids.has(one))) continue;
      ids.add(view.id);
      readers.push(view);
      grew = true;
    }
  }
  return readers;
}

function withTable(catalog: CatalogView, table: TableDef): CatalogView {
  return new MemoryCatalogView([
    ...catalog.tables().map((definition) => ({
      kind: 'table' as const,
      definition: definition.id === table.id ? table : definition,
    })),
    ...catalog.views().map((definition) => ({ kind: 'view' as const, definition })),
    ...catalog.sequences().map((definition) => ({ kind: 'sequence' as const, definition })),
  ]);
}

/** Undefined when the view's query does not bind. */
function boundColumns(
  view: ViewDef,
  context: CompileContext,
): readonly Pick<LogicalColumn, 'name' | 'type'>[] | undefined {
  const { statement } = context.parser.parseStatement(view.sql);
  if (statement.kind !== 'query') return undefined;
  try {
    return bindDataStatement(statement, new BindState({ ...context, text: view.sql }, 0)).columns;
  } catch (error) {
    if (error instanceof AlopexError) return undefined;
    throw error;
  }
}
