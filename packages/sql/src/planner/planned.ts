/** A physical plan together with what stands where in its output. */
import type { Expression } from '@alopex-db/core/exec';
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
  return projection(input.plan, expressions, columns, input.plan.cost);
}

/** A projection; over another one that it only picks columns from, both become one. */
export function projection(
  input: PhysicalPlan,
  expressions: readonly Expression[],
  columns: readonly LogicalColumn[],
  cost: number,
): Planned {
  const fused = input.kind === 'project' ? picked(expressions, input.expressions) : undefined;
  const plan: PhysicalPlan = {
    kind: 'project',
    input: fused === undefined || input.kind !== 'project' ? input : input.input,
    expressions: fused ?? expressions,
    columns: planColumns(columns),
    rows: input.rows,
    cost,
  };
  return planned(plan, columns);
}

/** The expressions that plain columns pick, unless one that is computed would be computed twice. */
function picked(
  expressions: readonly Expression[],
  from: readonly Expression[],
): readonly Expression[] | undefined {
  const taken = new Set<number>();
  const result: Expression[] = [];
  for (const expression of expressions) {
    if (expression.kind !== 'column') return undefined;
    const source = from[expression.index]!;
    if (source.kind !== 'column' && taken.has(expression.index)) return undefined;
    taken.add(expression.index);
    result.push(source);
  }
  return result;
}
