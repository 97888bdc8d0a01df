/** Calls with OVER: functions of windows, and aggregates over frames. */
import type { Expression, WindowCall, WindowFrame } from '@alopex-db/core/exec';
import type { FunctionCall } from '../ast/expression.ts';
import type { Window } from '../ast/window.ts';
import { errorAt } from '../errors.ts';
import { returnType, type AggregateDef, type WindowDef } from '../functions/function-def.ts';
import { aggregateCall } from './aggregate-call.ts';
import { bindOperand, type Operand } from './bind-comparison.ts';
import { unsupported } from './bind-error.ts';
import { convertArguments } from './bind-scalar.ts';
import { bindWindow } from './bind-window-definition.ts';
import { ambiguousFunction, functionNotFound, unknownFunction } from './call-errors.ts';
import { coerceImplicitly, requireBoolean } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { resolveOverload, spread } from './resolve-overload.ts';
import { commonType } from './type-rules.ts';

export function bindWindowCall(
  name: string,
  node: FunctionCall,
  over: Window,
  context: ExpressionContext,
): Expression {
  const { windows } = context;
  if (windows === undefined) throw misplacedWindow(node, context);
  const { functions } = context.state.context;
  const entry = functions.find(name);
  if (entry === undefined) throw functionNotFound(name, node, functions.names());
  if (entry.kind === 'scalar') {
    throw errorAt(
      'ALX_WINDOW_CALL',
      `OVER specified, but ${name} is not a window function nor an aggregate function`,
      node.span,
    );
  }
  refuseModifiers(node, entry.kind);
  const inner: ExpressionContext = { ...context, windows: undefined, clause: 'window' };
  const definition: ExpressionContext = { ...inner, clause: 'window definitions' };
  const { order, frame } = bindWindow(over, windows.named, definition);
  const args = node.args.map((argument) => bindOperand(argument, inner));
  const call =
    entry.kind === 'window'
      ? windowCall(name, entry, node, args, frame, inner)
      : overFrame(entry, node, args, frame, inner);
  return windows.add(order, call, entry.neverNull !== true, node.span);
}

function misplacedWindow(node: FunctionCall, { clause }: ExpressionContext): Error {
  if (clause === 'window')
    return errorAt('ALX_WINDOW', 'window function calls cannot be nested', node.span);
  if (clause === 'aggregate') {
    return errorAt(
      'ALX_NESTED_AGGREGATE',
      'aggregate function calls cannot contain window function calls',
      node.span,
    );
  }
  return errorAt('ALX_WINDOW', `window functions are not allowed in ${clause}`, node.span, {
    hint: clause === 'WHERE' || clause === 'HAVING' ? 'Use QUALIFY to filter by them.' : undefined,
  });
}

function refuseModifiers(node: FunctionCall, kind: 'window' | 'aggregate'): void {
  if (node.distinct) throw unsupported('DISTINCT in a window function', node.span);
  if (node.orderBy.length > 0)
    throw unsupported('ORDER BY in the arguments of a window function', node.span);
  if (node.withinGroup.length > 0) throw unsupported('WITHIN GROUP with OVER', node.span);
  if (node.nulls === 'ignore') throw unsupported('IGNORE NULLS', node.span);
  if (kind === 'window' && node.filter !== undefined)
    throw unsupported('FILTER on a window function that is no aggregate', node.span);
}

function windowCall(
  name: string,
  entry: WindowDef,
  node: FunctionCall,
  written: readonly Operand[],
  frame: WindowFrame,
  context: ExpressionContext,
): WindowCall {
  const args = withCommonDefault(name, written, context);
  const types = args.map((argument) => argument.expression.type);
  const resolved = resolveOverload(entry.overloads, types, { operator: false });
  if (resolved.kind === 'none') throw unknownFunction(name, node, args);
  if (resolved.kind === 'ambiguous') throw ambiguousFunction(node, args);
  const { overload } = resolved;
  const converted = convertArguments(context.state, spread(overload, args.length)!.args, args);
  const type = returnType(
    overload,
    converted.map((argument) => argument.type),
  );
  return { function: overload.implementation, args: converted, filter: undefined, frame, type };
}

/** The default of lag and lead meets the value in their common type. */
function withCommonDefault(
  name: string,
  args: readonly Operand[],
  { state }: ExpressionContext,
): readonly Operand[] {
  const [value, offset, fallback] = args;
  if (name !== 'lag' && name !== 'lead') return args;
  if (value === undefined || offset === undefined || fallback === undefined) return args;
  const type = commonType(value.expression.type, fallback.expression.type);
  if (type === undefined) {
    throw errorAt('ALX_TYPE_MISMATCH', `the default of ${name} has another type`, fallback.span);
  }
  const convert = ({ expression, span }: Operand): Operand => {
    return { expression: coerceImplicitly(state, expression, type, span) ?? expression, span };
  };
  return [convert(value), offset, convert(fallback), ...args.slice(3)];
}

function overFrame(
  entry: AggregateDef,
  node: FunctionCall,
  args: readonly Operand[],
  frame: WindowFrame,
  context: ExpressionContext,
): WindowCall {
  const filter =
    node.filter === undefined
      ? undefined
      : requireBoolean(
          context.state,
          context.bind.expression(node.filter, { ...context, clause: 'FILTER' }),
          'FILTER',
          node.filter.span,
        );
  const call = aggregateCall(entry, node, args, filter, context);
  return { function: call.function, args: call.args, filter, frame, type: call.type };
}
