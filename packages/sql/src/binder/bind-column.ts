/** Column references: real columns first, then, where the clause allows it, names of select items. */
import type { Expression } from '@alopex-db/core/exec';
import type { ColumnReference } from '../ast/expression.ts';
import { DATABASE_NAME } from '../catalog/catalog.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn } from '../plan/logical.ts';
import { unsupported } from './bind-error.ts';
import type { ExpressionContext } from './expression-context.ts';

export function columnExpression(column: LogicalColumn): Expression {
  return { kind: 'column', type: column.type, index: column.id };
}

export function bindColumnReference(node: ColumnReference, context: ExpressionContext): Expression {
  const parts = [...node.parts];
  const name = parts.pop()!;
  if (parts.length === 0) {
    const column = context.scope.findColumn(name.name, node.span);
    if (column !== undefined) return context.state.noteSpan(columnExpression(column), node.span);
    const alias = context.aliases?.get(name.name);
    if (alias !== undefined) return bindAlias(name.name, alias, context);
    if (context.scope.hasTable(name.name)) throw unsupported('a whole row as a value', node.span);
    throw context.scope.unknownColumn(name);
  }
  const table = parts.pop()!;
  // Schema and database in front of the table are accepted where they are the only ones there are.
  const schema = parts.pop();
  const database = parts.pop();
  if (schema !== undefined && !context.state.context.catalog.hasSchema(schema.name)) {
    throw errorAt('ALX_SCHEMA_NOT_FOUND', `schema "${schema.name}" does not exist`, schema.span);
  }
  if (database !== undefined && database.name !== DATABASE_NAME) {
    throw errorAt(
      'ALX_DATABASE_NOT_FOUND',
      `database "${database.name}" does not exist`,
      database.span,
    );
  }
  const column = context.scope.requireQualified(table, name, node.span);
  return context.state.noteSpan(columnExpression(column), node.span);
}

/** Binds the item's expression anew, in the clause that uses it, without its own name in reach. */
function bindAlias(
  name: string,
  expression: Parameters<ExpressionContext['bind']['expression']>[0],
  context: ExpressionContext,
): Expression {
  const aliases = new Map(context.aliases);
  aliases.delete(name);
  return context.bind.expression(expression, { ...context, aliases });
}
