/**
 * From column ids to positions. An id that the input does not deliver belongs to an enclosing query: it becomes `outer` k,
 * and the subquery's frame remembers that value k is that column.
 */
import type { Expression } from '@alopex-db/core/exec';
import type { DataType } from '@alopex-db/core/types';
import type { LogicalPlan } from '../plan/logical.ts';
import type { PhysicalPlan } from '../plan/physical.ts';
import { mapOperands } from '../plan/walk-expression.ts';
import { subqueryPlan } from '../plan/walk-plan.ts';

/** Which column id stands at which position of a node's output. */
export type Layout = ReadonlyMap<number, number>;

/** The values a subquery takes from the query around it. */
export class SubqueryFrame {
  readonly #columns: { readonly id: number; readonly type: DataType }[] = [];

  outerIndex(id: number, type: DataType): number {
    const known = this.#columns.findIndex((column) => column.id === id);
    if (known >= 0) return known;
    return this.#columns.push({ id, type }) - 1;
  }

  get columns(): readonly { readonly id: number; readonly type: DataType }[] {
    return this.#columns;
  }
}

/** Plans the inside of a subquery; given by the physical planner. */
export type SubqueryPlanner = (plan: LogicalPlan, frame: SubqueryFrame) => PhysicalPlan;

/** A plan run for values of the query around it: `outer` k is computed there. */
export interface DependentPlan {
  readonly plan: PhysicalPlan;
  readonly outer: readonly Expression[];
}

export class ExpressionPlacer {
  readonly #frame: SubqueryFrame;
  readonly #planSubquery: SubqueryPlanner;

  constructor(frame: SubqueryFrame, planSubquery: SubqueryPlanner) {
    this.#frame = frame;
    this.#planSubquery = planSubquery;
  }

  place(expression: Expression, layout: Layout): Expression {
    if (expression.kind === 'column') return this.#placeColumn(expression, layout);
    const placed = mapOperands(expression, (operand) => this.place(operand, layout));
    if (placed.kind !== 'subquery') return placed;
    return { ...placed, ...this.placePlan(subqueryPlan(placed), layout) };
  }

  /** A plan that reads columns of this layout, and what it is to be given of them. */
  placePlan(plan: LogicalPlan, layout: Layout): DependentPlan {
    const frame = new SubqueryFrame();
    const dependent = this.#planSubquery(plan, frame);
    const outer = frame.columns.map(({ id, type }) =>
      this.#placeColumn({ kind: 'column', type, index: id }, layout),
    );
    return { plan: dependent, outer };
  }

  #placeColumn(column: Expression & { readonly kind: 'column' }, layout: Layout): Expression {
    const position = layout.get(column.index);
    if (position !== undefined) return { ...column, index: position };
    return {
      kind: 'outer',
      type: column.type,
      index: this.#frame.outerIndex(column.index, column.type),
    };
  }
}

/** The layout of ids in order; of an id that stands twice the first place. */
export function layoutOf(ids: readonly number[]): Layout {
  const layout = new Map<number, number>();
  ids.forEach((id, position) => {
    if (!layout.has(id)) layout.set(id, position);
  });
  return layout;
}
