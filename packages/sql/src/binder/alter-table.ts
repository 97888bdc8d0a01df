/** ALTER TABLE: the actions of one statement in order, then the new definition, the new names of dependents, and the rows. */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { AlterTableAction, AlterTableStatement } from '../ast/ddl.ts';
import { settled, type StoredCatalog } from '../catalog/stored-catalog.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import { errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import {
  addColumn,
  alterDefault,
  alterNotNull,
  alterType,
  dropColumn,
  renameColumn,
} from './alter-columns.ts';
import {
  addConstraint,
  dropConstraint,
  renameConstraint,
  validateConstraint,
} from './alter-constraints.ts';
import { unsupported } from './bind-error.ts';
import { definitionTarget, existingRelation } from './definition-target.ts';
import { storeReferences } from './foreign-key-definition.ts';
import { settleDependentViews } from './dependent-views.ts';
import { checkTableOptions } from './table-draft.ts';
import { TableAlteration } from './table-alteration.ts';

export function alterTable(statement: AlterTableStatement, context: CompileContext): CompiledDdl {
  const target = definitionTarget(context, statement.name);
  return {
    kind: 'ddl',
    command: 'ALTER TABLE',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const view = yield* settled(() => catalog.view(transaction));
      const before = view.table(target.schema, target.name);
      if (before === undefined) {
        const message = `relation "${target.name}" does not exist`;
        if (!statement.ifExists)
          throw locateError(
            errorAt('ALX_TABLE_NOT_FOUND', message, statement.name.span),
            target.text,
          );
        const notice = { severity: 'notice', sqlState: '00000' } as const;
        const notices = [{ ...notice, message: `${message}, skipping` }];
        return { then: [], notices, droppedKeyspaces: [] };
      }
      const alteration = new TableAlteration(before, { ...context, catalog: view });
      const place = { transaction, catalog, view, text: target.text };
      try {
        for (const action of statement.actions) yield* alter(alteration, action, place);
        const after = alteration.finish();
        const cascades = statement.actions.some(
          (action) => action.kind === 'drop-column' && action.cascade,
        );
        yield* settleDependentViews(alteration, cascades, place);
        if (after.name !== before.name)
          yield* catalog.remove(transaction, before.schema, before.name);
        yield* catalog.put(transaction, { kind: 'table', definition: after });
        yield* storeReferences(before.foreignKeys ?? [], after, transaction, catalog);
        return alteration.outcome(yield* settled(() => catalog.view(transaction)));
      } catch (error) {
        throw error instanceof AlopexError ? locateError(error, target.text) : error;
      }
    },
  };
}

/** Where an alteration takes place. */
export interface AlterPlace {
  readonly transaction: Transaction;
  readonly catalog: StoredCatalog;
  readonly view: CatalogView;
  readonly text: string;
}

function* alter(
  alteration: TableAlteration,
  action: AlterTableAction,
  place: AlterPlace,
): Generator<Pending, void, void> {
  switch (action.kind) {
    case 'add-column':
      return yield* addColumn(alteration, action, place);
    case 'drop-column':
      return yield* dropColumn(alteration, action, place);
    case 'rename-column':
      return renameColumn(alteration, action);
    case 'rename-table':
      return renameTable(alteration, action, place.view);
    case 'alter-column-type':
      return yield* alterType(alteration, action, place);
    case 'alter-column-default':
      return alterDefault(alteration, action);
    case 'alter-column-not-null':
      return alterNotNull(alteration, action);
    case 'add-constraint':
      return yield* addConstraint(alteration, action, place);
    case 'drop-constraint':
      return yield* dropConstraint(alteration, action, place);
    case 'rename-constraint':
      return renameConstraint(alteration, action);
    case 'validate-constraint':
      return validateConstraint(alteration, action);
    case 'set-options':
      return checkTableOptions(action.options);
    case 'set-schema':
      throw unsupported('ALTER TABLE … SET SCHEMA', action.span);
  }
}

function renameTable(
  alteration: TableAlteration,
  { to }: AlterTableAction & { readonly kind: 'rename-table' },
  view: CatalogView,
): void {
  if (existingRelation(view, alteration.table.schema, to.name) !== undefined)
    throw errorAt('ALX_TABLE_EXISTS', `relation "${to.name}" already exists`, to.span);
  // Views are kept as text, which names the table.
  if (view.views().some((other) => other.dependsOn.includes(alteration.table.id)))
    throw unsupported('renaming a table that a view reads', to.span);
  alteration.change({ name: to.name });
}
