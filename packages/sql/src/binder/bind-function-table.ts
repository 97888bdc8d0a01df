/** Functions in FROM: generate_series. */
import {
  INT32,
  INT64,
  INTERVAL,
  TIMESTAMP,
  TIMESTAMPTZ,
  type DataType,
} from '@alopex-db/core/types';
import type { FunctionTable } from '../ast/query.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { bindOperand } from './bind-comparison.ts';
import { unsupported } from './bind-error.ts';
import { calledName, unknownFunction } from './call-errors.ts';
import { coerceImplicitly } from './coerce.ts';
import type { QueryPlace } from './expression-context.ts';
import type { FromSource } from './from-source.ts';
import { Scope, tableScopeColumns } from './scope.ts';

export function bindFunctionTable(item: FunctionTable, place: QueryPlace): FromSource {
  const [call] = item.calls;
  if (call === undefined || item.calls.length > 1) throw unsupported('ROWS FROM', item.span);
  if (item.withOrdinality) throw unsupported('WITH ORDINALITY', item.span);
  if (item.definitions.length > 0) throw unsupported('a column definition list', item.span);
  const name = calledName(call);
  if (name !== 'generate_series') throw unsupported(`${name} in FROM`, item.span);
  const { state } = place;
  const args = call.args.map((argument) =>
    bindOperand(argument, {
      state,
      scope: new Scope([], place.outer),
      clause: 'functions in FROM',
      aggregates: undefined,
      aliases: undefined,
      withQueries: place.withQueries,
      parent: place.parent,
      bind: place.bind,
    }),
  );
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
    throw unknownFunction(name, call, args);
  // As in PostgreSQL, the alias of a function that answers one column names the column too.
  const alias = item.alias?.name.name ?? name;
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
