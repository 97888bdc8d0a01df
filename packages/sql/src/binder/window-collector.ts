/** Gathers the window calls of one query while its expressions are bound; calls over the same window share one node. */
import type { Expression, SortKey, WindowCall } from '@alopex-db/core/exec';
import type { Span } from '../ast/span.ts';
import type { NamedWindow } from '../ast/window.ts';
import type { LogicalColumn, LogicalPlan, WindowItem } from '../plan/logical.ts';
import { equalExpressions } from '../plan/walk-expression.ts';
import { mapSortKeys, mapWindowCall } from '../plan/walk-plan.ts';
import type { BindState } from './bind-state.ts';

/** How rows are cut and sorted for a call. */
export interface WindowOrder {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
}

interface CollectedWindow {
  readonly order: WindowOrder;
  readonly items: WindowItem[];
  /** Where its first call stands. */
  readonly span: Span;
}

export class WindowCollector {
  /** The WINDOW clause. */
  readonly named: readonly NamedWindow[];
  readonly #state: BindState;
  readonly #windows: CollectedWindow[] = [];

  constructor(state: BindState, named: readonly NamedWindow[]) {
    this.#state = state;
    this.named = named;
  }

  find(id: number): LogicalColumn | undefined {
    for (const window of this.#windows)
      for (const item of window.items) if (item.column.id === id) return item.column;
    return undefined;
  }

  /** The column that will hold the call's result. */
  add(order: WindowOrder, call: WindowCall, nullable: boolean, span: Span): Expression {
    const { items } = this.#windowOf(order, span);
    const known = items.find((item) => equalCalls(item.call, call));
    const column = known?.column ?? this.#append(items, call, nullable);
    return { kind: 'column', type: column.type, index: column.id };
  }

  /** The windows over a plan; `settle` rewrites expressions over the input of a grouping to ones over its groups. */
  applyTo(
    input: LogicalPlan,
    settle: (expression: Expression, span: Span) => Expression,
  ): LogicalPlan {
    return this.#windows.reduce((below: LogicalPlan, { order, items, span }): LogicalPlan => {
      const rewrite = (expression: Expression): Expression => settle(expression, span);
      return {
        kind: 'window',
        input: below,
        partitionBy: order.partitionBy.map(rewrite),
        orderBy: mapSortKeys(order.orderBy, rewrite),
        items: items.map((item) => ({ ...item, call: mapWindowCall(item.call, rewrite) })),
      };
    }, input);
  }

  #windowOf(order: WindowOrder, span: Span): CollectedWindow {
    const known = this.#windows.find((window) => equalOrders(window.order, order));
    if (known !== undefined) return known;
    const made = { order, items: [], span };
    this.#windows.push(made);
    return made;
  }

  #append(items: WindowItem[], call: WindowCall, nullable: boolean): LogicalColumn {
    const name = typeof call.function === 'string' ? call.function : call.function.name;
    const column = this.#state.newColumn({ name, type: call.type, nullable });
    items.push({ column, call });
    return column;
  }
}

function equalOrders(left: WindowOrder, right: WindowOrder): boolean {
  return (
    equalLists(left.partitionBy, right.partitionBy) &&
    left.orderBy.length === right.orderBy.length &&
    left.orderBy.every((key, index) => {
      const other = right.orderBy[index]!;
      return (
        key.descending === other.descending &&
        key.nullsFirst === other.nullsFirst &&
        equalExpressions(key.expression, other.expression)
      );
    })
  );
}

function equalCalls(left: WindowCall, right: WindowCall): boolean {
  return (
    left.function === right.function &&
    left.frame.unit === right.frame.unit &&
    left.frame.exclude === right.frame.exclude &&
    left.frame.start.kind === right.frame.start.kind &&
    left.frame.end.kind === right.frame.end.kind &&
    equalLists(left.args, right.args) &&
    equalLists(optionalParts(left), optionalParts(right))
  );
}

function optionalParts({ filter, frame }: WindowCall): readonly Expression[] {
  return [filter, frame.start.offset, frame.end.offset].filter((part) => part !== undefined);
}

function equalLists(left: readonly Expression[], right: readonly Expression[]): boolean {
  return (
    left.length === right.length &&
    left.every((part, index) => equalExpressions(part, right[index]!))
  );
}
