/**
 * WITH queries that are read once become derived tables, so conditions reach into them. Those read several times run once and
 * are shared, unless they depend on an enclosing query: then every reading gets a copy with column ids of its own.
 */
import type { Expression } from '@alopex-db/core/exec';
import {
  outputColumns,
  type LogicalColumn,
  type LogicalCte,
  type LogicalCteScan,
  type LogicalPlan,
  type LogicalStatement,
} from '../plan/logical.ts';
import {
  mapDeep,
  mapNodeExpressions,
  mapPlan,
  freeColumns,
  subqueryPlan,
} from '../plan/walk-plan.ts';
import { renewIds } from '../plan/renew-ids.ts';

export function inlineCtes(
  statement: LogicalStatement,
  nextColumnId: () => number,
): LogicalStatement {
  if (statement.ctes.length === 0) return statement;
  const inliner = new Inliner(statement, nextColumnId);
  return inliner.run();
}

class Inliner {
  readonly #statement: LogicalStatement;
  readonly #nextColumnId: () => number;
  readonly #uses: number[];
  readonly #ctes: LogicalCte[] = [];

  constructor(statement: LogicalStatement, nextColumnId: () => number) {
    this.#statement = statement;
    this.#nextColumnId = nextColumnId;
    this.#uses = statement.ctes.map(() => 0);
  }

  run(): LogicalStatement {
    const { ctes, plan } = this.#statement;
    for (const one of [...ctes.map((cte) => cte.plan), plan]) this.#count(one);
    // A CTE reads only those before it, so each is finished before anybody needs it.
    for (const cte of ctes) this.#ctes.push({ ...cte, plan: this.#inline(cte.plan) });
    return { plan: this.#inline(plan), ctes: this.#ctes };
  }

  #count(plan: LogicalPlan): void {
    visitScans(plan, (scan) => {
      this.#uses[scan.cte] = (this.#uses[scan.cte] ?? 0) + 1;
      return scan;
    });
  }

  #inline(plan: LogicalPlan): LogicalPlan {
    return visitScans(plan, (scan) => {
      const cte = this.#ctes[scan.cte]!;
      const correlated = freeColumns(cte.plan).size > 0;
      const once = this.#uses[scan.cte] === 1;
      if (correlated || cte.materialized === false)
        return renamed(scan, once ? cte.plan : renewIds(cte.plan, this.#nextColumnId));
      return once && cte.materialized !== true ? renamed(scan, cte.plan) : scan;
    });
  }
}

/** The plan under the ids by which the reading knows its columns. */
function renamed(scan: LogicalCteScan, plan: LogicalPlan): LogicalPlan {
  const made: readonly LogicalColumn[] = outputColumns(plan);
  const items = scan.columns.map((column, index) => ({
    column,
    expression: { kind: 'column', type: column.type, index: made[index]!.id } satisfies Expression,
  }));
  return { kind: 'project', input: plan, items };
}

function visitScans(plan: LogicalPlan, visit: (scan: LogicalCteScan) => LogicalPlan): LogicalPlan {
  return mapPlan(plan, (node) => {
    if (node.kind === 'cte-scan') return visit(node);
    return mapNodeExpressions(node, (expression) =>
      mapDeep(expression, (part) => {
        if (part.kind !== 'subquery') return part;
        const before = subqueryPlan(part);
        const after = visitScans(before, visit);
        return after === before ? part : { ...part, plan: after };
      }),
    );
  });
}
