/** Physical expressions as text, for EXPLAIN: names instead of positions, SQL instead of trees. */
import { unreachable } from '@alopex-db/core/base';
import { formatScalar } from '@alopex-db/core/compute';
import type { Expression, SortKey } from '@alopex-db/core/exec';
import { isNumeric, typeName, type DataType, type Scalar } from '@alopex-db/core/types';

/** How a position, an outer value and a subquery are called. */
export interface ExpressionNames {
  column(index: number): string;
  outer(index: number): string;
  subquery(plan: object): string;
}

/** Longer constants are cut: an embedding would fill the screen. */
const VECTOR_ELEMENTS_MAX = 4;
const TEXT_LENGTH_MAX = 120;

const SYMBOL = /^[^a-z]+$/i;

export function expressionText(expression: Expression, names: ExpressionNames): string {
  const text = (part: Expression): string => expressionText(part, names);
  switch (expression.kind) {
    case 'column':
      return names.column(expression.index);
    case 'outer':
      return names.outer(expression.index);
    case 'parameter':
      return `$${expression.index + 1}`;
    case 'constant':
      return constantText(expression.value, expression.type);
    case 'call':
      return callText(expression.function.name, expression.args.map(text));
    case 'cast':
      if (expression.implicit) return text(expression.input);
      if (expression.onFailure === 'null')
        return `TRY_CAST(${text(expression.input)} AS ${typeName(expression.type)})`;
      return `(${text(expression.input)})::${typeName(expression.type)}`;
    case 'compare':
      return `(${text(expression.left)} ${expression.operator} ${text(expression.right)})`;
    case 'and':
      return `(${expression.args.map(text).join(' AND ')})`;
    case 'or':
      return `(${expression.args.map(text).join(' OR ')})`;
    case 'not':
      return `(NOT ${text(expression.input)})`;
    case 'isNull':
      return `(${text(expression.input)} IS ${expression.negated ? 'NOT ' : ''}NULL)`;
    case 'distinct':
      return `(${text(expression.left)} IS ${expression.negated ? 'NOT ' : ''}DISTINCT FROM ${text(expression.right)})`;
    case 'in':
      return `(${text(expression.input)} ${expression.negated ? 'NOT ' : ''}IN (${expression.list.map(text).join(', ')}))`;
    case 'case':
      return caseText(expression, text);
    case 'coalesce':
      return `COALESCE(${expression.args.map(text).join(', ')})`;
    case 'subquery':
      return subqueryText(expression, names, text);
    default:
      return unreachable(expression);
  }
}

export function sortKeyText(key: SortKey, names: ExpressionNames): string {
  const direction = key.descending ? ' DESC' : '';
  // The default is not spelt out, as in PostgreSQL; a vector score's is last both ways.
  const nullsDefault = key.nanAsNull === true ? false : key.descending;
  const nulls =
    key.nullsFirst === nullsDefault ? '' : key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
  return `${expressionText(key.expression, names)}${direction}${nulls}`;
}

export function constantText(value: Scalar, type: DataType): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') {
    return isNumeric(type) ? formatScalar(value, type) : `'${formatScalar(value, type)}'`;
  }
  if (type.kind === 'numeric' && typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof Float32Array && value.length > VECTOR_ELEMENTS_MAX) {
    const head = formatScalar(value.slice(0, VECTOR_ELEMENTS_MAX), { kind: 'vector' }).slice(0, -1);
    return `'${head},…]'`;
  }
  const text = formatScalar(value, type);
  const cut = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  return `'${cut.replaceAll("'", "''")}'`;
}

function callText(name: string, args: readonly string[]): string {
  if (!SYMBOL.test(name) || args.length > 2 || args.length === 0)
    return `${name}(${args.join(', ')})`;
  return args.length === 1 ? `(${name} ${args[0]})` : `(${args[0]} ${name} ${args[1]})`;
}

function caseText(
  expression: Expression & { readonly kind: 'case' },
  text: (part: Expression) => string,
): string {
  const branches = expression.branches.map(
    (branch) => `WHEN ${text(branch.when)} THEN ${text(branch.then)}`,
  );
  const otherwise = expression.otherwise === undefined ? '' : ` ELSE ${text(expression.otherwise)}`;
  return `CASE ${branches.join(' ')}${otherwise} END`;
}

function subqueryText(
  expression: Expression & { readonly kind: 'subquery' },
  names: ExpressionNames,
  text: (part: Expression) => string,
): string {
  const name = names.subquery(expression.plan);
  switch (expression.mode) {
    case 'scalar':
      return `(${name})`;
    case 'exists':
      return `EXISTS(${name})`;
    case 'compare':
      return `(${text(expression.probe!)} ${expression.operator} ${expression.quantifier!.toUpperCase()} (${name}))`;
  }
}
