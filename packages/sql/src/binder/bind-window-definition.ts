/** What stands behind OVER: named windows looked up and refined, keys bound, frames checked. */
import type { Expression, SortKey, WindowBound, WindowFrame } from '@alopex-db/core/exec';
import { FLOAT64, INTERVAL, INT64, typeName, type DataType } from '@alopex-db/core/types';
import type { Identifier } from '../ast/name.ts';
import type {
  FrameBound,
  NamedWindow,
  Window,
  WindowFrame as FrameSyntax,
  WindowSpecification,
} from '../ast/window.ts';
import { didYouMean, errorAt } from '../errors.ts';
import { columnIds } from '../plan/walk-plan.ts';
import { sortKey } from './bind-order-by.ts';
import { unsupported } from './bind-error.ts';
import { coerceImplicitly, settleUnknown } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import type { WindowOrder } from './window-collector.ts';

export interface BoundWindow {
  readonly order: WindowOrder;
  readonly frame: WindowFrame;
}

export function bindWindow(
  window: Window,
  named: readonly NamedWindow[],
  context: ExpressionContext,
): BoundWindow {
  const written =
    window.kind === 'window-name'
      ? resolved(findWindow(window.name, named), named)
      : resolved(window, named);
  const { state } = context;
  const bind = (node: WindowSpecification['partitionBy'][number]): Expression =>
    settleUnknown(state, context.bind.expression(node, context), node.span);
  const partitionBy = written.partitionBy.map(bind);
  const orderBy = written.orderBy.map((item) => sortKey(bind(item.expression), item, state));
  const frame =
    written.frame === undefined ? USUAL_FRAME : bindFrame(written.frame, orderBy, context);
  return { order: { partitionBy, orderBy }, frame };
}

/** The names of a WINDOW clause are different, and each may only build on those before it. */
export function checkNamedWindows(named: readonly NamedWindow[]): void {
  named.forEach((window, index) => {
    const before = named.slice(0, index);
    if (before.some((other) => other.name.name === window.name.name)) {
      throw errorAt(
        'ALX_WINDOW',
        `window "${window.name.name}" is already defined`,
        window.name.span,
      );
    }
    resolved(window.window, before);
  });
}

const USUAL_FRAME: WindowFrame = {
  unit: 'range',
  start: { kind: 'unbounded preceding', offset: undefined },
  end: { kind: 'current row', offset: undefined },
  exclude: 'no others',
};

function findWindow(name: Identifier, named: readonly NamedWindow[]): WindowSpecification {
  const found = named.find((window) => window.name.name === name.name);
  if (found !== undefined) return found.window;
  throw errorAt('ALX_WINDOW_NOT_FOUND', `window "${name.name}" does not exist`, name.span, {
    hint: didYouMean(
      name.name,
      named.map((window) => window.name.name),
    ),
  });
}

/** `(base ORDER BY a)` takes the partitions of its base and adds what the base leaves open. */
function resolved(window: WindowSpecification, named: readonly NamedWindow[]): WindowSpecification {
  if (window.base === undefined) return window;
  const base = resolved(findWindow(window.base, named), named);
  const { name, span } = window.base;
  if (window.partitionBy.length > 0)
    throw errorAt('ALX_WINDOW', `cannot override PARTITION BY clause of window "${name}"`, span);
  if (window.orderBy.length > 0 && base.orderBy.length > 0)
    throw errorAt('ALX_WINDOW', `cannot override ORDER BY clause of window "${name}"`, span);
  if (base.frame !== undefined) {
    throw errorAt(
      'ALX_WINDOW',
      `cannot copy window "${name}" because it has a frame clause`,
      span,
      { hint: 'Omit the parentheses in this OVER clause.' },
    );
  }
  const orderBy = window.orderBy.length > 0 ? window.orderBy : base.orderBy;
  return { ...window, base: undefined, partitionBy: base.partitionBy, orderBy };
}

function bindFrame(
  frame: FrameSyntax,
  orderBy: readonly SortKey[],
  context: ExpressionContext,
): WindowFrame {
  const problem = boundProblem(frame.start.bound, frame.end.bound);
  if (problem !== undefined) throw errorAt('ALX_WINDOW', problem, frame.span);
  const { unit } = frame;
  if (unit === 'groups' && orderBy.length === 0)
    throw errorAt('ALX_WINDOW', 'GROUPS mode requires an ORDER BY clause', frame.span);
  const hasOffset = frame.start.offset !== undefined || frame.end.offset !== undefined;
  if (unit === 'range' && hasOffset && orderBy.length !== 1) {
    throw errorAt(
      'ALX_WINDOW',
      'RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column',
      frame.span,
    );
  }
  const type = unit === 'range' && hasOffset ? offsetType(orderBy[0]!, frame) : INT64;
  return {
    unit,
    start: bindBound(frame.start, unit, type, context),
    end: bindBound(frame.end, unit, type, context),
    exclude: frame.exclude,
  };
}

function boundProblem(start: FrameBound['bound'], end: FrameBound['bound']): string | undefined {
  if (start === 'unbounded following') return 'frame start cannot be UNBOUNDED FOLLOWING';
  if (end === 'unbounded preceding') return 'frame end cannot be UNBOUNDED PRECEDING';
  if (start === 'current row' && end === 'preceding')
    return 'frame starting from current row cannot have preceding rows';
  if (start === 'following' && (end === 'preceding' || end === 'current row'))
    return `frame starting from following row cannot ${end === 'preceding' ? 'have preceding rows' : 'end with current row'}`;
  return undefined;
}

/** What a distance of the sort key is. */
function offsetType({ expression }: SortKey, frame: FrameSyntax): DataType {
  switch (expression.type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return INT64;
    case 'float32':
    case 'float64':
      return FLOAT64;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return INTERVAL;
    default:
      throw unsupported(
        `RANGE with an offset over the type ${typeName(expression.type)}`,
        frame.span,
      );
  }
}

function bindBound(
  { bound, offset }: FrameBound,
  unit: WindowFrame['unit'],
  type: DataType,
  context: ExpressionContext,
): WindowBound {
  if (offset === undefined) return { kind: bound, offset: undefined };
  const word = unit.toUpperCase();
  const expression = context.bind.expression(offset, { ...context, clause: word });
  if ([...columnIds(expression)].some((id) => context.scope.owns(id))) {
    throw errorAt(
      'ALX_INVALID_COLUMN_REFERENCE',
      `argument of ${word} must not contain variables`,
      offset.span,
    );
  }
  const converted = coerceImplicitly(context.state, expression, type, offset.span);
  if (converted !== undefined) return { kind: bound, offset: converted };
  throw errorAt(
    'ALX_TYPE_MISMATCH',
    `argument of ${word} must be type ${typeName(type)}, not type ${typeName(expression.type)}`,
    offset.span,
  );
}
