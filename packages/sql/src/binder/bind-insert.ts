/** INSERT: where each value of a row comes from (the list, a query, a default), and what happens on conflict. */
import type { Expression } from '@alopex-db/core/exec';
import type { InsertStatement } from '../ast/dml.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { Query, Values } from '../ast/query.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn, LogicalInsert, LogicalPlan } from '../plan/logical.ts';
import { columnExpression } from './bind-column.ts';
import { unsupported } from './bind-error.ts';
import { bindOnConflict } from './bind-on-conflict.ts';
import { bindReferences } from './bind-references.ts';
import { bindReturning } from './bind-returning.ts';
import { valuesContext } from './bind-values.ts';
import { convertColumns, settleColumns } from './coerce-query.ts';
import { exactPlan } from './exact-plan.ts';
import type { QueryPlace } from './expression-context.ts';
import { resolveTable } from './resolve-relation.ts';
import { boundChecks, defaultValue, storedValue, targetOrdinals } from './row-values.ts';
import { tableScopeColumns } from './scope.ts';
import { tableSource } from './bind-from.ts';

/** The insert being bound: its table and the ordinals its values go to, in order. */
interface InsertTarget {
  readonly statement: InsertStatement;
  readonly table: TableDef;
  readonly ordinals: readonly number[];
  readonly place: QueryPlace;
}

export function bindInsert(statement: InsertStatement, place: QueryPlace): LogicalInsert {
  if (statement.byName) throw unsupported('INSERT BY NAME', statement.span);
  if (statement.overriding === 'user') throw unsupported('OVERRIDING USER VALUE', statement.span);
  const { state, bind } = place;
  const table = resolveTable(state.context, statement.table, 'insert into');
  const listed = statement.columns.length > 0;
  const ordinals = listed
    ? targetOrdinals(table, statement.columns)
    : table.columns.map((_, ordinal) => ordinal);
  const target: InsertTarget = { statement, table, ordinals, place };
  const source = bindSource(target);
  const alias = statement.alias?.name ?? table.name;
  const row = tableSource(state, table, alias).plan.columns;
  return {
    kind: 'insert',
    table,
    references: bindReferences(state, bind, table),
    source,
    row,
    checks: boundChecks(state, bind, table, row),
    onConflict:
      statement.onConflict === undefined
        ? undefined
        : bindOnConflict(statement.onConflict, table, alias, place),
    returning: bindReturning(statement.returning, tableScopeColumns(alias, row), place),
  };
}

function bindSource(target: InsertTarget): LogicalPlan {
  const { source } = target.statement;
  if (source === undefined) return rowsOf([[]], target);
  const values = plainValues(source);
  return values === undefined ? queryRows(source, target) : rowsOf(values.rows, target);
}

/** The VALUES list itself, where the query is nothing else: then each value may be DEFAULT. */
function plainValues(query: Query): Values | undefined {
  const plain =
    query.with === undefined &&
    query.orderBy === undefined &&
    query.limit === undefined &&
    query.offset === undefined;
  return plain && query.body.kind === 'values' ? query.body : undefined;
}

function rowsOf(rows: readonly (readonly Syntax[])[], target: InsertTarget): LogicalPlan {
  const { table, place } = target;
  const context = valuesContext(place);
  const defaults = new Defaults(target);
  const tuples = rows.map((row) => {
    checkWidth(row.length, target, row[target.ordinals.length] ?? row[0]);
    const byOrdinal = new Map<number, Expression>();
    row.forEach((node, index) => {
      const ordinal = target.ordinals[index]!;
      if (node.kind === 'default') return;
      refuseGenerated(ordinal, target, node);
      const expression = place.bind.expression(node, context);
      byOrdinal.set(
        ordinal,
        storedValue(place.state, table.columns[ordinal]!, { expression, span: node.span }),
      );
    });
    return table.columns.map((_, ordinal) => byOrdinal.get(ordinal) ?? defaults.of(ordinal));
  });
  return { kind: 'values', columns: sourceColumns(target), tuples };
}

function queryRows(query: Query, target: InsertTarget): LogicalPlan {
  const { place, table } = target;
  const bound = place.bind.query(query, { ...place, keepUnknown: true });
  checkWidth(bound.columns.length, target, query);
  const columns = bound.columns.map((_, index) => table.columns[target.ordinals[index]!]!);
  const settled = settleColumns(
    place.state,
    bound,
    columns.map((column) => column.type),
    query.span,
  );
  const stored = convertColumns(place.state, settled, (expression, index) =>
    storedValue(place.state, columns[index]!, { expression, span: query.span }),
  );
  const defaults = new Defaults(target);
  const items = sourceColumns(target).map((column, ordinal) => {
    const from = target.ordinals.indexOf(ordinal);
    const given = from < 0 ? undefined : stored.columns[from];
    if (given !== undefined) refuseGenerated(ordinal, target, query);
    return given === undefined
      ? { column, expression: defaults.of(ordinal) }
      : { column, expression: columnExpression(given) };
  });
  return { kind: 'project', input: exactPlan(stored), items };
}

/** Defaults bound once each, however many rows use them. */
class Defaults {
  readonly #target: InsertTarget;
  readonly #bound = new Map<number, Expression>();

  constructor(target: InsertTarget) {
    this.#target = target;
  }

  of(ordinal: number): Expression {
    const known = this.#bound.get(ordinal);
    if (known !== undefined) return known;
    const { place, table } = this.#target;
    const made = defaultValue(place.state, place.bind, table.columns[ordinal]!);
    this.#bound.set(ordinal, made);
    return made;
  }
}

function sourceColumns(target: InsertTarget): readonly LogicalColumn[] {
  return target.table.columns.map((column) =>
    target.place.state.newColumn({ name: column.name, type: column.type, nullable: true }),
  );
}

/** With a column list the numbers must agree; without one, columns at the end may be left to their defaults. */
function checkWidth(
  width: number,
  target: InsertTarget,
  at: { readonly span: Syntax['span'] } | undefined,
): void {
  const { ordinals, statement } = target;
  const span = at?.span ?? statement.span;
  if (width > ordinals.length) {
    throw errorAt('ALX_VALUE_COUNT', 'INSERT has more expressions than target columns', span);
  }
  const explicitDefaults = statement.source === undefined;
  if (width < ordinals.length && statement.columns.length > 0 && !explicitDefaults) {
    throw errorAt('ALX_VALUE_COUNT', 'INSERT has more target columns than expressions', span);
  }
}

function refuseGenerated(
  ordinal: number,
  target: InsertTarget,
  node: { readonly span: Syntax['span'] },
): void {
  const column = target.table.columns[ordinal]!;
  if (column.identity?.generated !== 'always' || target.statement.overriding === 'system') return;
  throw errorAt(
    'ALX_TYPE_MISMATCH',
    `cannot insert a non-DEFAULT value into column "${column.name}"`,
    node.span,
    {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
      hint: 'Use OVERRIDING SYSTEM VALUE to override.',
    },
  );
}
