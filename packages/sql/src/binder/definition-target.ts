/** Where a definition goes: schema and name, and whether the name is free. */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { QualifiedName } from '../ast/name.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import { settled, type StoredCatalog } from '../catalog/stored-catalog.ts';
import { errorAt, locateError } from '../errors.ts';
import type { DdlNotice } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { splitName } from './resolve-relation.ts';

export interface DefinitionTarget {
  readonly schema: string;
  readonly name: string;
  readonly written: QualifiedName;
  /** The statement's text: errors found while it runs point into it too. */
  readonly text: string;
}

export function definitionTarget(
  context: CompileContext,
  written: QualifiedName,
): DefinitionTarget {
  const { schemas, relation } = splitName(context, written);
  const schema = schemas[0];
  if (schema === undefined)
    throw errorAt('ALX_SCHEMA_NOT_FOUND', 'no schema has been selected to create in', written.span);
  return { schema, name: relation, written, text: context.text };
}

export type ExistingRelation = 'table' | 'view' | 'sequence' | 'index' | undefined;

export function existingRelation(
  view: CatalogView,
  schema: string,
  name: string,
): ExistingRelation {
  if (view.table(schema, name) !== undefined) return 'table';
  if (view.view(schema, name) !== undefined) return 'view';
  if (view.sequence(schema, name) !== undefined) return 'sequence';
  const isIndex = view
    .tables()
    .some((table) => table.schema === schema && table.indexes?.some((one) => one.name === name));
  return isIndex ? 'index' : undefined;
}

/** True when the name is free; a notice (IF NOT EXISTS) or an error when it is not. */
export function* claimName(
  target: DefinitionTarget,
  ifNotExists: boolean,
  transaction: Transaction,
  catalog: StoredCatalog,
  notices: DdlNotice[],
): Generator<Pending, boolean, void> {
  const view = yield* settled(() => catalog.view(transaction));
  if (existingRelation(view, target.schema, target.name) === undefined) return true;
  const message = `relation "${target.name}" already exists`;
  if (!ifNotExists)
    throw locateError(errorAt('ALX_TABLE_EXISTS', message, target.written.span), target.text);
  notices.push({
    severity: 'notice',
    message: `${message}, skipping`,
    sqlState: new AlopexError('ALX_TABLE_EXISTS', message).sqlState,
  });
  return false;
}
