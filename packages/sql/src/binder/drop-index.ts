/** DROP INDEX. An index of a constraint goes with its constraint only. */
import type { Pending } from '@alopex-db/core/base';
import type { DropStatement } from '../ast/ddl.ts';
import type { QualifiedName } from '../ast/name.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import { settled } from '../catalog/stored-catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { unsupported } from './bind-error.ts';
import { definitionTarget, type DefinitionTarget } from './definition-target.ts';

export function dropIndexes(statement: DropStatement, context: CompileContext): CompiledDdl {
  if (statement.concurrently) throw unsupported('DROP INDEX CONCURRENTLY', statement.span);
  const targets = statement.names.map((name) => definitionTarget(context, name));
  return {
    kind: 'ddl',
    command: 'DROP INDEX',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const notices: DdlNotice[] = [];
      const droppedKeyspaces: number[] = [];
      for (const target of targets) {
        const view = yield* settled(() => catalog.view(transaction));
        const table = tableOfIndex(view, target.schema, target.name);
        if (table === undefined) {
          if (!statement.ifExists) throw locateError(missing(view, target), target.text);
          const message = `index "${target.name}" does not exist, skipping`;
          notices.push({ severity: 'notice', message, sqlState: '00000' });
          continue;
        }
        const dropped = table.indexes!.find(({ name }) => name === target.name)!;
        const indexes = table.indexes!.filter((index) => index !== dropped);
        yield* catalog.put(transaction, { kind: 'table', definition: { ...table, indexes } });
        droppedKeyspaces.push(dropped.id);
      }
      return { then: [], notices, droppedKeyspaces };
    },
  };
}

function tableOfIndex(view: CatalogView, schema: string, name: string): TableDef | undefined {
  return view
    .tables()
    .find(
      (table) => table.schema === schema && table.indexes?.some((index) => index.name === name),
    );
}

function missing(
  view: CatalogView,
  { schema, name, written }: DefinitionTarget,
): ReturnType<typeof errorAt> {
  const tables = view.tables().filter((table) => table.schema === schema);
  const owner = tables.find(
    (table) =>
      table.primaryKey?.name === name ||
      table.unique.some((constraint) => constraint.name === name),
  );
  if (owner !== undefined) {
    return errorAt(
      'ALX_DEPENDENT_OBJECTS',
      `cannot drop index ${name} because constraint ${name} on table ${owner.name} requires it`,
      written.span,
    );
  }
  const candidates = tables.flatMap((table) => (table.indexes ?? []).map((index) => index.name));
  return errorAt(
    'ALX_INDEX_NOT_FOUND',
    `index "${writtenName(written)}" does not exist`,
    written.span,
    {
      hint: didYouMean(name, candidates),
    },
  );
}

function writtenName(name: QualifiedName): string {
  return name.parts.map((part) => part.name).join('.');
}
