/** Gathers the aggregate calls of one query while its expressions are bound; equal calls share one column. */
import type { AggregateCall, Expression } from '@alopex-db/core/exec';
import { INT32 } from '@alopex-db/core/types';
import type { Span } from '../ast/span.ts';
import type { AggregateItem, LogicalColumn } from '../plan/logical.ts';
import { equalExpressions } from '../plan/walk-expression.ts';
import type { BindState } from './bind-state.ts';

/** GROUPING(…): which of its arguments a group leaves out. */
export interface GroupingCall {
  readonly column: LogicalColumn;
  readonly args: readonly Expression[];
  readonly span: Span;
}

export class AggregateCollector {
  readonly #state: BindState;
  readonly #items: AggregateItem[] = [];
  readonly #groupings: GroupingCall[] = [];

  constructor(state: BindState) {
    this.#state = state;
  }

  /** Calls of GROUPING. */
  get groupings(): readonly GroupingCall[] {
    return this.#groupings;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0 && this.#groupings.length === 0;
  }

  get items(): readonly AggregateItem[] {
    return this.#items;
  }

  /** The column that will hold the call's result. */
  add(call: AggregateCall, nullable: boolean): Expression {
    const known = this.#items.find((item) => equalCalls(item.call, call));
    const column = known?.column ?? this.#append(call, nullable);
    return { kind: 'column', type: column.type, index: column.id };
  }

  addGrouping(args: readonly Expression[], span: Span): Expression {
    const column = this.#state.newColumn({ name: 'grouping', type: INT32, nullable: false });
    this.#groupings.push({ column, args, span });
    return { kind: 'column', type: column.type, index: column.id };
  }

  #append(call: AggregateCall, nullable: boolean): LogicalColumn {
    const column = this.#state.newColumn({ name: call.function.name, type: call.type, nullable });
    this.#items.push({ column, call });
    return column;
  }
}

function equalCalls(left: AggregateCall, right: AggregateCall): boolean {
  return (
    left.function === right.function &&
    left.distinct === right.distinct &&
    left.orderBy.length === 0 &&
    right.orderBy.length === 0 &&
    equalLists(left.args, right.args) &&
    equalLists(
      left.filter === undefined ? [] : [left.filter],
      right.filter === undefined ? [] : [right.filter],
    )
  );
}

function equalLists(left: readonly Expression[], right: readonly Expression[]): boolean {
  return (
    left.length === right.length &&
    left.every((part, index) => equalExpressions(part, right[index]!))
  );
}
