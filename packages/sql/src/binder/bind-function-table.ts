/** Functions in FROM: generate_series. */
import {
  INT32,
  INT64,
  INTERVAL,
  TIMESTAMP,
  TIMESTAMPTZ,
  type DataType,
} from '@alopex-db/core/types';
import type { FunctionCall } from '../ast/expression.ts';
import type { FunctionTable } from '../ast/query.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { unsupported } from './bind-error.ts';
import { calledName, unknownFunction } from './call-errors.ts';
import { coerceImplicitly } from './coerce.ts';
import type { QueryPlace } from './expression-context.ts';
import type { FromSource } from './from-source.ts';
import { bindArguments, bindFunctionScan } from './bind-function-scan.ts';
import { tableScopeColumns } from './scope.ts';

export function bindFunctionTable(item: FunctionTable, place: QueryPlace): FromSource {
  const [first, second] = item.calls;
  if (item.definitions.length > 0) throw unsupported('a column definition list', item.span);
  const single = first !== undefined && second === undefined && !item.withOrdinality;
  if (single && calledName(first) === 'generate_series') return bindSeries(item, first, place);
  return bindFunctionScan(item, place);
}

function bindSeries(item: FunctionTable, call: FunctionCall, place: QueryPlace): FromSource {
  const { state } = place;
  const args = bindArguments(call, place);
  const type = seriesType(args.slice(0, 2).map(({ expression }) => expression.type));
  const overMoments = type.kind === 'timestamp' || type.kind === 'timestamptz';
  const converted = args.map(({ expression, span }, index) =>
    coerceImplicitly(state, expression, overMoments && index === 2 ? INTERVAL : type, span),
  );
  const known = converted.filter((argument) => argument !== undefined);
  if (
    known.length < args.length ||
    args.length < 2 ||
    args.length > 3 ||
    (overMoments && args.length < 3)
  )
    throw unknownFunction('generate_series', call, args);
  // As in PostgreSQL, the alias of a function that answers one column names the column too.
  const alias = item.alias?.name.name ?? 'generate_series';
  const column = state.newColumn({ name: alias, type, nullable: false, qualifier: alias });
  const plan: LogicalPlan = { kind: 'series', args: known, columns: [column] };
  return { plan, columns: tableScopeColumns(alias, [column]), tables: [] };
}

/** Moments, else integers. Dates count as local times. */
function seriesType(ends: readonly DataType[]): DataType {
  const has = (kind: DataType['kind']): boolean => ends.some((type) => type.kind === kind);
  if (has('timestamptz')) return TIMESTAMPTZ;
  if (has('timestamp') || has('date')) return TIMESTAMP;
  return has('int64') ? INT64 : INT32;
}
