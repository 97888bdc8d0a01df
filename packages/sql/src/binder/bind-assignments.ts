/** SET lists of UPDATE and ON CONFLICT DO UPDATE. */
import type { Expression } from '@alopex-db/core/exec';
import type { Assignment, AssignmentTarget } from '../ast/dml.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { LogicalAssignment } from '../plan/logical.ts';
import type { Operand } from './bind-comparison.ts';
import { unsupported } from './bind-error.ts';
import { bindColumnsOf } from './bind-subquery.ts';
import type { ExpressionContext } from './expression-context.ts';
import { defaultValue, requireColumn, storedValue } from './row-values.ts';

export function bindAssignments(
  nodes: readonly Assignment[],
  table: TableDef,
  context: ExpressionContext,
): readonly LogicalAssignment[] {
  const seen = new Set<number>();
  return nodes.flatMap((node) => {
    const values = valuesOf(node, context);
    return node.targets.map((target, index): LogicalAssignment => {
      const ordinal = targetOrdinal(target, table);
      if (seen.has(ordinal)) {
        throw errorAt(
          'ALX_UNEXPECTED_TOKEN',
          `multiple assignments to same column "${target.column.name}"`,
          target.span,
        );
      }
      seen.add(ordinal);
      return { ordinal, value: assignedValue(values[index]!, ordinal, table, context) };
    });
  });
}

/** A column of a subquery that assigns several columns. */
interface BoundValue extends Operand {
  readonly kind: 'bound';
}

/** One value per target. */
function valuesOf(node: Assignment, context: ExpressionContext): readonly (Syntax | BoundValue)[] {
  if (!node.multiple) return [node.value];
  const { value } = node;
  const values =
    value.kind === 'scalar-subquery'
      ? bindColumnsOf(value, context).map((one): BoundValue => ({ ...one, kind: 'bound' }))
      : value.kind === 'row'
        ? value.fields
        : [value];
  if (values.length === node.targets.length) return values;
  throw errorAt('ALX_VALUE_COUNT', 'number of columns does not match number of values', node.span);
}

function targetOrdinal(target: AssignmentTarget, table: TableDef): number {
  if (target.path.length > 0) throw unsupported('assigning to a part of a column', target.span);
  return requireColumn(table, target.column);
}

function assignedValue(
  node: Syntax | BoundValue,
  ordinal: number,
  table: TableDef,
  context: ExpressionContext,
): Expression {
  const column = table.columns[ordinal]!;
  const { state, bind } = context;
  if (node.kind === 'default') return defaultValue(state, bind, column);
  if (column.identity?.generated === 'always') {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `column "${column.name}" can only be updated to DEFAULT`,
      node.span,
      {
        detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
      },
    );
  }
  return storedValue(state, column, {
    expression: node.kind === 'bound' ? node.expression : bind.expression(node, context),
    span: node.span,
  });
}
