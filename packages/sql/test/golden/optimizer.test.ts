import { describe } from 'vitest';
import { explainText } from '../../src/plan/explain.ts';
import { runGoldenScripts } from './golden-script.ts';
import { PlanHarness, answerOf } from './plan-harness.ts';

/** Plans without figures, so that a script tells shapes and not estimates. */
function open(): (sql: string) => string {
  const harness = new PlanHarness();
  return (sql) =>
    answerOf(() => {
      if (/^create/i.test(sql)) {
        harness.define(sql);
        return '';
      }
      const compiled = harness.compile(sql);
      if (compiled.kind !== 'query') return compiled.kind;
      return explainText(compiled.plan, { verbose: true }).replaceAll(
        / {2}\(rows=\S+ cost=\S+\)/g,
        '',
      );
    });
}

describe('golden scripts of the optimizer', () => {
  runGoldenScripts(new URL('optimizer/', import.meta.url), open);
});
