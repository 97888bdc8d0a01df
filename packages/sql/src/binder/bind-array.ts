/** Arrays in expressions: constructors, subscripts and slices, which read JSON, maps and structs as well. */
import { SLICE_OPEN, arrayFunctions, structFunctions } from '@alopex-db/core/compute';
import type { Expression, ScalarFunction } from '@alopex-db/core/exec';
import { INT32, TEXT, arrayType, isNested, typeName, type DataType } from '@alopex-db/core/types';
import type {
  ArrayExpression,
  ArraySubquery,
  Expression as Syntax,
  FieldExpression,
  SliceExpression,
  SubscriptExpression,
} from '../ast/expression.ts';
import type { Identifier } from '../ast/name.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { bindOperand, type Operand } from './bind-comparison.ts';
import { bindScalar } from './bind-scalar.ts';
import { onlyColumn, bindInner } from './bind-subquery.ts';
import { coerceImplicitly, settleUnknown } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { commonTypeOf, isUnknown } from './type-rules.ts';

/** `ARRAY[…]`. Brackets inside are arrays too, whether the word is repeated or not. */
export function bindArrayConstructor(
  node: ArrayExpression,
  context: ExpressionContext,
): Expression {
  const elements = node.elements.map((element) => ({
    expression:
      element.kind === 'array'
        ? bindArrayConstructor(element, context)
        : context.bind.expression(element, context),
    span: element.span,
  }));
  if (elements.length === 0) {
    throw errorAt('ALX_INDETERMINATE_TYPE', 'cannot determine type of empty array', node.span, {
      hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].',
    });
  }
  return constructArray(context, elements);
}

export function constructArray(
  context: ExpressionContext,
  elements: readonly Operand[],
): Expression {
  const types = elements.map((element) => element.expression.type);
  const common = commonTypeOf(types);
  if ('misfit' in common) {
    const misfit = elements[common.misfit]!;
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `ARRAY types ${typeName(types[0]!)} and ${typeName(types[common.misfit]!)} cannot be matched`,
      misfit.span,
    );
  }
  const args = elements.map(({ expression, span }) =>
    coerceImplicitly(context.state, expression, common.type, span)!,
  );
  return call(arrayFunctions.construct, arrayType(common.type), args);
}

/** An empty `ARRAY[]` under a cast has the type of the cast. */
export function bindEmptyArray(type: DataType): Expression {
  return call(arrayFunctions.construct, type, []);
}

/** `ARRAY(SELECT …)`: the rows of the query in its order; none gives the empty array. */
export function bindArraySubquery(node: ArraySubquery, context: ExpressionContext): Expression {
  const query = bindInner(node.query, context, false);
  const column = onlyColumn(query, node.span);
  const type = arrayType(column.type);
  const aggregate = context.state.context.functions.find('array_agg');
  const implementation =
    aggregate?.kind === 'aggregate' ? aggregate.overloads[0]!.implementation : undefined;
  const output = context.state.newColumn({ name: 'array', type, nullable: true });
  const plan: LogicalPlan = {
    kind: 'aggregate',
    input: query.plan,
    groups: [],
    aggregates: [
      {
        column: output,
        call: {
          function: implementation!,
          args: [{ kind: 'column', type: column.type, index: column.id }],
          distinct: false,
          filter: undefined,
          orderBy: [],
          type,
        },
      },
    ],
  };
  const rows: Expression = { kind: 'subquery', type, mode: 'scalar', plan, outer: [] };
  return { kind: 'coalesce', type, args: [rows, bindEmptyArray(type)] };
}

type Step = SubscriptExpression | SliceExpression;

/** `a[1][2:3]`: the steps of a chain belong together, because a slice anywhere makes all of them slices. */
export function bindSubscripts(node: Step, context: ExpressionContext): Expression {
  const steps: Step[] = [];
  let base: Syntax = node;
  while (base.kind === 'subscript' || base.kind === 'slice') {
    steps.push(base);
    base = base.operand;
  }
  return applySteps(bindOperand(base, context), steps.reverse(), context);
}

function applySteps(base: Operand, steps: readonly Step[], context: ExpressionContext): Expression {
  const expression = settleUnknown(context.state, base.expression, base.span);
  const { type } = expression;
  if (type.kind !== 'array') {
    const [step, ...rest] = steps;
    const inner = memberOf(expression, step!, context);
    if (rest.length === 0) return inner;
    return applySteps({ expression: inner, span: step!.span }, rest, context);
  }
  // Names and texts are no positions: what they stand behind is asked of the element.
  const own =
    isNested(type.element) || type.element.kind === 'jsonb' ? positionsIn(steps) : steps.length;
  if (own === 0) throw wrongSubscript(steps[0]!.span);
  const taken = steps.slice(0, own);
  const inner = taken.some((step) => step.kind === 'slice')
    ? sliceOf(expression, taken, context)
    : elementOf(expression, taken, context);
  if (own === steps.length) return inner;
  return applySteps({ expression: inner, span: taken.at(-1)!.span }, steps.slice(own), context);
}

function positionsIn(steps: readonly Step[]): number {
  const first = steps.findIndex(
    (step) => step.kind === 'subscript' && step.index.kind === 'string-literal',
  );
  return first < 0 ? steps.length : first;
}

function wrongSubscript(span: Span): Error {
  return errorAt('ALX_TYPE_MISMATCH', 'array subscript must have type integer', span);
}

function elementOf(
  array: Expression,
  steps: readonly Step[],
  context: ExpressionContext,
): Expression {
  const { type } = array;
  const subscripts = steps.map((step) =>
    position(step.kind === 'subscript' ? step.index : undefined, 0, context),
  );
  return call(arrayFunctions.subscript, type.kind === 'array' ? type.element : type, [
    array,
    ...subscripts,
  ]);
}

type BoundsOf =
  | Pick<SliceExpression, 'kind' | 'lower' | 'upper'>
  | Pick<SubscriptExpression, 'kind' | 'index'>;

/** Lower and upper bound of every step; `[3]` among slices is `[1:3]`. */
export function sliceBounds(
  steps: readonly BoundsOf[],
  context: ExpressionContext,
): readonly Expression[] {
  return steps.flatMap((step) =>
    step.kind === 'slice'
      ? [
          position(step.lower, SLICE_OPEN.lower, context),
          position(step.upper, SLICE_OPEN.upper, context),
        ]
      : [integer(1), position(step.index, 1, context)],
  );
}

function sliceOf(
  array: Expression,
  steps: readonly Step[],
  context: ExpressionContext,
): Expression {
  return call(arrayFunctions.slice, array.type, [array, ...sliceBounds(steps, context)]);
}

/** A subscript as an integer; what is not written is `open`. */
export function position(
  node: Syntax | undefined,
  open: number,
  context: ExpressionContext,
): Expression {
  if (node === undefined) return integer(open);
  const bound = context.bind.expression(node, context);
  const subscript = isAssignable(bound.type)
    ? (coerceImplicitly(context.state, bound, INT32, node.span) ??
      ({ kind: 'cast', type: INT32, input: bound, onFailure: 'error', implicit: true } as const))
    : undefined;
  if (subscript === undefined) throw wrongSubscript(node.span);
  return subscript;
}

function isAssignable(type: DataType): boolean {
  return (
    isUnknown(type) ||
    ['int16', 'int32', 'int64', 'numeric', 'float32', 'float64'].includes(type.kind)
  );
}

function integer(value: number): Expression {
  return { kind: 'constant', type: INT32, value };
}

/** `j['a']`, `m[key]`, `s['field']`: one step into JSON, a map or a struct. */
function memberOf(base: Expression, step: Step, context: ExpressionContext): Expression {
  const { type } = base;
  if (step.kind === 'slice' || !(isNested(type) || type.kind === 'jsonb')) {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      step.kind === 'slice' && type.kind === 'jsonb'
        ? 'jsonb subscript does not support slices'
        : `cannot subscript type ${typeName(type)} because it does not support subscripting`,
      step.span,
    );
  }
  if (type.kind === 'struct' && step.index.kind === 'string-literal')
    return fieldOf(base, step.index.value, step.index.span);
  const { functions } = context.state.context;
  const entry =
    type.kind === 'map' ? functions.find('map_extract') : functions.findOperator('->', 2);
  const index = bindOperand(step.index, context);
  const bound =
    entry?.kind === 'scalar'
      ? bindScalar(context.state, entry, [{ expression: base, span: step.span }, index], {
          operator: type.kind !== 'map',
        })
      : undefined;
  if (bound !== undefined && bound !== 'ambiguous') return bound;
  throw errorAt(
    'ALX_TYPE_MISMATCH',
    `subscript type ${typeName(index.expression.type)} is not supported`,
    step.index.span,
  );
}

/** `(x).field`. */
export function bindField(node: FieldExpression, context: ExpressionContext): Expression {
  const base = context.bind.expression(node.operand, context);
  return fieldOf(base, node.field.name, node.field.span);
}

function fieldOf(base: Expression, name: Identifier['name'], span: Span): Expression {
  const { type } = base;
  if (type.kind !== 'struct') {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `column notation .${name} applied to type ${typeName(type)}, which is not a composite type`,
      span,
    );
  }
  const field = type.fields.find((one) => one.name === name);
  if (field === undefined) {
    throw errorAt('ALX_COLUMN_NOT_FOUND', `the struct has no field "${name}"`, span, {
      hint: `Its fields are ${type.fields.map((one) => one.name).join(', ')}.`,
    });
  }
  return call(structFunctions.field, field.type, [
    base,
    { kind: 'constant', type: TEXT, value: name },
  ]);
}

function call(called: ScalarFunction, type: DataType, args: readonly Expression[]): Expression {
  return { kind: 'call', type, function: called, args };
}
