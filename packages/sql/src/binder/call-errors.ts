/** The name a call means, and the errors of calls that mean nothing. */
import { typeName, type DataType } from '@alopex-db/core/types';
import type { FunctionCall } from '../ast/expression.ts';
import { didYouMean, errorAt } from '../errors.ts';
import type { Operand } from './bind-comparison.ts';
import { conditionalNames } from './bind-conditional.ts';
import { vectorScoreNames } from './bind-vector-score.ts';
import { isUnknown } from './type-rules.ts';

/** `pg_catalog.lower(x)` is `lower(x)`; there are no other schemas with functions. */
export function calledName(node: FunctionCall): string {
  const parts = node.name.parts;
  const name = parts.at(-1)!.name;
  const schema = parts.at(-2)?.name;
  if (schema !== undefined && schema !== 'pg_catalog') {
    throw errorAt('ALX_SCHEMA_NOT_FOUND', `schema "${schema}" does not exist`, node.name.span);
  }
  return name;
}

export function functionNotFound(name: string, node: FunctionCall, known: Iterable<string>): Error {
  const candidates = [...known, ...conditionalNames(), ...vectorScoreNames()];
  return errorAt('ALX_FUNCTION_NOT_FOUND', `function ${name} does not exist`, node.name.span, {
    hint: didYouMean(name, candidates),
  });
}

export function unknownFunction(name: string, node: FunctionCall, args: readonly Operand[]): Error {
  const types = args.map((argument) => describeType(argument.expression.type)).join(', ');
  return errorAt(
    'ALX_FUNCTION_NOT_FOUND',
    `function ${name}(${types}) does not exist`,
    node.name.span,
    {
      hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
    },
  );
}

export function ambiguousFunction(node: FunctionCall, args: readonly Operand[]): Error {
  const types = args.map((argument) => describeType(argument.expression.type)).join(', ');
  return errorAt(
    'ALX_AMBIGUOUS_FUNCTION',
    `function ${calledName(node)}(${types}) is not unique`,
    node.name.span,
    {
      hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
    },
  );
}

function describeType(type: DataType): string {
  return isUnknown(type) ? 'unknown' : typeName(type);
}
