/**
 * FOR UPDATE and its kin: the rows of the tables in FROM are locked once they are known, behind the sort and before LIMIT, so that
 * no row is locked that is not shown. The scans deliver the keys of their rows, which go up beside the columns.
 */
import { BYTEA } from '@alopex-db/core/types';
import type { LockingClause, Query } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import {
  type LogicalColumn,
  type LogicalGet,
  type LogicalPlan,
  type LogicalRowLock,
} from '../plan/logical.ts';
import { columnExpression } from './bind-column.ts';
import { unsupported } from './bind-error.ts';
import type { BindState } from './bind-state.ts';
import type { BoundQuery } from './expression-context.ts';

/** The strongest mode first: where several clauses name a table, as PostgreSQL has it, the strongest counts. */
const STRENGTHS = ['update', 'no key update', 'share', 'key share'] as const;

export function bindLocking(query: Query, bound: BoundQuery, state: BindState): BoundQuery {
  const clauses = query.locking;
  if (clauses.length === 0) return bound;
  if (query.body.kind !== 'select') throw notAllowed(clauses[0]!, 'UNION/INTERSECT/EXCEPT');
  const locker = new Locker(clauses, state);
  const input = locker.addKeys(bound.plan);
  locker.checkNames();
  if (locker.locks.length === 0) return bound;
  return { ...bound, plan: { kind: 'lock-rows', input, locks: locker.locks } };
}

class Locker {
  readonly locks: LogicalRowLock[] = [];
  readonly #clauses: readonly LockingClause[];
  readonly #state: BindState;
  readonly #aliases = new Set<string>();

  constructor(clauses: readonly LockingClause[], state: BindState) {
    this.#clauses = clauses;
    this.#state = state;
  }

  /** The same plan with the keys of the rows to be locked among its columns. */
  addKeys(plan: LogicalPlan): LogicalPlan {
    const clause = this.#clauses[0]!;
    switch (plan.kind) {
      case 'sort':
      case 'filter':
        return { ...plan, input: this.addKeys(plan.input) };
      case 'project': {
        const input = this.#addKeysToFrom(plan.input);
        const keys = this.locks.map(({ column }) => ({
          column,
          expression: columnExpression(column),
        }));
        return { ...plan, input, items: [...plan.items, ...keys] };
      }
      case 'distinct':
        throw notAllowed(clause, 'DISTINCT clause');
      case 'aggregate':
        throw notAllowed(clause, 'GROUP BY clause or aggregate functions');
      case 'window':
        throw notAllowed(clause, 'window functions');
      default:
        throw notAllowed(clause, 'this query');
    }
  }

  /** Each OF names a table of FROM. */
  checkNames(): void {
    for (const { tables } of this.#clauses) {
      for (const name of tables) {
        const table = name.parts.at(-1)!;
        if (this.#aliases.has(table.name)) continue;
        throw errorAt(
          'ALX_TABLE_NOT_FOUND',
          `relation "${table.name}" in a locking clause is not in the FROM clause`,
          table.span,
        );
      }
    }
  }

  #addKeysToFrom(plan: LogicalPlan): LogicalPlan {
    const clause = this.#clauses[0]!;
    switch (plan.kind) {
      case 'get':
        return this.#addKey(plan);
      case 'filter':
        return { ...plan, input: this.#addKeysToFrom(plan.input) };
      case 'join': {
        const before = this.locks.length;
        const left = this.#addKeysToFrom(plan.left);
        const between = this.locks.length;
        const right = this.#addKeysToFrom(plan.right);
        const leftPadded = plan.join === 'right' || plan.join === 'full';
        const rightPadded = plan.join === 'left' || plan.join === 'full';
        if ((leftPadded && between > before) || (rightPadded && this.locks.length > between)) {
          throw errorAt(
            'ALX_UNSUPPORTED',
            'a locking clause cannot be applied to the nullable side of an outer join',
            clause.span,
          );
        }
        return { ...plan, left, right };
      }
      case 'aggregate':
      case 'window':
        throw notAllowed(clause, 'GROUP BY clause, aggregate or window functions');
      case 'values':
      case 'series':
      case 'function-scan':
      case 'cte-scan':
        return plan;
      default:
        // A view or a subquery in FROM: its rows are not those of one table.
        if (this.#clauses.every(({ tables }) => tables.length > 0)) return plan;
        throw unsupported(
          'locking the rows of a subquery or view',
          clause.span,
          'Use OF to name tables.',
        );
    }
  }

  #addKey(get: LogicalGet): LogicalPlan {
    this.#aliases.add(get.alias);
    const clauses = this.#clauses.filter(
      ({ tables }) =>
        tables.length === 0 || tables.some(({ parts }) => parts.at(-1)!.name === get.alias),
    );
    if (clauses.length === 0) return get;
    const mode = STRENGTHS.find((strength) => clauses.some((one) => one.strength === strength))!;
    const waits = clauses.map(({ wait }) => wait);
    const column = this.#newKey(get);
    this.locks.push({
      table: get.table,
      column,
      key: columnExpression(column),
      mode,
      wait: waits.includes('nowait') ? 'never' : waits.includes('skip locked') ? 'skip' : 'queue',
    });
    return { ...get, rowKey: column };
  }

  #newKey({ alias }: LogicalGet): LogicalColumn {
    return this.#state.newColumn({
      name: 'row key',
      type: BYTEA,
      nullable: false,
      qualifier: alias,
    });
  }
}

function notAllowed(clause: LockingClause, what: string): Error {
  const name = `FOR ${clause.strength.toUpperCase()}`;
  return errorAt('ALX_UNSUPPORTED', `${name} is not allowed with ${what}`, clause.span);
}
