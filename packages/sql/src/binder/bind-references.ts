/** The tables that a write may reach through foreign keys, each with what its rows are checked against. */
import { assert } from '@alopex-db/core/base';
import type { CatalogView } from '../catalog/catalog.ts';
import { foreignKeysTo, ordinalsOf } from '../catalog/foreign-key.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { ReferencedTable, References } from '../plan/references.ts';
import { placeOverRow } from '../planner/place-row-expression.ts';
import type { BindState } from './bind-state.ts';
import type { Binders } from './expression-context.ts';
import { boundChecks, defaultValue } from './row-values.ts';
import { tableSource } from './bind-from.ts';

/** Undefined when no foreign key concerns the table. */
export function bindReferences(
  state: BindState,
  bind: Binders,
  table: TableDef,
): References | undefined {
  if (table.foreignKeys === undefined && table.referencedBy === undefined) return undefined;
  const references = new Map<number, ReferencedTable>();
  const waiting = [table];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (references.has(one.id)) continue;
    const referenced = bindTable(state, bind, one);
    references.set(one.id, referenced);
    for (const { key, child } of referenced.children) {
      const acts = [key.onDelete, key.onUpdate].some(
        (action) => action !== 'no action' && action !== 'restrict',
      );
      if (acts) waiting.push(child);
    }
  }
  return references;
}

function bindTable(state: BindState, bind: Binders, table: TableDef): ReferencedTable {
  const { catalog } = state.context;
  const row = tableSource(state, table, table.name).plan.columns;
  const foreignKeys = table.foreignKeys ?? [];
  const filled = new Set(
    foreignKeys
      .filter((key) => key.onDelete === 'set default' || key.onUpdate === 'set default')
      .flatMap((key) => ordinalsOf(table, key.columns)),
  );
  return {
    table,
    checks: boundChecks(state, bind, table, row).map(({ name, condition }) => ({
      name,
      condition: placeOverRow(condition, row),
    })),
    defaults: new Map(
      [...filled].map((ordinal) => [ordinal, defaultValue(state, bind, table.columns[ordinal]!)]),
    ),
    parents: foreignKeys.map((key) => ({ key, parent: tableById(catalog, key.parent) })),
    children: (table.referencedBy ?? []).flatMap((id) => {
      const child = tableById(catalog, id);
      return foreignKeysTo(child, table.id).map((key) => ({ key, child }));
    }),
  };
}

export function tableById(catalog: CatalogView, id: number): TableDef {
  const table = catalog.tables().find((one) => one.id === id);
  assert(table !== undefined, 'both ends of a foreign key are tables of the catalog');
  return table;
}
