/** DROP TABLE and DROP VIEW, with what depends on them. */
import type { AlopexError, Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { DropStatement } from '../ast/ddl.ts';
import type { QualifiedName } from '../ast/name.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import { foreignKeysTo } from '../catalog/foreign-key.ts';
import { settled, type StoredCatalog } from '../catalog/stored-catalog.ts';
import { keyspacesOf } from '../catalog/index-layout.ts';
import type { TableDef, ViewDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { unsupported } from './bind-error.ts';
import { storeReferences, withoutKeysTo } from './foreign-key-definition.ts';
import { definitionTarget, existingRelation, type DefinitionTarget } from './definition-target.ts';

type Dropped =
  | { readonly kind: 'table'; readonly one: TableDef }
  | { readonly kind: 'view'; readonly one: ViewDef };

export function dropRelations(statement: DropStatement, context: CompileContext): CompiledDdl {
  const { object } = statement;
  if (object !== 'table' && object !== 'view')
    throw unsupported(`DROP ${object.toUpperCase()}`, statement.span);
  const targets = statement.names.map((name) => ({
    name,
    target: definitionTarget(context, name),
  }));
  return {
    kind: 'ddl',
    command: object === 'table' ? 'DROP TABLE' : 'DROP VIEW',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const notices: DdlNotice[] = [];
      const droppedKeyspaces: number[] = [];
      for (const { name, target } of targets) {
        const view = yield* settled(() => catalog.view(transaction));
        const found = findDropped(view, object, target, name);
        if (found === undefined) {
          if (!statement.ifExists) throw located(missing(view, object, name), target);
          notices.push({
            severity: 'notice',
            message: `${object} "${target.name}" does not exist, skipping`,
            sqlState: '00000',
          });
          continue;
        }
        yield* dropOne(found, {
          statement,
          target,
          transaction,
          catalog,
          notices,
          droppedKeyspaces,
        });
      }
      return { then: [], notices, droppedKeyspaces };
    },
  };
}

interface DropRun {
  readonly statement: DropStatement;
  readonly target: DefinitionTarget;
  readonly transaction: Transaction;
  readonly catalog: StoredCatalog;
  readonly notices: DdlNotice[];
  readonly droppedKeyspaces: number[];
}

function* dropOne(found: Dropped, run: DropRun): Generator<Pending, void, void> {
  const { transaction, catalog, statement } = run;
  const view = yield* settled(() => catalog.view(transaction));
  const dependants = view.views().filter((other) => other.dependsOn.includes(found.one.id));
  const kept = dependants.filter(
    (other) => !statement.names.some((name) => name.parts.at(-1)!.name === other.name),
  );
  const referring = found.kind === 'table' ? referringTables(found.one, view, statement) : [];
  if (kept.length + referring.length > 0 && !statement.cascade) {
    throw located(
      errorAt(
        'ALX_DEPENDENT_OBJECTS',
        `cannot drop ${found.kind} ${found.one.name} because other objects depend on it`,
        statement.span,
        {
          detail: [
            ...kept.map((other) => `view ${other.name} depends on ${found.kind} ${found.one.name}`),
            ...referring.flatMap((child) =>
              foreignKeysTo(child, found.one.id).map(
                (key) =>
                  `constraint ${key.name} on table ${child.name} depends on table ${found.one.name}`,
              ),
            ),
          ].join('\n'),
          hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
        },
      ),
      run.target,
    );
  }
  for (const other of statement.cascade ? dependants : []) {
    run.notices.push({
      severity: 'notice',
      message: `drop cascades to view ${other.name}`,
      sqlState: '00000',
    });
    yield* dropOne({ kind: 'view', one: other }, run);
  }
  for (const child of referring) yield* dropKeysTo(found.one.id, child, run);
  if (found.kind === 'table') {
    yield* storeReferences(
      found.one.foreignKeys ?? [],
      { ...found.one, foreignKeys: undefined },
      transaction,
      catalog,
    );
    yield* dropOwned(found.one, run);
  }
  yield* catalog.remove(transaction, found.one.schema, found.one.name);
}

/** Other tables whose foreign keys refer to this one and that are not dropped by the same statement. */
function referringTables(
  table: TableDef,
  view: CatalogView,
  { names }: DropStatement,
): readonly TableDef[] {
  return view
    .tables()
    .filter(
      (other) =>
        other.id !== table.id &&
        table.referencedBy?.includes(other.id) === true &&
        !names.some((name) => name.parts.at(-1)!.name === other.name),
    );
}

function* dropKeysTo(
  parent: number,
  child: TableDef,
  run: DropRun,
): Generator<Pending, void, void> {
  for (const key of foreignKeysTo(child, parent)) {
    run.notices.push({
      severity: 'notice',
      message: `drop cascades to constraint ${key.name} on table ${child.name}`,
      sqlState: '00000',
    });
  }
  const definition = withoutKeysTo(child, parent);
  yield* run.catalog.put(run.transaction, { kind: 'table', definition });
}

/** What a table keeps beside its rows. */
function* dropOwned(table: TableDef, run: DropRun): Generator<Pending, void, void> {
  run.droppedKeyspaces.push(...keyspacesOf(table));
  const view = yield* settled(() => run.catalog.view(run.transaction));
  for (const sequence of view.sequences()) {
    if (sequence.ownedBy === table.id)
      yield* run.catalog.remove(run.transaction, sequence.schema, sequence.name);
  }
}

function findDropped(
  view: CatalogView,
  object: 'table' | 'view',
  target: DefinitionTarget,
  name: QualifiedName,
): Dropped | undefined {
  const kind = existingRelation(view, target.schema, target.name);
  if (kind === undefined) return undefined;
  if (kind !== object) {
    throw located(
      errorAt('ALX_CATALOG', `"${target.name}" is not a ${object}`, name.span, {
        hint:
          kind === 'sequence' ? undefined : `Use DROP ${kind.toUpperCase()} to remove a ${kind}.`,
      }),
      target,
    );
  }
  return object === 'table'
    ? { kind: 'table', one: view.table(target.schema, target.name)! }
    : { kind: 'view', one: view.view(target.schema, target.name)! };
}

function missing(view: CatalogView, object: 'table' | 'view', name: QualifiedName): AlopexError {
  const written = name.parts.map((part) => part.name).join('.');
  const candidates = (object === 'table' ? view.tables() : view.views()).map((one) => one.name);
  return errorAt('ALX_TABLE_NOT_FOUND', `${object} "${written}" does not exist`, name.span, {
    hint: didYouMean(name.parts.at(-1)!.name, candidates),
  });
}

function located(error: AlopexError, target: DefinitionTarget): AlopexError {
  return locateError(error, target.text);
}
