/** The binder of scalar expressions: one function for every kind of syntax node. */
import type { Expression } from '@alopex-db/core/exec';
import type { CastExpression, Expression as Syntax } from '../ast/expression.ts';
import { errorAt } from '../errors.ts';
import { unsupported } from './bind-error.ts';
import {
  bindArrayConstructor,
  bindArraySubquery,
  bindEmptyArray,
  bindField,
  bindSubscripts,
} from './bind-array.ts';
import { bindQuantifiedArray } from './bind-quantified-array.ts';
import { bindCall } from './bind-call.ts';
import { bindCase } from './bind-conditional.ts';
import { bindColumnReference } from './bind-column.ts';
import { bindLiteral, bindVectorLiteral } from './bind-literal.ts';
import {
  bindAnd,
  bindBetween,
  bindBinary,
  bindDistinctFrom,
  bindInList,
  bindIs,
  bindLike,
  bindNot,
  bindOr,
  bindUnary,
} from './bind-operator.ts';
import { bindRowAgainstQuery } from './bind-row-subquery.ts';
import {
  bindExists,
  bindInSubquery,
  bindQuantifiedSubquery,
  bindScalarSubquery,
} from './bind-subquery.ts';
import { bindColumnType } from './bind-type.ts';
import { coerceExplicitly } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { truncateText } from '../functions/text-length.ts';

type BindersByKind = {
  readonly [Kind in Syntax['kind']]: (
    node: Extract<Syntax, { readonly kind: Kind }>,
    context: ExpressionContext,
  ) => Expression;
};

const BINDERS: BindersByKind = {
  'null-literal': bindLiteral,
  'boolean-literal': bindLiteral,
  'integer-literal': bindLiteral,
  'decimal-literal': bindLiteral,
  'string-literal': bindLiteral,
  'bytes-literal': bindLiteral,
  'typed-literal': bindLiteral,
  parameter: (node, context) => context.state.parameter(node.index, node.span),
  'column-reference': bindColumnReference,
  unary: bindUnary,
  binary: (node, context) => bindRowAgainstQuery(node, context) ?? bindBinary(node, context),
  not: bindNot,
  and: bindAnd,
  or: bindOr,
  is: bindIs,
  'distinct-from': bindDistinctFrom,
  between: bindBetween,
  'in-list': bindInList,
  'in-subquery': bindInSubquery,
  like: bindLike,
  case: bindCase,
  cast: bindCast,
  'function-call': bindCall,
  'scalar-subquery': bindScalarSubquery,
  exists: bindExists,
  'quantified-subquery': bindQuantifiedSubquery,
  array: (node, context) =>
    node.bare ? bindVectorLiteral(node, context) : bindArrayConstructor(node, context),
  collate: (node) => {
    throw unsupported('COLLATE', node.span);
  },
  row: (node) => {
    throw unsupported('a row as a value', node.span);
  },
  'array-subquery': bindArraySubquery,
  subscript: bindSubscripts,
  slice: bindSubscripts,
  field: bindField,
  'quantified-array': bindQuantifiedArray,
  'named-argument': (node) => {
    throw unsupported('a named argument', node.span);
  },
  default: (node) => {
    throw errorAt('ALX_UNEXPECTED_TOKEN', 'DEFAULT is not allowed in this context', node.span);
  },
};

export function bindExpression(node: Syntax, context: ExpressionContext): Expression {
  // The table above pairs every kind with its own binder, which the compiler cannot follow through the lookup.
  const bind = BINDERS[node.kind] as (node: Syntax, context: ExpressionContext) => Expression;
  return bind(node, context);
}

function bindCast(node: CastExpression, context: ExpressionContext): Expression {
  const { type, lengthMax, serial } = bindColumnType(node.type);
  if (serial)
    throw errorAt('ALX_TYPE_NOT_FOUND', `type "${node.type.name}" does not exist`, node.type.span);
  const isEmptyArray = node.operand.kind === 'array' && node.operand.elements.length === 0;
  if (isEmptyArray && type.kind === 'array') return bindEmptyArray(type);
  const input = bindExpression(node.operand, context);
  const cast = coerceExplicitly(context.state, input, type, node.onFailure, node.span);
  if (lengthMax === undefined) return cast;
  return { kind: 'call', type, function: truncateText(lengthMax), args: [cast] };
}
