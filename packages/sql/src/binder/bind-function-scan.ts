/** Functions in FROM that answer rows: one or, with ROWS FROM, several side by side, WITH ORDINALITY or without. */
import { INT64, type DataType } from '@alopex-db/core/types';
import type { FunctionCall } from '../ast/expression.ts';
import type { FunctionTable } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import { returnType } from '../functions/function-def.ts';
import { findTableFunction } from '../functions/table-functions.ts';
import type { LogicalColumn, LogicalPlan, TableCall } from '../plan/logical.ts';
import { bindOperand, type Operand } from './bind-comparison.ts';
import { unsupported } from './bind-error.ts';
import { convertArguments } from './bind-scalar.ts';
import { ambiguousFunction, calledName, unknownFunction } from './call-errors.ts';
import type { QueryPlace } from './expression-context.ts';
import type { FromSource } from './from-source.ts';
import { resolveOverload, spread } from './resolve-overload.ts';
import { Scope, tableScopeColumns } from './scope.ts';

interface NamedType {
  readonly name: string;
  readonly type: DataType;
}

interface BoundTableCall {
  readonly call: TableCall;
  readonly columns: readonly NamedType[];
  /** The one column has no name of its own, so that an alias of the table names it. */
  readonly isUnnamed: boolean;
}

export function bindFunctionScan(item: FunctionTable, place: QueryPlace): FromSource {
  const bound = item.calls.flatMap((call) => bindTableCalls(call, place));
  const [only, second] = bound;
  const alias = item.alias?.name.name ?? calledName(item.calls[0]!);
  const names = bound.flatMap(({ columns }) => columns);
  const isScalar = only?.isUnnamed === true && second === undefined;
  const columns: LogicalColumn[] = names.map(({ name, type }) =>
    place.state.newColumn({
      name: isScalar ? alias : name,
      type,
      nullable: true,
      qualifier: alias,
    }),
  );
  const { withOrdinality } = item;
  if (withOrdinality) {
    const number = { name: 'ordinality', type: INT64, nullable: false, qualifier: alias };
    columns.push(place.state.newColumn(number));
  }
  const calls = bound.map(({ call }) => call);
  const plan: LogicalPlan = { kind: 'function-scan', calls, withOrdinality, columns };
  return { plan, columns: tableScopeColumns(alias, columns), tables: [] };
}

/** `unnest(a, b)` is `ROWS FROM (unnest(a), unnest(b))`. */
function bindTableCalls(call: FunctionCall, place: QueryPlace): readonly BoundTableCall[] {
  const args = bindArguments(call, place);
  const name = calledName(call);
  if (name === 'unnest' && args.length > 1)
    return args.map((argument) => bindTableCall(call, [argument], place));
  return [bindTableCall(call, args, place)];
}

function bindTableCall(
  call: FunctionCall,
  args: readonly Operand[],
  place: QueryPlace,
): BoundTableCall {
  const name = calledName(call);
  const entry = findTableFunction(name);
  if (entry === undefined) {
    if (place.state.context.functions.find(name) !== undefined)
      throw unsupported(`${name} in FROM`, call.span);
    throw unknownFunction(name, call, args);
  }
  const resolved = resolveOverload(
    entry.overloads,
    args.map((argument) => argument.expression.type),
    { operator: false },
  );
  if (resolved.kind === 'none') throw unknownFunction(name, call, args);
  if (resolved.kind === 'ambiguous') throw ambiguousFunction(call, args);
  const { overload } = resolved;
  const converted = convertArguments(place.state, spread(overload, args.length)!.args, args);
  const type = returnType(
    overload,
    converted.map((argument) => argument.type),
  );
  // A struct that an array holds is one value; only functions that are made to answer several columns answer them.
  const isTable = type.kind === 'struct' && converted[0]?.type.kind !== 'array';
  const columns = isTable ? type.fields : [{ name: entry.column ?? name, type }];
  return {
    call: {
      function: overload.implementation,
      args: converted,
      columns: columns.map((column) => column.type),
    },
    columns,
    isUnnamed: !isTable && entry.column === undefined,
  };
}

/** Arguments read what stands to the left in FROM, and enclosing queries. */
export function bindArguments(call: FunctionCall, place: QueryPlace): readonly Operand[] {
  const misplaced = call.distinct || call.over !== undefined || call.filter !== undefined;
  if (misplaced || call.star || call.orderBy.length > 0) {
    throw errorAt(
      'ALX_UNEXPECTED_TOKEN',
      `${calledName(call)} in FROM takes arguments only`,
      call.span,
    );
  }
  return call.args.map((argument) =>
    bindOperand(argument, {
      state: place.state,
      scope: new Scope([], place.outer),
      clause: 'functions in FROM',
      aggregates: undefined,
      aliases: undefined,
      withQueries: place.withQueries,
      parent: place.parent,
      bind: place.bind,
    }),
  );
}
