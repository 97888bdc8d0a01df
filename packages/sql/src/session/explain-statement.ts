import { AlopexError } from '@alopex-db/core/base';
import type { Batch } from '@alopex-db/core/types';
import type { NodeFigures } from '../exec/node-figures.ts';
import type { CompiledExplain } from '../plan/compiled-statement.ts';
import { textColumn } from './control-result.ts';
import type { Column, ExplainResult, Params } from './session.ts';
import type { StatementHost } from './statement-host.ts';

export function explainColumns(): readonly Column[] {
  return [textColumn('QUERY PLAN')];
}

export function explainBatch(_explain: CompiledExplain, _figures: NodeFigures | undefined): Batch {
  throw new AlopexError('ALX_UNSUPPORTED', 'EXPLAIN is not there yet');
}

export async function explainQuery(
  _host: StatementHost,
  _sql: string,
  _params: Params | undefined,
  _analyze: boolean,
): Promise<ExplainResult> {
  throw new AlopexError('ALX_UNSUPPORTED', 'EXPLAIN is not there yet');
}
