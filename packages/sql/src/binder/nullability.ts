/** Whether an expression can be null, judged from its shape. Errs on the side of yes. */
import { unreachable } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';

export function isNullable(
  expression: Expression,
  columnNullable: (id: number) => boolean,
): boolean {
  const nullable = (part: Expression): boolean => isNullable(part, columnNullable);
  switch (expression.kind) {
    case 'column':
      return columnNullable(expression.index);
    case 'constant':
      return expression.value === null;
    case 'cast':
      return expression.onFailure === 'null' || nullable(expression.input);
    case 'compare':
      return nullable(expression.left) || nullable(expression.right);
    case 'and':
    case 'or':
      return expression.args.some(nullable);
    case 'not':
      return nullable(expression.input);
    case 'in':
      return nullable(expression.input) || expression.list.some(nullable);
    case 'isNull':
    case 'distinct':
      return false;
    case 'coalesce':
      return expression.args.every(nullable);
    case 'case':
      return (
        expression.otherwise === undefined ||
        nullable(expression.otherwise) ||
        expression.branches.some((branch) => nullable(branch.then))
      );
    case 'subquery':
      return expression.mode !== 'exists';
    case 'parameter':
    case 'outer':
    case 'call':
      // A function may answer null for arguments that are none (nullif, division of intervals, a missing match).
      return true;
    default:
      return unreachable(expression);
  }
}
