/** SET lists of UPDATE and ON CONFLICT DO UPDATE. */
import { assert } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';
import type { Assignment } from '../ast/dml.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { LogicalAssignment } from '../plan/logical.ts';
import { withPart } from './assign-part.ts';
import { bindOperand, type Operand } from './bind-comparison.ts';
import { bindColumnsOf } from './bind-subquery.ts';
import type { ExpressionContext } from './expression-context.ts';
import { defaultValue, requireColumn, storedValue } from './row-values.ts';

export function bindAssignments(
  nodes: readonly Assignment[],
  table: TableDef,
  context: ExpressionContext,
): readonly LogicalAssignment[] {
  const whole = new Set<number>();
  const values = new Map<number, Expression>();
  for (const node of nodes) {
    const sources = valuesOf(node, context);
    for (const [index, target] of node.targets.entries()) {
      const ordinal = requireColumn(table, target.column);
      const isPart = target.path.length > 0;
      // Parts of one column may be assigned one after another; a whole column only once, and not beside its parts.
      if (whole.has(ordinal) || (!isPart && values.has(ordinal))) {
        throw errorAt(
          'ALX_UNEXPECTED_TOKEN',
          `multiple assignments to same column "${target.column.name}"`,
          target.span,
        );
      }
      const source = sources[index]!;
      if (isPart) {
        const before = values.get(ordinal) ?? targetColumn(ordinal, table, context);
        values.set(ordinal, withPart(before, target, partOperand(source, context), context));
      } else {
        whole.add(ordinal);
        values.set(ordinal, assignedValue(source, ordinal, table, context));
      }
    }
  }
  return Array.from(values, ([ordinal, value]): LogicalAssignment => ({ ordinal, value }));
}

function partOperand(source: Syntax | BoundValue, context: ExpressionContext): Operand {
  if (source.kind === 'bound') return source;
  if (source.kind === 'default') {
    throw errorAt('ALX_UNSUPPORTED', 'cannot set an array element to DEFAULT', source.span);
  }
  return bindOperand(source, context);
}

/** The column's value before the statement: the scope begins with the columns of the target table. */
function targetColumn(ordinal: number, table: TableDef, context: ExpressionContext): Expression {
  const entry = context.scope.columns[ordinal];
  assert(entry?.name === table.columns[ordinal]!.name, 'the scope begins with the target table');
  return { kind: 'column', type: entry.column.type, index: entry.column.id };
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
