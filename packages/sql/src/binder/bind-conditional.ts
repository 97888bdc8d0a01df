/** CASE and the functions that choose among their arguments: all choices meet in one type. */
import { greatestFunction, leastFunction } from '@alopex-db/core/compute';
import type { Expression, ScalarFunction } from '@alopex-db/core/exec';
import { TEXT, typeName, type DataType } from '@alopex-db/core/types';
import type { CaseExpression, FunctionCall } from '../ast/expression.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import { bindOperand, compare, type Operand } from './bind-comparison.ts';
import { coerceImplicitly, requireBoolean } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { commonTypeOf, isUnknown } from './type-rules.ts';

export function bindCase(node: CaseExpression, context: ExpressionContext): Expression {
  const { state } = context;
  const operand = node.operand === undefined ? undefined : bindOperand(node.operand, context);
  const conditions = node.branches.map((branch) => {
    const when = bindOperand(branch.when, context);
    if (operand === undefined)
      return requireBoolean(state, when.expression, 'CASE/WHEN', when.span);
    return compare(state, '=', operand, when, branch.when.span);
  });
  const choices = node.branches.map((branch) => bindOperand(branch.then, context));
  if (node.otherwise !== undefined) choices.push(bindOperand(node.otherwise, context));
  const { type, parts } = unify(choices, 'CASE', context);
  return {
    kind: 'case',
    type,
    branches: conditions.map((when, index) => ({ when, then: parts[index]! })),
    otherwise: node.otherwise === undefined ? undefined : parts.at(-1)!,
  };
}

/** Functions whose shape is an expression kind of its own, or whose arguments only have to agree. */
const CONDITIONALS: ReadonlyMap<
  string,
  (node: FunctionCall, args: readonly Operand[], context: ExpressionContext) => Expression
> = new Map([
  ['coalesce', bindCoalesce],
  ['ifnull', bindCoalesce],
  ['nullif', bindNullIf],
  ['iif', bindIif],
  ['greatest', (node, args, context) => bindExtreme(node, args, greatestFunction, context)],
  ['least', (node, args, context) => bindExtreme(node, args, leastFunction, context)],
]);

export function isConditional(name: string): boolean {
  return CONDITIONALS.has(name);
}

export function conditionalNames(): Iterable<string> {
  return CONDITIONALS.keys();
}

export function bindConditional(
  name: string,
  node: FunctionCall,
  context: ExpressionContext,
): Expression {
  const args = node.args.map((argument) => bindOperand(argument, context));
  return CONDITIONALS.get(name)!(node, args, context);
}

function bindCoalesce(
  node: FunctionCall,
  args: readonly Operand[],
  context: ExpressionContext,
): Expression {
  requireCount(node, args, 1, Infinity);
  const { type, parts } = unify(args, 'COALESCE', context);
  return parts.length === 1 ? parts[0]! : { kind: 'coalesce', type, args: parts };
}

function bindNullIf(
  node: FunctionCall,
  args: readonly Operand[],
  context: ExpressionContext,
): Expression {
  requireCount(node, args, 2, 2);
  const [left, right] = args as readonly [Operand, Operand];
  const equal = compare(context.state, '=', left, right, node.span);
  const value = isUnknown(left.expression.type)
    ? coerceImplicitly(context.state, left.expression, TEXT, left.span)!
    : left.expression;
  const nothing: Expression = { kind: 'constant', type: value.type, value: null };
  return {
    kind: 'case',
    type: value.type,
    branches: [{ when: equal, then: nothing }],
    otherwise: value,
  };
}

function bindIif(
  node: FunctionCall,
  args: readonly Operand[],
  context: ExpressionContext,
): Expression {
  requireCount(node, args, 2, 3);
  const [condition, ...choices] = args as readonly [Operand, ...Operand[]];
  const when = requireBoolean(context.state, condition.expression, 'IIF', condition.span);
  const { type, parts } = unify(choices, 'IIF', context);
  return { kind: 'case', type, branches: [{ when, then: parts[0]! }], otherwise: parts[1] };
}

function bindExtreme(
  node: FunctionCall,
  args: readonly Operand[],
  make: (type: DataType) => ScalarFunction,
  context: ExpressionContext,
): Expression {
  requireCount(node, args, 1, Infinity);
  const { type, parts } = unify(args, node.name.parts.at(-1)!.name.toUpperCase(), context);
  return { kind: 'call', type, function: make(type), args: parts };
}

/** Brings choices to their common type. */
export function unify(
  choices: readonly Operand[],
  construct: string,
  context: ExpressionContext,
): { readonly type: DataType; readonly parts: readonly Expression[] } {
  const types = choices.map((choice) => choice.expression.type);
  const common = commonTypeOf(types);
  if ('misfit' in common) {
    const before = types.slice(0, common.misfit).find((type) => !isUnknown(type))!;
    throw typesDiffer(construct, before, types[common.misfit]!, choices[common.misfit]!.span);
  }
  const { type } = common;
  const parts = choices.map((choice) =>
    coerceImplicitly(context.state, choice.expression, type, choice.span)!,
  );
  return { type, parts };
}

export function typesDiffer(construct: string, left: DataType, right: DataType, span: Span): Error {
  return errorAt(
    'ALX_TYPE_MISMATCH',
    `${construct} types ${typeName(left)} and ${typeName(right)} cannot be matched`,
    span,
  );
}

function requireCount(
  node: FunctionCall,
  args: readonly Operand[],
  min: number,
  max: number,
): void {
  if (args.length >= min && args.length <= max) return;
  const name = node.name.parts.at(-1)!.name;
  throw errorAt(
    'ALX_FUNCTION_NOT_FOUND',
    `function ${name} does not take ${args.length} arguments`,
    node.span,
  );
}
