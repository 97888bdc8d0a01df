/** Function calls: conditionals, vector scores, aggregates, windows, and scalar functions by overload. */
import type { AggregateCall, Expression } from '@alopex-db/core/exec';
import { TEXT, typeName } from '@alopex-db/core/types';
import type { FunctionCall } from '../ast/expression.ts';
import { errorAt } from '../errors.ts';
import type { AggregateDef, ScalarDef } from '../functions/function-def.ts';
import { columnIds } from '../plan/walk-plan.ts';
import { aggregateCall } from './aggregate-call.ts';
import { bindOperand } from './bind-comparison.ts';
import { bindConditional, isConditional } from './bind-conditional.ts';
import { unsupported } from './bind-error.ts';
import { bindScalar } from './bind-scalar.ts';
import { bindStructPack } from './bind-struct.ts';
import { bindVectorScore, isVectorScore } from './bind-vector-score.ts';
import { bindWindowCall } from './bind-window.ts';
import { ambiguousFunction, calledName, functionNotFound, unknownFunction } from './call-errors.ts';
import { requireBoolean } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { withoutPrecision } from './type-rules.ts';

export function bindCall(node: FunctionCall, context: ExpressionContext): Expression {
  const name = calledName(node);
  if (node.over !== undefined) return bindWindowCall(name, node, node.over, context);
  if (node.variadic) throw unsupported('VARIADIC', node.span);
  if (name === 'struct_pack') return plain(node, () => bindStructPack(node, context));
  const named = node.args.find((argument) => argument.kind === 'named-argument');
  if (named !== undefined) throw unsupported('a named argument', named.span);
  if (name === 'grouping') return plain(node, () => bindGrouping(node, context));
  if (isConditional(name)) return plain(node, () => bindConditional(name, node, context));
  if (isVectorScore(name)) return plain(node, () => bindVectorScore(name, node, context));
  if (name === 'typeof' || name === 'pg_typeof')
    return plain(node, () => bindTypeOf(node, context));
  const { functions } = context.state.context;
  const entry = functions.find(name);
  if (entry === undefined) throw functionNotFound(name, node, functions.names());
  if (entry.kind === 'window') throw missingOver(name, node);
  return entry.kind === 'aggregate'
    ? bindAggregate(entry, node, context)
    : plain(node, () => bindFunction(entry, node, context));
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
    value: typeName(withoutPrecision(bindOperand(argument, context).expression.type)),
  };
}

/** GROUPING reads no values, only which keys a group has: its arguments are told by what they are. */
function bindGrouping(node: FunctionCall, context: ExpressionContext): Expression {
  if (context.aggregates === undefined) {
    throw errorAt(
      'ALX_AGGREGATE_IN_WHERE',
      `grouping operations are not allowed in ${context.clause}`,
      node.span,
    );
  }
  if (node.args.length === 0 || node.args.length > 31) {
    const message = 'GROUPING must have between 1 and 31 arguments';
    throw errorAt('ALX_TYPE_MISMATCH', message, node.span);
  }
  const inner = { ...context, aggregates: undefined, windows: undefined, clause: 'GROUPING' };
  const args = node.args.map((argument) => bindOperand(argument, inner).expression);
  return context.aggregates.addGrouping(args, node.span);
}

function bindAggregate(
  entry: AggregateDef,
  node: FunctionCall,
  context: ExpressionContext,
): Expression {
  if (node.withinGroup.length > 0) throw unsupported('WITHIN GROUP', node.span);
  // Arguments may hold no aggregates of their own; a subquery's place keeps the enclosing query's.
  const inner: ExpressionContext = {
    ...context,
    aggregates: undefined,
    windows: undefined,
    clause: 'aggregate',
  };
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

function missingOver(name: string, node: FunctionCall): Error {
  return errorAt('ALX_WINDOW_CALL', `window function ${name} requires an OVER clause`, node.span);
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
