/**
 * Conversions the binder adds. A literal or parameter of unknown type takes the type its place asks for; anything else gets a
 * visible cast node where the rules of `type-rules.ts` allow one.
 *
 * An untyped literal is a `constant` of type `null` whose value is its text; an untyped parameter a `parameter` of type `null`.
 */
import type { Expression } from '@alopex-db/core/exec';
import { castContext, castScalar, dependsOnSession } from '@alopex-db/core/compute';
import { TEXT, equalTypes, typeName, type DataType } from '@alopex-db/core/types';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import { positioned } from './bind-error.ts';
import type { BindState } from './bind-state.ts';
import { canAssign, canCastImplicitly, isUnknown } from './type-rules.ts';

/** A cast node, or the expression itself where it has the type already. */
export function castTo(
  input: Expression,
  type: DataType,
  options: { readonly implicit: boolean; readonly onFailure?: 'error' | 'null' },
): Expression {
  if (equalTypes(input.type, type) || isFreeOfPrecision(input.type, type)) return input;
  return {
    kind: 'cast',
    type,
    input,
    onFailure: options.onFailure ?? 'error',
    implicit: options.implicit,
  };
}

/** `numeric(10, 2)` is a numeric as it is; a cast would only keep indexes away. */
function isFreeOfPrecision(from: DataType, to: DataType): boolean {
  return from.kind === 'numeric' && to.kind === 'numeric' && to.precision === undefined;
}

/** Converts unasked; undefined where only a written cast may. */
export function coerceImplicitly(
  state: BindState,
  input: Expression,
  type: DataType,
  span: Span,
): Expression | undefined {
  if (isUnknown(input.type)) return typeUnknown(state, input, type, span);
  if (input.type.kind === 'vector' && type.kind === 'vector')
    return coerceVector(input, type, span);
  return canCastImplicitly(input.type, type) ? castTo(input, type, { implicit: true }) : undefined;
}

/** Gives an untyped literal, parameter or null its type. */
export function typeUnknown(
  state: BindState,
  input: Expression,
  type: DataType,
  span: Span,
): Expression {
  if (isUnknown(type)) return input;
  if (input.kind === 'parameter') {
    state.typeParameter(input.index, type, span);
    return { ...input, type };
  }
  if (input.kind !== 'constant') return castTo(input, type, { implicit: true });
  if (input.value === null) return { kind: 'constant', type, value: null };
  const { value } = input;
  const kind = type.kind === 'array' ? type.element.kind : type.kind;
  if (typeof value === 'string' && dependsOnSession(kind, value))
    return castTo({ kind: 'constant', type: TEXT, value }, type, { implicit: true });
  return positioned(span, () => ({ kind: 'constant', type, value: castScalar(value, TEXT, type) }));
}

/** What an untyped expression is when nothing asks: text; of a parameter, what the value at hand is. */
export function settleUnknown(state: BindState, input: Expression, span: Span): Expression {
  if (!isUnknown(input.type)) return input;
  const type = input.kind === 'parameter' ? state.hintedType(input.index) : TEXT;
  return typeUnknown(state, input, type, span);
}

/** CAST and `::`. */
export function coerceExplicitly(
  state: BindState,
  input: Expression,
  type: DataType,
  onFailure: 'error' | 'null',
  span: Span,
): Expression {
  if (isUnknown(input.type)) {
    if (onFailure === 'error' || input.kind !== 'constant') {
      const typed = typeUnknown(state, input, type, span);
      return typed;
    }
    return castTo({ ...input, type: TEXT }, type, { implicit: false, onFailure });
  }
  if (castContext(input.type, type) === undefined) {
    throw errorAt(
      'ALX_IMPOSSIBLE_CAST',
      `cannot cast type ${typeName(input.type)} to ${typeName(type)}`,
      span,
    );
  }
  if (input.type.kind === 'vector' && type.kind === 'vector')
    return coerceVector(input, type, span);
  return castTo(input, type, { implicit: false, onFailure });
}

/** Converts a value for storage in a column. */
export function coerceForColumn(
  state: BindState,
  input: Expression,
  column: { readonly name: string; readonly type: DataType },
  span: Span,
): Expression {
  if (isUnknown(input.type)) return typeUnknown(state, input, column.type, span);
  if (input.type.kind === 'vector' && column.type.kind === 'vector')
    return coerceVector(input, column.type, span);
  if (!canAssign(input.type, column.type)) {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `column "${column.name}" is of type ${typeName(column.type)} but expression is of type ${typeName(input.type)}`,
      span,
      { hint: 'You will need to rewrite or cast the expression.', columnName: column.name },
    );
  }
  return castTo(input, column.type, { implicit: true });
}

/** Where a clause needs a boolean. */
export function requireBoolean(
  state: BindState,
  input: Expression,
  clause: string,
  span: Span,
): Expression {
  const boolean = coerceImplicitly(state, input, { kind: 'boolean' }, span);
  if (boolean !== undefined) return boolean;
  throw errorAt(
    'ALX_TYPE_MISMATCH',
    `argument of ${clause} must be type boolean, not type ${typeName(input.type)}`,
    span,
  );
}

/** A known wrong dimension is an error now; an unknown one is checked when the value is there. */
function coerceVector(
  input: Expression,
  type: DataType & { readonly kind: 'vector' },
  span: Span,
): Expression {
  if (
    input.type.kind !== 'vector' ||
    type.dimension === undefined ||
    input.type.dimension === type.dimension
  )
    return input;
  if (input.type.dimension !== undefined) {
    throw errorAt(
      'ALX_VECTOR_DIMENSION',
      `expected ${type.dimension} dimensions, not ${input.type.dimension}`,
      span,
    );
  }
  return castTo(input, type, { implicit: true });
}
