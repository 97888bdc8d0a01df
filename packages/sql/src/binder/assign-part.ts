/** `SET a[2] = v`, `SET a[1:2] = b`, `SET j['k'] = v`: the column's value with one part of it changed. */
import { arrayFunctions } from '@alopex-db/core/compute';
import type { Expression } from '@alopex-db/core/exec';
import { JSONB, TEXT, typeName, type DataType } from '@alopex-db/core/types';
import type { AssignmentTarget } from '../ast/dml.ts';
import { position, sliceBounds } from './bind-array.ts';
import { unsupported } from './bind-error.ts';
import type { Operand } from './bind-comparison.ts';
import { bindScalar } from './bind-scalar.ts';
import { coerceForColumn } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';

export function withPart(
  before: Expression,
  target: AssignmentTarget,
  value: Operand,
  context: ExpressionContext,
): Expression {
  const { type } = before;
  if (type.kind === 'array') return withArrayPart(before, type, target, value, context);
  if (type.kind === 'jsonb') return withJsonPart(before, target, value, context);
  throw unsupported(`assigning to a part of a ${typeName(type)}`, target.span);
}

function withArrayPart(
  before: Expression,
  type: DataType & { readonly kind: 'array' },
  target: AssignmentTarget,
  value: Operand,
  context: ExpressionContext,
): Expression {
  const steps = target.path.map((step) => {
    if (step.kind === 'identifier') throw unsupported('assigning to a field', target.span);
    return step.kind === 'assignment-slice'
      ? ({ kind: 'slice', lower: step.lower, upper: step.upper } as const)
      : ({ kind: 'subscript', index: step } as const);
  });
  const name = target.column.name;
  if (steps.some((step) => step.kind === 'slice')) {
    const source = coerceForColumn(context.state, value.expression, { name, type }, value.span);
    return {
      kind: 'call',
      type,
      function: arrayFunctions.assignSlice,
      args: [before, source, ...sliceBounds(steps, context)],
    };
  }
  const element = coerceForColumn(
    context.state,
    value.expression,
    { name, type: type.element },
    value.span,
  );
  const subscripts = steps.map((step) =>
    position(step.kind === 'subscript' ? step.index : undefined, 1, context),
  );
  return {
    kind: 'call',
    type,
    function: arrayFunctions.assignElement,
    args: [before, element, ...subscripts],
  };
}

/** As `jsonb_set`: what is missing on the way is made, and a null document begins as an object. */
function withJsonPart(
  before: Expression,
  target: AssignmentTarget,
  value: Operand,
  context: ExpressionContext,
): Expression {
  const path = target.path.map((step) => {
    const isKey = step.kind === 'string-literal' || step.kind === 'integer-literal';
    if (!isKey) throw unsupported('a JSON subscript that is no literal', target.span);
    return step.kind === 'string-literal' ? step.value : step.text;
  });
  const span = target.span;
  const entry = context.state.context.functions.find('jsonb_set');
  const source = coerceForColumn(
    context.state,
    value.expression,
    { name: target.column.name, type: JSONB },
    value.span,
  );
  const document: Expression = {
    kind: 'coalesce',
    type: JSONB,
    args: [before, { kind: 'constant', type: JSONB, value: '{}' }],
  };
  const steps: Expression = { kind: 'constant', type: TEXT, value: pathText(path) };
  const bound =
    entry?.kind === 'scalar'
      ? bindScalar(
          context.state,
          entry,
          [document, steps, source].map((expression) => ({ expression, span })),
          { operator: false },
        )
      : undefined;
  if (bound === undefined || bound === 'ambiguous')
    throw unsupported('assigning to a part of a jsonb', span);
  return bound;
}

function pathText(path: readonly string[]): string {
  return `{${path.map((step) => `"${step.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
