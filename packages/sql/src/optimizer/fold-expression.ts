/** Computes what depends on constants alone, and simplifies logic around it. What fails stays, and fails when a row asks. */
import { AlopexError, assert } from '@alopex-db/core/base';
import {
  childrenOf,
  evaluateConstant,
  type Expression,
  type ExpressionRuntime,
} from '@alopex-db/core/exec';
import { NO_SESSION } from '@alopex-db/core/compute';
import { BOOLEAN, type DataType } from '@alopex-db/core/types';
import { equalExpressions } from '../plan/walk-expression.ts';
import { mapDeep } from '../plan/walk-plan.ts';
import { unwrapComparison } from './unwrap-comparison.ts';

/** Foldable expressions reach for none of this. */
const NO_RUNTIME: ExpressionRuntime = {
  parameters: [],
  outer: [],
  ...NO_SESSION,
  statementMicros: 0,
  nowMicros() {
    assert(false, 'volatile functions are not folded');
  },
  nextUint32() {
    assert(false, 'volatile functions are not folded');
  },
  openSubquery() {
    assert(false, 'subqueries are not folded');
  },
};

export function foldExpression(expression: Expression): Expression {
  return mapDeep(expression, foldNode);
}

function foldNode(node: Expression): Expression {
  switch (node.kind) {
    case 'and':
      return foldLogic(node, false);
    case 'or':
      return listOfEqualities(foldLogic(node, true));
    case 'case':
      return foldCase(node);
    case 'coalesce':
      return foldCoalesce(node);
    case 'compare':
      return isFoldable(node) ? evaluated(node) : unwrapComparison(node);
    case 'not':
      return isFoldable(node) ? evaluated(node) : pushNot(node);
    default:
      return isFoldable(node) ? evaluated(node) : node;
  }
}

function isFoldable(node: Expression): boolean {
  switch (node.kind) {
    case 'call':
      return node.function.volatility === 'immutable' && allConstant(node);
    case 'cast':
      return !needsSession(node.input.type, node.type) && allConstant(node);
    case 'compare':
    case 'not':
    case 'isNull':
    case 'distinct':
    case 'in':
      return allConstant(node);
    default:
      return false;
  }
}

/** Casts that read the session's zone or clock. */
function needsSession(from: DataType, to: DataType): boolean {
  const zoned = from.kind === 'timestamptz' || to.kind === 'timestamptz';
  return zoned || (from.kind === 'text' && (to.kind === 'date' || to.kind.startsWith('time')));
}

function allConstant(node: Expression): boolean {
  return childrenOf(node).every((operand) => operand.kind === 'constant');
}

function evaluated(node: Expression): Expression {
  try {
    return { kind: 'constant', type: node.type, value: evaluateConstant(node, NO_RUNTIME) };
  } catch (error) {
    if (error instanceof AlopexError && error.kind !== 'Internal') return node;
    throw error;
  }
}

function boolean(value: boolean | null): Expression {
  return { kind: 'constant', type: BOOLEAN, value };
}

/** Chains written by people are short; in one written by a program nobody looks for doubles pair by pair. */
const DOUBLES_SOUGHT_MAX = 64;

/** AND (`decisive` false) and OR (true): the decisive constant decides, its opposite says nothing. */
function foldLogic(
  node: Expression & { readonly kind: 'and' | 'or' },
  decisive: boolean,
): Expression {
  const parts: Expression[] = [];
  for (const part of node.args.flatMap((argument) =>
    argument.kind === node.kind ? argument.args : [argument],
  )) {
    if (part.kind === 'constant' && part.value === decisive) return boolean(decisive);
    const idle = part.kind === 'constant' && part.value === !decisive;
    const known =
      parts.length < DOUBLES_SOUGHT_MAX && parts.some((other) => equalExpressions(other, part));
    if (!idle && !known) parts.push(part);
  }
  if (parts.length === 0) return boolean(!decisive);
  if (parts.length === 1) return parts[0]!;
  return parts.length === node.args.length ? node : { ...node, args: parts };
}

/** `a = 1 OR a = 2` is `a IN (1, 2)`: a set to look in, and keys to look up. */
function listOfEqualities(node: Expression): Expression {
  if (node.kind !== 'or') return node;
  let input: Expression | undefined;
  const list: Expression[] = [];
  for (const part of node.args) {
    const found = equality(part);
    if (found === undefined || (input !== undefined && !equalExpressions(input, found.input)))
      return node;
    input = found.input;
    list.push(...found.values);
  }
  return input === undefined ? node : { kind: 'in', type: BOOLEAN, input, list, negated: false };
}

function equality(
  part: Expression,
): { readonly input: Expression; readonly values: readonly Expression[] } | undefined {
  if (part.kind === 'in' && !part.negated && part.list.every(isGiven))
    return { input: part.input, values: part.list };
  if (part.kind !== 'compare' || part.operator !== '=') return undefined;
  if (isGiven(part.right) && !isGiven(part.left)) return { input: part.left, values: [part.right] };
  if (isGiven(part.left) && !isGiven(part.right)) return { input: part.right, values: [part.left] };
  return undefined;
}

function isGiven(expression: Expression): boolean {
  return expression.kind === 'constant' || expression.kind === 'parameter';
}

function foldCase(node: Expression & { readonly kind: 'case' }): Expression {
  const branches: { readonly when: Expression; readonly then: Expression }[] = [];
  for (const branch of node.branches) {
    if (branch.when.kind !== 'constant') {
      branches.push(branch);
    } else if (branch.when.value === true) {
      return branches.length === 0 ? branch.then : { ...node, branches, otherwise: branch.then };
    }
  }
  if (branches.length === 0) return node.otherwise ?? nullOf(node.type);
  return branches.length === node.branches.length ? node : { ...node, branches };
}

function foldCoalesce(node: Expression & { readonly kind: 'coalesce' }): Expression {
  const args: Expression[] = [];
  for (const argument of node.args) {
    if (argument.kind === 'constant' && argument.value === null) continue;
    args.push(argument);
    if (argument.kind === 'constant') break;
  }
  if (args.length === 0) return nullOf(node.type);
  if (args.length === 1) return args[0]!;
  return args.length === node.args.length ? node : { ...node, args };
}

function nullOf(type: DataType): Expression {
  return { kind: 'constant', type, value: null };
}

const OPPOSITE = { '=': '<>', '<>': '=', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;

/** NOT moves inwards, where comparisons can swallow it: then the conditions below can be used one by one. */
function pushNot(node: Expression & { readonly kind: 'not' }): Expression {
  const { input } = node;
  switch (input.kind) {
    case 'not':
      return input.input;
    case 'compare':
      return { ...input, operator: OPPOSITE[input.operator] };
    case 'isNull':
    case 'distinct':
    case 'in':
      return { ...input, negated: !input.negated };
    case 'and':
    case 'or': {
      const kind = input.kind === 'and' ? 'or' : 'and';
      return foldNode({
        kind,
        type: BOOLEAN,
        args: input.args.map((part) => foldNode({ kind: 'not', type: BOOLEAN, input: part })),
      });
    }
    default:
      return node;
  }
}
