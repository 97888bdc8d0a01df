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
      return named(expression.operand) ?? typeColumnName(expression.type.name);
    case 'typed-literal':
      return typeColumnName(expression.type.name);
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

/** PostgreSQL's internal names: a column `1::integer` is called int4. */
const INTERNAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['smallint', 'int2'],
  ['integer', 'int4'],
  ['int', 'int4'],
  ['bigint', 'int8'],
  ['real', 'float4'],
  ['float', 'float8'],
  ['double', 'float8'],
  ['double precision', 'float8'],
  ['boolean', 'bool'],
  ['blob', 'bytea'],
]);

function typeColumnName(name: string): string {
  return INTERNAL_NAMES.get(name) ?? name;
}
