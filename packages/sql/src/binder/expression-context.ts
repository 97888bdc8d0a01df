/** Where an expression stands while it is bound: what names mean there and what is allowed. */
import type { Expression } from '@alopex-db/core/exec';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { CommonTable, Query } from '../ast/query.ts';
import type { LogicalColumn, LogicalPlan } from '../plan/logical.ts';
import type { AggregateCollector } from './aggregate-collector.ts';
import type { BindState } from './bind-state.ts';
import type { Scope } from './scope.ts';
import type { WindowCollector } from './window-collector.ts';

export interface ExpressionContext {
  readonly state: BindState;
  readonly scope: Scope;
  /** The clause, as messages name it: `WHERE`. */
  readonly clause: string;
  /** Where aggregates go; undefined: the clause may not hold any. */
  readonly aggregates: AggregateCollector | undefined;
  /** Where calls with OVER go; undefined: the clause may not hold any. */
  readonly windows?: WindowCollector | undefined;
  /** Names of select items, usable where no column has the name; undefined: not here. */
  readonly aliases: AliasTable | undefined;
  readonly withQueries: WithScope | undefined;
  /** The place in the enclosing query where this query stands. */
  readonly parent: ExpressionContext | undefined;
  readonly bind: Binders;
}

/** The recursion of the binder, passed along so that its files need not import each other in circles. */
export interface Binders {
  expression(node: Syntax, context: ExpressionContext): Expression;
  query(query: Query, place: QueryPlace): BoundQuery;
}

/** Where a query stands. */
export interface QueryPlace {
  readonly state: BindState;
  readonly bind: Binders;
  /** Scope of the enclosing query, for correlated references. */
  readonly outer: Scope | undefined;
  readonly parent: ExpressionContext | undefined;
  readonly withQueries: WithScope | undefined;
  /** Leave literals and parameters of unknown type open: the caller gives them types (INSERT … SELECT, UNION). */
  readonly keepUnknown: boolean;
}

export interface BoundQuery {
  readonly plan: LogicalPlan;
  /** Named as the result shows them; the same id may stand twice. */
  readonly columns: readonly LogicalColumn[];
}

/** Select items by alias. An alias is out of reach while its own expression is bound. */
export type AliasTable = ReadonlyMap<string, Syntax>;

/** WITH queries in reach, nearest first. */
export interface WithScope {
  readonly name: string;
  readonly table: CommonTable;
  /** Index into the statement's CTEs; negative while the query is being bound. */
  readonly cte: number;
  readonly columns: readonly LogicalColumn[];
  /** Of a query that is being bound and may read itself: its working table; undefined while it may not. */
  readonly working?: number | undefined;
  readonly next: WithScope | undefined;
}

export function findWithQuery(scope: WithScope | undefined, name: string): WithScope | undefined {
  for (let entry = scope; entry !== undefined; entry = entry.next)
    if (entry.name === name) return entry;
  return undefined;
}
