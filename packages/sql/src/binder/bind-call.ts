/** Function calls: conditionals, vector scores, aggregates, and scalar functions by overload. */
import type { AggregateCall, Expression, SortKey } from '@alopex-db/core/exec';
import { TEXT, typeName, type DataType } from '@alopex-db/core/types';
import type { FunctionCall } from '../ast/expression.ts';
import type { OrderItem } from '../ast/window.ts';
import { didYouMean, errorAt } from '../errors.ts';
import { returnType, type AggregateDef, type ScalarDef } from '../functions/function-def.ts';
import { columnIds } from '../plan/walk-plan.ts';
import { bindConditional, conditionalNames, isConditional } from './bind-conditional.ts';
import { unsupported } from './bind-error.ts';
import { bindOperand, type Operand } from './bind-comparison.ts';
import { bindScalar, convertArguments } from './bind-scalar.ts';
import { bindVectorScore, isVectorScore, vectorScoreNames } from './bind-vector-score.ts';
import { requireBoolean, settleUnknown } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { resolveOverload, spread } from './resolve-overload.ts';
import { isUnknown } from './type-rules.ts';

export function bindCall(node: FunctionCall, context: ExpressionContext): Expression {
  const name = calledName(node);
  if (node.over !== undefined) throw unsupported('a window function (OVER)', node.span);
  if (node.variadic) throw unsupported('VARIADIC', node.span);
  const named = node.args.find((argument) => argument.kind === 'named-argument');
  if (named !== undefined) throw unsupported('a named argument', named.span);
  if (isConditional(name)) return plain(node, () => bindConditional(name, node, context));
  if (isVectorScore(name)) return plain(node, () => bindVectorScore(name, node, context));
  if (name === 'typeof' || name === 'pg_typeof')
    return plain(node, () => bindTypeOf(node, context));
  const { functions } = context.state.context;
  const entry = functions.find(name);
  if (entry === undefined) throw functionNotFound(name, node, functions.names());
  return entry.kind === 'aggregate'
    ? bindAggregate(entry, node, context)
    : plain(node, () => bindFunction(entry, node, context));
}

/** `pg_catalog.lower(x)` is `lower(x)`; there are no other schemas with functions. */
function calledName(node: FunctionCall): string {
  const parts = node.name.parts;
  const name = parts.at(-1)!.name;
  const schema = parts.at(-2)?.name;
  if (schema !== undefined && schema !== 'pg_catalog') {
    throw errorAt('ALX_SCHEMA_NOT_FOUND', `schema "${schema}" does not exist`, node.name.span);
  }
  return name;
}

/** Refuses what only aggregates take. */
function plain(node: FunctionCall, bind: () => Expression): Expression {
  const name = node.name.parts.at(-1)!.name;
  const misplaced = node.distinct
    ? 'DISTINCT'
    : node.orderBy.length > 0
      ? 'ORDER BY'
      : node.filter !== undefined
        ? 'FILTER'
        : node.withinGroup.length > 0
          ? 'WITHIN GROUP'
          : undefined;
  if (misplaced === undefined && !node.star) return bind();
  throw errorAt(
    'ALX_TYPE_MISMATCH',
    node.star
      ? `${name}(*) specified, but ${name} is not an aggregate function`
      : `${misplaced} specified, but ${name} is not an aggregate function`,
    node.span,
  );
}

function bindFunction(
  entry: ScalarDef,
  node: FunctionCall,
  context: ExpressionContext,
): Expression {
  const args = node.args.map((argument) => bindOperand(argument, context));
  const bound = bindScalar(context.state, entry, args, { operator: false });
  if (bound === undefined) throw unknownFunction(calledName(node), node, args);
  if (bound === 'ambiguous') throw ambiguousFunction(node, args);
  return bound;
}

/** The type is known now, so the call is a constant. */
function bindTypeOf(node: FunctionCall, context: ExpressionContext): Expression {
  const argument = node.args[0];
  if (argument === undefined || node.args.length !== 1)
    throw unknownFunction(calledName(node), node, []);
  return {
    kind: 'constant',
    type: TEXT,
    value: typeName(bindOperand(argument, context).expression.type),
  };
}

function bindAggregate(
  entry: AggregateDef,
  node: FunctionCall,
  context: ExpressionContext,
): Expression {
  if (node.withinGroup.length > 0) throw unsupported('WITHIN GROUP', node.span);
  // Arguments may hold no aggregates of their own; a subquery's place keeps the enclosing query's.
  const inner: ExpressionContext = { ...context, aggregates: undefined, clause: 'aggregate' };
  const args = node.args.map((argument) => bindOperand(argument, inner));
  const filter =
    node.filter === undefined
      ? undefined
      : requireBoolean(
          context.state,
          inner.bind.expression(node.filter, { ...inner, clause: 'FILTER' }),
          'FILTER',
          node.filter.span,
        );
  const call = aggregateCall(entry, node, args, filter, inner);
  const home = homeOf(call, context);
  if (home.aggregates === undefined) throw misplacedAggregate(node, home);
  return home.aggregates.add(call, entry.neverNull !== true);
}

function aggregateCall(
  entry: AggregateDef,
  node: FunctionCall,
  args: readonly Operand[],
  filter: Expression | undefined,
  context: ExpressionContext,
): AggregateCall {
  const orderBy = node.orderBy.map((item) => bindAggregateOrder(item, context));
  if (node.star) {
    if (entry.star === undefined) {
      throw errorAt(
        'ALX_FUNCTION_NOT_FOUND',
        `${entry.name}(*) must be used to call a parameterless aggregate function`,
        node.span,
      );
    }
    const type = returnType(entry.star, []);
    return {
      function: entry.star.implementation,
      args: [],
      distinct: false,
      filter,
      orderBy,
      type,
    };
  }
  const resolved = resolveOverload(
    entry.overloads,
    args.map((argument) => argument.expression.type),
    { operator: false },
  );
  if (resolved.kind === 'none') throw unknownFunction(calledName(node), node, args);
  if (resolved.kind === 'ambiguous') throw ambiguousFunction(node, args);
  const converted = convertArguments(
    context.state,
    spread(resolved.overload, args.length)!.args,
    args,
  );
  return {
    function: resolved.overload.implementation,
    args: converted,
    distinct: node.distinct,
    filter,
    orderBy,
    type: returnType(
      resolved.overload,
      converted.map((argument) => argument.type),
    ),
  };
}

function bindAggregateOrder(item: OrderItem, context: ExpressionContext): SortKey {
  const expression = settleUnknown(
    context.state,
    context.bind.expression(item.expression, context),
    item.span,
  );
  const nullsFirst = item.nulls === undefined ? item.descending : item.nulls === 'first';
  return { expression, descending: item.descending, nullsFirst };
}

/**
 * The query an aggregate belongs to: the innermost one whose columns its arguments read; without columns, the one it is
 * written in. `SELECT (SELECT sum(t.a)) FROM t` sums in the outer query.
 */
function homeOf(call: AggregateCall, context: ExpressionContext): ExpressionContext {
  const ids = new Set<number>();
  for (const argument of call.args) columnIds(argument, ids);
  if (call.filter !== undefined) columnIds(call.filter, ids);
  if (ids.size === 0) return context;
  for (
    let place: ExpressionContext | undefined = context;
    place !== undefined;
    place = place.parent
  ) {
    for (const id of ids) if (place.scope.owns(id)) return place;
  }
  return context;
}

function misplacedAggregate(node: FunctionCall, place: ExpressionContext): Error {
  if (place.clause === 'aggregate') {
    return errorAt('ALX_NESTED_AGGREGATE', 'aggregate function calls cannot be nested', node.span);
  }
  return errorAt(
    'ALX_AGGREGATE_IN_WHERE',
    `aggregate functions are not allowed in ${place.clause}`,
    node.span,
    {
      hint: place.clause === 'WHERE' ? 'Use HAVING to filter groups.' : undefined,
    },
  );
}

function functionNotFound(name: string, node: FunctionCall, known: Iterable<string>): Error {
  const candidates = [...known, ...conditionalNames(), ...vectorScoreNames()];
  return errorAt('ALX_FUNCTION_NOT_FOUND', `function ${name} does not exist`, node.name.span, {
    hint: didYouMean(name, candidates),
  });
}

function unknownFunction(name: string, node: FunctionCall, args: readonly Operand[]): Error {
  const types = args.map((argument) => describeType(argument.expression.type)).join(', ');
  return errorAt(
    'ALX_FUNCTION_NOT_FOUND',
    `function ${name}(${types}) does not exist`,
    node.name.span,
    {
      hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
    },
  );
}

function ambiguousFunction(node: FunctionCall, args: readonly Operand[]): Error {
  const types = args.map((argument) => describeType(argument.expression.type)).join(', ');
  return errorAt(
    'ALX_AMBIGUOUS_FUNCTION',
    `function ${calledName(node)}(${types}) is not unique`,
    node.name.span,
    {
      hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
    },
  );
}

function describeType(type: DataType): string {
  return isUnknown(type) ? 'unknown' : typeName(type);
}
