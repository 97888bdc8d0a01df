/** Runs the rules over a statement: in order, each once, on the main plan and on every WITH query. */
import type { LogicalPlan, LogicalStatement } from '../plan/logical.ts';
import { someNode } from '../plan/walk-expression.ts';
import {
  inputs,
  mapDeep,
  mapNodeExpressions,
  mapPlan,
  nodeExpressions,
  subqueryPlan,
} from '../plan/walk-plan.ts';
import { Estimator } from './estimate.ts';
import { inlineCtes } from './inline-ctes.ts';
import type { Rule, RuleContext } from './rule.ts';
import { RULES } from './rules/all-rules.ts';
import type { Statistics } from './statistics.ts';

export interface OptimizeOptions {
  readonly statistics: Statistics;
  readonly disabledRules?: ReadonlySet<string> | undefined;
  readonly nextColumnId: () => number;
}

export function optimize(statement: LogicalStatement, options: OptimizeOptions): LogicalStatement {
  const context: RuleContext = {
    estimator: new Estimator(options.statistics),
    nextColumnId: options.nextColumnId,
  };
  const active = RULES.filter((rule) => options.disabledRules?.has(rule.name) !== true);
  const rewrite = (plan: LogicalPlan): LogicalPlan => {
    const nested = hasSubquery(plan);
    return active.reduce(
      (done, rule) => (nested ? withSubqueries(rule, done, context) : rule.apply(done, context)),
      plan,
    );
  };
  const inlines = options.disabledRules?.has('inline-ctes') !== true;
  const { plan, ctes } = inlines ? inlineCtes(statement, options.nextColumnId) : statement;
  return { plan: rewrite(plan), ctes: ctes.map((cte) => ({ ...cte, plan: rewrite(cte.plan) })) };
}

function hasSubquery(plan: LogicalPlan): boolean {
  const own = nodeExpressions(plan).some((expression) =>
    someNode(expression, (node) => node.kind === 'subquery'),
  );
  return own || inputs(plan).some(hasSubquery);
}

/** A rule applies to the plans inside subqueries first, then to the plan around them. */
function withSubqueries(rule: Rule, plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const inner = mapPlan(plan, (node) =>
    mapNodeExpressions(node, (expression) =>
      mapDeep(expression, (part) => {
        if (part.kind !== 'subquery') return part;
        const before = subqueryPlan(part);
        const after = rule.apply(before, context);
        return after === before ? part : { ...part, plan: after };
      }),
    ),
  );
  return rule.apply(inner, context);
}
