/** INSERT, UPDATE, DELETE: inputs in the order the executor expects, expressions over old and new rows. */
import type { Expression } from '@alopex-db/core/exec';
import type {
  LogicalAssignment,
  LogicalColumn,
  LogicalDelete,
  LogicalInsert,
  LogicalOnConflict,
  LogicalUpdate,
  ProjectItem,
} from '../plan/logical.ts';
import { outputColumns } from '../plan/logical.ts';
import type {
  Assignment,
  BoundCheck,
  DeletePlan,
  InsertPlan,
  OnConflictPlan,
  UpdatePlan,
} from '../plan/physical.ts';
import { WRITE_ROW } from './cost.ts';
import { layoutOf, type Layout } from './place-expression.ts';
import type { PlanContext } from './plan-context.ts';
import { planColumns, planned, projectedTo, type Planned } from './planned.ts';

export function planInsert(node: LogicalInsert, context: PlanContext): Planned {
  const source = projectedTo(context.plan(node.source), outputColumns(node.source));
  const row = layoutOfColumns(node.row);
  const columns = outputColumns(node);
  const plan: InsertPlan = {
    kind: 'insert',
    table: node.table,
    references: node.references,
    source: source.plan,
    checks: placeChecks(node.checks, row, context),
    onConflict:
      node.onConflict === undefined ? undefined : planOnConflict(node.onConflict, context),
    returning: placeReturning(node.returning, row, context),
    columns: planColumns(columns),
    rows: source.plan.rows,
    cost: source.plan.cost + source.plan.rows * WRITE_ROW,
  };
  return planned(plan, columns);
}

function planOnConflict(node: LogicalOnConflict, context: PlanContext): OnConflictPlan {
  const { target, update } = node;
  if (update === undefined) return { target, update: undefined };
  const layout = layoutOfColumns([...update.existing, ...update.excluded]);
  return {
    target,
    update: {
      assignments: placeAssignments(update.assignments, layout, context),
      where: update.where === undefined ? undefined : context.place(update.where, layout),
    },
  };
}

export function planUpdate(node: LogicalUpdate, context: PlanContext): Planned {
  const input = writerInput(node, context);
  const rest = input.columns.slice(node.target.length + 1);
  const columns = outputColumns(node);
  const plan: UpdatePlan = {
    kind: 'update',
    table: node.table,
    references: node.references,
    input: input.plan,
    assignments: placeAssignments(node.assignments, input.layout, context),
    checks: placeChecks(node.checks, layoutOfColumns(node.row), context),
    returning: placeReturning(node.returning, layoutOfColumns([...node.row, ...rest]), context),
    columns: planColumns(columns),
    rows: input.plan.rows,
    cost: input.plan.cost + input.plan.rows * WRITE_ROW,
  };
  return planned(plan, columns);
}

export function planDelete(node: LogicalDelete, context: PlanContext): Planned {
  const input = writerInput(node, context);
  const rest = input.columns.slice(node.target.length + 1);
  const columns = outputColumns(node);
  const plan: DeletePlan = {
    kind: 'delete',
    table: node.table,
    references: node.references,
    input: input.plan,
    returning: placeReturning(node.returning, layoutOfColumns([...node.target, ...rest]), context),
    columns: planColumns(columns),
    rows: input.plan.rows,
    cost: input.plan.cost + input.plan.rows * WRITE_ROW,
  };
  return planned(plan, columns);
}

/** The table's columns, the row key, then whatever FROM or USING adds. */
function writerInput(node: LogicalUpdate | LogicalDelete, context: PlanContext): Planned {
  const input = context.plan(node.input);
  const front = [...node.target, node.rowKey];
  const ids = new Set(front.map((column) => column.id));
  return projectedTo(input, [...front, ...input.columns.filter((column) => !ids.has(column.id))]);
}

function layoutOfColumns(columns: readonly LogicalColumn[]): Layout {
  return layoutOf(columns.map((column) => column.id));
}

function placeChecks(
  checks: readonly BoundCheck[],
  row: Layout,
  context: PlanContext,
): readonly BoundCheck[] {
  return checks.map((check) => ({
    name: check.name,
    condition: context.place(check.condition, row),
  }));
}

function placeAssignments(
  assignments: readonly LogicalAssignment[],
  layout: Layout,
  context: PlanContext,
): readonly Assignment[] {
  return assignments.map(({ ordinal, value }) => ({
    ordinal,
    value: context.place(value, layout),
  }));
}

function placeReturning(
  items: readonly ProjectItem[] | undefined,
  layout: Layout,
  context: PlanContext,
): readonly Expression[] | undefined {
  return items?.map((item) => context.place(item.expression, layout));
}
