/** A physical plan together with what stands where in its output. */
import type { LogicalColumn } from '../plan/logical.ts';
import type { PhysicalPlan, PlanColumn } from '../plan/physical.ts';
import { layoutOf, type Layout } from './place-expression.ts';

export interface Planned {
  readonly plan: PhysicalPlan;
  /** Column ids by position. */
  readonly columns: readonly LogicalColumn[];
  readonly layout: Layout;
}

export function planned(plan: PhysicalPlan, columns: readonly LogicalColumn[]): Planned {
  return { plan, columns, layout: layoutOf(columns.map((column) => column.id)) };
}

export function planColumns(columns: readonly LogicalColumn[]): readonly PlanColumn[] {
  return columns.map(planColumn);
}

function planColumn(column: LogicalColumn): PlanColumn {
  const { name, type, nullable, table, qualifier } = column;
  return {
    name,
    type,
    nullable,
    ...(table === undefined ? {} : { table }),
    ...(qualifier === undefined ? {} : { qualifier }),
  };
}

/** The planned input projected to exactly these columns, in order; itself where that changes nothing. */
export function projectedTo(input: Planned, columns: readonly LogicalColumn[]): Planned {
  const same =
    input.columns.length === columns.length &&
    columns.every((column, index) => column.id === input.columns[index]!.id);
  if (same) return planned(input.plan, columns);
  const expressions = columns.map((column) => ({
    kind: 'column' as const,
    type: column.type,
    index: input.layout.get(column.id)!,
  }));
  const { rows, cost } = input.plan;
  return planned(
    { kind: 'project', input: input.plan, expressions, columns: planColumns(columns), rows, cost },
    columns,
  );
}
