/** Literals. A string stays of unknown type until its place says what it is. */
import { castScalar, parseInterval } from '@alopex-db/core/compute';
import type { Expression } from '@alopex-db/core/exec';
import {
  BOOLEAN,
  BYTEA,
  FLOAT64,
  NUMERIC,
  INTERVAL,
  NULL_TYPE,
  TEXT,
  vectorType,
  type Scalar,
} from '@alopex-db/core/types';
import type {
  ArrayExpression,
  DecimalLiteral,
  IntegerLiteral,
  Literal,
  TypedLiteral,
} from '../ast/expression.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import { positioned, unsupported } from './bind-error.ts';
import { bindType } from './bind-type.ts';
import { coerceExplicitly, coerceImplicitly } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { integerLiteralType } from './type-rules.ts';

export function bindLiteral(node: Literal, context: ExpressionContext): Expression {
  switch (node.kind) {
    case 'null-literal':
      return { kind: 'constant', type: NULL_TYPE, value: null };
    case 'boolean-literal':
      return { kind: 'constant', type: BOOLEAN, value: node.value };
    case 'integer-literal':
      return { kind: 'constant', ...integerLiteralType(node.text) };
    case 'decimal-literal':
      return bindDecimal(node.text, node);
    case 'string-literal':
      return { kind: 'constant', type: NULL_TYPE, value: node.value };
    case 'bytes-literal':
      return { kind: 'constant', type: BYTEA, value: node.value };
    case 'typed-literal':
      return bindTypedLiteral(node, context);
  }
}

/** `-` before a number literal belongs to it, so that the smallest integer of a type can be written. */
export function bindNegativeNumber(node: IntegerLiteral | DecimalLiteral): Expression {
  if (node.kind === 'integer-literal')
    return { kind: 'constant', ...integerLiteralType(`-${node.text}`) };
  return bindDecimal(`-${node.text}`, node);
}

function bindDecimal(text: string, node: Literal): Expression {
  return positioned(node.span, () => ({
    kind: 'constant',
    type: NUMERIC,
    value: castScalar(text, TEXT, NUMERIC),
  }));
}

function bindTypedLiteral(node: TypedLiteral, context: ExpressionContext): Expression {
  const { value, type, span } = node;
  const fields = type.name === 'interval' ? type.intervalFields : undefined;
  if (fields !== undefined)
    return positioned(span, () => ({
      kind: 'constant',
      type: INTERVAL,
      value: parseInterval(value, fields),
    }));
  const text: Expression = { kind: 'constant', type: NULL_TYPE, value };
  return coerceExplicitly(context.state, text, bindType(node.type), 'error', node.span);
}

/** `[0.1, 0.2]`: a vector of constants. */
export function bindVectorLiteral(node: ArrayExpression, context: ExpressionContext): Expression {
  if (node.elements.length === 0) {
    throw errorAt('ALX_VECTOR_LITERAL', 'vector must have at least 1 dimension', node.span);
  }
  const vector = new Float32Array(node.elements.length);
  node.elements.forEach((element, index) => {
    const bound = coerceImplicitly(
      context.state,
      context.bind.expression(element, context),
      FLOAT64,
      element.span,
    );
    if (bound === undefined) {
      throw errorAt(
        'ALX_VECTOR_LITERAL',
        'elements of a vector literal must be numbers',
        element.span,
      );
    }
    vector[index] = constantElement(bound, element.span);
  });
  return { kind: 'constant', type: vectorType(vector.length), value: vector };
}

function constantElement(bound: Expression, span: Span): number {
  const value = positioned(span, () => constantValue(bound));
  if (typeof value === 'number') return value;
  throw unsupported(
    'a vector literal whose elements are not number constants',
    span,
    'Pass the vector as a parameter.',
  );
}

/** The value of a constant under implicit casts; undefined for anything that must be computed. */
function constantValue(expression: Expression): Scalar | undefined {
  if (expression.kind === 'constant') return expression.value;
  if (expression.kind !== 'cast') return undefined;
  const inner = constantValue(expression.input);
  return inner === undefined
    ? undefined
    : castScalar(inner, expression.input.type, expression.type);
}

/** The text of a string literal, for arguments that must be known when the statement is compiled. */
export function constantText(expression: Expression): string | undefined {
  const open =
    expression.kind === 'constant' &&
    (expression.type.kind === 'null' || expression.type.kind === TEXT.kind);
  return open && typeof expression.value === 'string' ? expression.value : undefined;
}
