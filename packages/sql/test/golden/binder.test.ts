import { describe } from 'vitest';
import { typeName } from '@alopex-db/core/types';
import { runGoldenScripts } from './golden-script.ts';
import { logicalText } from './logical-text.ts';
import { PlanHarness, answerOf } from './plan-harness.ts';

/** Definitions are run, anything else is bound: plan, WITH queries, parameter types. */
function open(): (sql: string) => string {
  const harness = new PlanHarness();
  return (sql) =>
    answerOf(() => {
      if (/^(create|drop)/i.test(sql)) {
        const compiled = harness.compile(sql);
        if (compiled.kind !== 'ddl') return compiled.kind;
        const { notices } = harness.run(compiled);
        return [compiled.command, ...notices.map((notice) => `notice: ${notice.message}`)].join(
          '\n',
        );
      }
      const bound = harness.bind(sql);
      const parts = bound.statement.ctes.map(
        (cte) => `with ${cte.name}:\n${logicalText(cte.plan)}`,
      );
      parts.push(logicalText(bound.statement.plan));
      if (bound.parameterTypes.length > 0)
        parts.push(`parameters: ${bound.parameterTypes.map(typeName).join(', ')}`);
      return parts.join('\n');
    });
}

describe('golden scripts of the binder', () => {
  runGoldenScripts(new URL('binder/', import.meta.url), open);
});
