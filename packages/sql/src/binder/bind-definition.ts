/** Definitions: what the binder can check now is checked now; names are checked when the statement runs. */
import type { DefinitionStatement } from '../ast/statement.ts';
import type { CompiledDdl } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { unsupported } from './bind-error.ts';
import { createTable } from './create-table.ts';
import { createView } from './create-view.ts';
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
      return dropRelations(statement, context);
    case 'create-index':
      throw unsupported('CREATE INDEX', statement.span, 'PRIMARY KEY and UNIQUE constraints are.');
    case 'alter-table':
      throw unsupported('ALTER TABLE', statement.span);
  }
}
