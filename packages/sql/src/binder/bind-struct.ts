/** `struct_pack(a := 1, b := 'x')`: a struct whose fields the arguments name; a column without a name keeps its own. */
import { structFunctions } from '@alopex-db/core/compute';
import type { Expression } from '@alopex-db/core/exec';
import { structType } from '@alopex-db/core/types';
import type { Expression as Syntax, FunctionCall } from '../ast/expression.ts';
import { errorAt } from '../errors.ts';
import { settleUnknown } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';

export function bindStructPack(node: FunctionCall, context: ExpressionContext): Expression {
  if (node.args.length === 0) {
    throw errorAt('ALX_FUNCTION_NOT_FOUND', 'struct_pack needs a field at least', node.span);
  }
  const fields = node.args.map((argument) => {
    const value = argument.kind === 'named-argument' ? argument.value : argument;
    const expression = context.bind.expression(value, context);
    return {
      name: fieldName(argument),
      expression: settleUnknown(context.state, expression, value.span),
    };
  });
  const names = fields.map((field) => field.name);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) {
    throw errorAt(
      'ALX_DUPLICATE_COLUMN',
      `field "${names[twice]!}" specified more than once`,
      node.args[twice]!.span,
    );
  }
  return {
    kind: 'call',
    type: structType(fields.map(({ name, expression }) => ({ name, type: expression.type }))),
    function: structFunctions.pack,
    args: fields.map((field) => field.expression),
  };
}

function fieldName(argument: Syntax): string {
  if (argument.kind === 'named-argument') return argument.name.name;
  if (argument.kind === 'column-reference') return argument.parts.at(-1)!.name;
  throw errorAt('ALX_UNEXPECTED_TOKEN', 'a field of a struct needs a name', argument.span, {
    hint: 'Write struct_pack(name := value).',
  });
}
