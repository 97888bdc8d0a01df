/** EXPLAIN: the plan of a statement as rows of text or JSON, with ANALYZE beside what its nodes did. */
import { AlopexError } from '@alopex-db/core/base';
import { TEXT, columnFromScalars, type Batch } from '@alopex-db/core/types';
import { Interrupt } from '../exec/interrupt.ts';
import type { NodeFigures } from '../exec/node-figures.ts';
import type { CompiledExplain } from '../plan/compiled-statement.ts';
import { explainJson, explainText } from '../plan/explain.ts';
import { textColumn } from './control-result.ts';
import { runToEnd } from './driver.ts';
import type { Column, ExplainResult, Params } from './session.ts';
import { isReadOnly, Statement } from './statement.ts';
import type { StatementHost } from './statement-host.ts';
import { runCompiled } from './statement-run.ts';

const EXPLAIN_COLUMNS: readonly Column[] = Object.freeze([textColumn('QUERY PLAN')]);

export function explainColumns(): readonly Column[] {
  return EXPLAIN_COLUMNS;
}

/** One row a line; JSON in one row. */
export function explainBatch(explain: CompiledExplain, figures: NodeFigures | undefined): Batch {
  const lines =
    explain.format === 'json'
      ? [JSON.stringify(explainJson(explain.target.plan, figures?.byNode), undefined, 2)]
      : textLines(explain, figures);
  return { rowCount: lines.length, columns: [columnFromScalars(TEXT, lines)] };
}

function textLines(explain: CompiledExplain, figures: NodeFigures | undefined): string[] {
  const { verbose, target } = explain;
  const lines = explainText(target.plan, { measures: figures?.byNode, verbose }).split('\n');
  if (figures !== undefined) lines.push(`Execution Time: ${figures.elapsedMs.toFixed(3)} ms`);
  return lines;
}

/** `session.explain`: text and JSON of one plan. With `analyze` the statement runs, and what it writes is kept. */
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
