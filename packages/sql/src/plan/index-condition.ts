/** What an access path asks of the columns of a key, as EXPLAIN shows it. */
import type { TableDef } from '../catalog/table-def.ts';
import { expressionText, type ExpressionNames } from './expression-text.ts';
import type { Access } from './physical.ts';

type IndexAccess = Extract<Access, { readonly kind: 'index' }>;
type Bounds = Pick<IndexAccess, 'lower' | 'upper'>;

const VALUES_SHOWN = 3;

export function indexConditions(
  table: TableDef,
  access: IndexAccess,
  names: ExpressionNames,
): readonly string[] {
  const columns = access.index.columns.map(({ ordinal }) => table.columns[ordinal]!.name);
  const width = access.prefixes[0]?.length ?? 0;
  const parts: string[] = [];
  for (let at = 0; at < width; at += 1) {
    // A list of one column stands in every combination with the others.
    const texts = access.prefixes.map((prefix) => expressionText(prefix[at]!, names));
    const values = [...new Set(texts)];
    const more = values.length > VALUES_SHOWN ? `, … ${values.length} values` : '';
    parts.push(
      values.length === 1
        ? `${columns[at]} = ${values[0]}`
        : `${columns[at]} IN (${values.slice(0, VALUES_SHOWN).join(', ')}${more})`,
    );
  }
  return [...parts, ...boundConditions(columns[width] ?? '', access, names)];
}

export function boundConditions(
  column: string,
  { lower, upper }: Bounds,
  names: ExpressionNames,
): readonly string[] {
  const parts: string[] = [];
  if (lower !== undefined)
    parts.push(`${column} ${lower.inclusive ? '>=' : '>'} ${expressionText(lower.value, names)}`);
  if (upper !== undefined)
    parts.push(`${column} ${upper.inclusive ? '<=' : '<'} ${expressionText(upper.value, names)}`);
  return parts;
}
