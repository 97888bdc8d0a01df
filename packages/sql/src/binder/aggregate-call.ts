/** An aggregate with its overload chosen and its arguments converted, for GROUP BY and for OVER. */
import type { AggregateCall, Expression, SortKey } from '@alopex-db/core/exec';
import type { FunctionCall } from '../ast/expression.ts';
import type { OrderItem } from '../ast/window.ts';
import { errorAt } from '../errors.ts';
import { returnType, type AggregateDef } from '../functions/function-def.ts';
import type { Operand } from './bind-comparison.ts';
import { convertArguments } from './bind-scalar.ts';
import { ambiguousFunction, calledName, unknownFunction } from './call-errors.ts';
import { settleUnknown } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { resolveOverload, spread } from './resolve-overload.ts';

export function aggregateCall(
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
