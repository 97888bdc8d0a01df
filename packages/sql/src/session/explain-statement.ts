/** EXPLAIN: the plan of a statement as rows of text or JSON, with ANALYZE beside what its nodes did. */
import { TEXT, columnFromScalars, type Batch } from '@alopex-db/core/types';
import type { NodeFigures } from '../exec/node-figures.ts';
import type { CompiledExplain } from '../plan/compiled-statement.ts';
import { explainJson, explainText } from '../plan/explain.ts';
import { textColumn } from './control-result.ts';
import type { Column } from './session.ts';

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
