/** The name of a select item without an alias, as PostgreSQL chooses it (`FigureColname`). */
import type { Expression } from '../ast/expression.ts';
import type { SelectItem } from '../ast/query.ts';

const ANONYMOUS = '?column?';

export function columnName(expression: Expression): string {
  return named(expression) ?? ANONYMOUS;
}

function named(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'column-reference':
      return expression.parts.at(-1)!.name;
    case 'function-call':
      return expression.name.parts.at(-1)!.name;
    case 'field':
      return expression.field.name;
    case 'cast':
      return named(expression.operand) ?? expression.type.name;
    case 'typed-literal':
      return expression.type.name;
    case 'case':
      return (
        (expression.otherwise === undefined ? undefined : named(expression.otherwise)) ?? 'case'
      );
    case 'collate':
    case 'subscript':
    case 'slice':
      return named(expression.operand);
    case 'exists':
      return 'exists';
    case 'array':
    case 'array-subquery':
      return 'array';
    case 'row':
      return 'row';
    case 'scalar-subquery': {
      const { body } = expression.query;
      const item: SelectItem | undefined = body.kind === 'select' ? body.items[0] : undefined;
      if (item?.kind !== 'select-expression') return undefined;
      return item.alias?.name ?? named(item.expression);
    }
    default:
      return undefined;
  }
}
