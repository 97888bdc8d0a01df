/** Whether a condition can hold when all columns of a set are null. */
import type { Expression } from '@alopex-db/core/exec';

/** True only if it surely cannot: the condition then is false or null for a padded row. */
export function rejectsNulls(condition: Expression, ids: ReadonlySet<number>): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.args.some((part) => rejectsNulls(part, ids));
    case 'or':
      return condition.args.every((part) => rejectsNulls(part, ids));
    case 'isNull':
      return condition.negated && becomesNull(condition.input, ids);
    default:
      return becomesNull(condition, ids);
  }
}

/** True only if the expression surely is null when the columns are. */
function becomesNull(expression: Expression, ids: ReadonlySet<number>): boolean {
  switch (expression.kind) {
    case 'column':
      return ids.has(expression.index);
    case 'constant':
      return expression.value === null;
    case 'cast':
    case 'not':
      return becomesNull(expression.input, ids);
    case 'compare':
      return becomesNull(expression.left, ids) || becomesNull(expression.right, ids);
    case 'in':
      return becomesNull(expression.input, ids);
    case 'call':
      return (
        expression.function.onNull === 'null' &&
        expression.args.some((argument) => becomesNull(argument, ids))
      );
    default:
      return false;
  }
}
