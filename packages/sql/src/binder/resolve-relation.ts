/** Names of tables and views to their definitions, through the search path, with a suggestion for a misspelt one. */
import type { QualifiedName } from '../ast/name.ts';
import { DATABASE_NAME } from '../catalog/catalog.ts';
import type { TableDef, ViewDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt } from '../errors.ts';
import type { CompileContext } from '../planner/compile-context.ts';

export type Relation =
  | { readonly kind: 'table'; readonly table: TableDef }
  | { readonly kind: 'view'; readonly view: ViewDef };

export function resolveRelation(context: CompileContext, name: QualifiedName): Relation {
  const { schemas, relation } = splitName(context, name);
  for (const schema of schemas) {
    const table = context.catalog.table(schema, relation);
    if (table !== undefined) return { kind: 'table', table };
    const view = context.catalog.view(schema, relation);
    if (view !== undefined) return { kind: 'view', view };
  }
  throw relationNotFound(context, name);
}

export function resolveTable(context: CompileContext, name: QualifiedName, verb: string): TableDef {
  const found = resolveRelation(context, name);
  if (found.kind === 'table') return found.table;
  throw errorAt('ALX_UNSUPPORTED', `cannot ${verb} view "${found.view.name}"`, name.span, {
    hint: 'Views are read-only so far.',
  });
}

export function relationNotFound(context: CompileContext, name: QualifiedName): Error {
  const written = name.parts.map((part) => part.name).join('.');
  const { catalog } = context;
  const candidates = [...catalog.tables(), ...catalog.views()].map((one) => one.name);
  return errorAt('ALX_TABLE_NOT_FOUND', `relation "${written}" does not exist`, name.span, {
    hint: didYouMean(name.parts.at(-1)!.name, candidates),
    table: name.parts.at(-1)!.name,
  });
}

/** The last part, and the schemas to look in. */
export function splitName(
  context: CompileContext,
  name: QualifiedName,
): { readonly schemas: readonly string[]; readonly relation: string } {
  const relation = name.parts.at(-1)!.name;
  const schema = name.parts.at(-2);
  const database = name.parts.at(-3);
  if (database !== undefined && database.name !== DATABASE_NAME) {
    throw errorAt(
      'ALX_DATABASE_NOT_FOUND',
      `database "${database.name}" does not exist`,
      database.span,
    );
  }
  if (schema === undefined) return { schemas: context.searchPath, relation };
  if (!context.catalog.hasSchema(schema.name)) {
    throw errorAt('ALX_SCHEMA_NOT_FOUND', `schema "${schema.name}" does not exist`, schema.span, {
      hint: didYouMean(schema.name, context.catalog.schemas()),
    });
  }
  return { schemas: [schema.name], relation };
}
