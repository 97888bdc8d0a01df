/** `session.explain`: a statement compiled, perhaps run, and described. */
import { AlopexError } from '@alopex-db/core/base';
import { Interrupt } from '../exec/interrupt.ts';
import { explainJson, explainText } from '../plan/explain.ts';
import { runToEnd } from './driver.ts';
import type { ExplainResult, Params } from './session.ts';
import { isReadOnly, Statement } from './statement.ts';
import type { StatementHost } from './statement-host.ts';
import { runCompiled } from './statement-run.ts';

/** Text and JSON of one plan. With `analyze` the statement runs, and what it writes is kept. */
export async function explainQuery(
  host: StatementHost,
  sql: string,
  params: Params | undefined,
  analyze: boolean,
): Promise<ExplainResult> {
  host.check();
  const { engine, settings } = host;
  await engine.ready();
  const statement = new Statement(engine, sql);
  const readOnly = !analyze || isReadOnly(statement.parsed.statement, 'running');
  return host.within({ readOnly }, async (block) => {
    const call = statement.compile(block, settings, analyze ? params : undefined, analyze);
    const { compiled } = call.entry;
    if (compiled.kind !== 'query') {
      throw new AlopexError('ALX_UNSUPPORTED', 'only queries and writers have a plan to explain');
    }
    const { plan } = compiled;
    if (!analyze) return { text: explainText(plan), json: explainJson(plan) };
    const interrupt = new Interrupt(engine.services.clock, { slices: true });
    const run = runCompiled(host, call, block, interrupt);
    const figures = run.measure();
    try {
      await runToEnd(engine, run, () => true);
    } finally {
      run.close();
    }
    const measures = figures.byNode;
    return { text: explainText(plan, { measures }), json: explainJson(plan, measures) };
  });
}
