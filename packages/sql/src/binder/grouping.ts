/**
 * GROUP BY: after grouping an expression may read the group keys, aggregates, and columns of enclosing queries; nothing else.
 * The columns of a table whose whole primary key is grouped are determined by it, so they join the keys.
 */
import type { Expression } from '@alopex-db/core/exec';
import { errorAt } from '../errors.ts';
import type { LogicalColumn, LogicalGet, ProjectItem } from '../plan/logical.ts';
import { equalExpressions, mapOperands } from '../plan/walk-expression.ts';
import { mapPlanExpressions, subqueryPlan } from '../plan/walk-plan.ts';
import type { Span } from '../ast/span.ts';
import type { BindState } from './bind-state.ts';
import { columnExpression } from './bind-column.ts';
import type { Scope } from './scope.ts';

export class Grouping {
  readonly #state: BindState;
  readonly #scope: Scope;
  readonly #tables: readonly LogicalGet[];
  readonly #groups: ProjectItem[] = [];
  readonly #inSets: boolean;

  constructor(
    state: BindState,
    scope: Scope,
    tables: readonly LogicalGet[],
    /** Keys may be missing in some groups: they are columns of their own, and determine nothing. */
    inSets: boolean,
  ) {
    this.#inSets = inSets;
    this.#state = state;
    this.#scope = scope;
    this.#tables = tables;
  }

  get groups(): readonly ProjectItem[] {
    return this.#groups;
  }

  /** Adds a key and answers its number. A plain column keeps its id, so whatever names it goes on doing so. */
  add(expression: Expression, nullable: boolean): number {
    const same = this.#groups.findIndex((group) => equalExpressions(group.expression, expression));
    if (same >= 0) return same;
    const known = expression.kind === 'column' ? this.#column(expression.index) : undefined;
    const name = known?.name ?? 'group';
    const column =
      known === undefined || this.#inSets
        ? this.#state.newColumn({ name, type: expression.type, nullable })
        : known;
    return this.#groups.push({ column, expression }) - 1;
  }

  /** Rewrites an expression over the input to one over the groups. */
  regroup(expression: Expression, span: Span): Expression {
    return this.#rewrite(expression, span, false);
  }

  #rewrite(expression: Expression, span: Span, inSubquery: boolean): Expression {
    const group = this.#groups.find((one) => equalExpressions(one.expression, expression));
    if (group !== undefined) {
      const keepsId = expression.kind === 'column' && expression.index === group.column.id;
      return keepsId ? expression : columnExpression(group.column);
    }
    if (expression.kind === 'column') {
      if (this.#scope.owns(expression.index)) this.#admit(expression, span, inSubquery);
      return expression;
    }
    const rewritten = mapOperands(expression, (operand) =>
      this.#rewrite(operand, span, inSubquery),
    );
    if (rewritten.kind !== 'subquery') return rewritten;
    const plan = mapPlanExpressions(subqueryPlan(rewritten), (part) =>
      this.#rewrite(part, span, true),
    );
    return { ...rewritten, plan };
  }

  /** A column that is no key: determined by one, or an error. */
  #admit(
    expression: Expression & { readonly kind: 'column' },
    span: Span,
    inSubquery: boolean,
  ): void {
    const column = this.#column(expression.index)!;
    if (this.#isDetermined(column)) {
      this.#groups.push({ column, expression: columnExpression(column) });
      return;
    }
    const name =
      column.qualifier === undefined ? column.name : `${column.qualifier}.${column.name}`;
    throw errorAt(
      'ALX_NOT_IN_GROUP_BY',
      inSubquery
        ? `subquery uses ungrouped column "${name}" from outer query`
        : `column "${name}" must appear in the GROUP BY clause or be used in an aggregate function`,
      this.#state.spanOf(expression) ?? span,
    );
  }

  #isDetermined(column: LogicalColumn): boolean {
    if (this.#inSets) return false;
    const table = this.#tables.find((get) => get.columns.some((one) => one.id === column.id));
    const key = table?.table.primaryKey;
    if (table === undefined || key === undefined) return false;
    return key.columns.every((ordinal) => {
      const id = table.columns[ordinal]!.id;
      return this.#groups.some(
        (group) => group.expression.kind === 'column' && group.expression.index === id,
      );
    });
  }

  #column(id: number): LogicalColumn | undefined {
    return this.#scope.columns.find((entry) => entry.column.id === id)?.column;
  }
}
