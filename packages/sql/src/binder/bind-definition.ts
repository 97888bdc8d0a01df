/** Definitions: what the binder can check now is checked now; names are checked when the statement runs. */
import type { DefinitionStatement } from '../ast/statement.ts';
import type { CompiledDdl } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { alterTable } from './alter-table.ts';
import { createIndex } from './create-index.ts';
import { createTable } from './create-table.ts';
import { createView } from './create-view.ts';
import { dropIndexes } from './drop-index.ts';
import { dropRelations } from './drop-relations.ts';

/** Definitions that need no plan; the others are compiled where plans are made. */
export type PlainDefinition = Exclude<
  DefinitionStatement,
  { readonly kind: 'create-table-as' | 'truncate' }
>;

export function bindDefinition(statement: PlainDefinition, context: CompileContext): CompiledDdl {
  switch (statement.kind) {
    case 'create-table':
      return createTable(statement, context);
    case 'create-view':
      return createView(statement, context);
    case 'drop':
      return statement.object === 'index'
        ? dropIndexes(statement, context)
        : dropRelations(statement, context);
    case 'create-index':
      return createIndex(statement, context);
    case 'alter-table':
      return alterTable(statement, context);
  }
}
