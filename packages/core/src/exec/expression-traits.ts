/** What can be said about an expression without running it. */
import type { Expression } from './expression.ts';

/** The direct parts of an expression that are evaluated over the same batch. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'constant':
    case 'parameter':
    case 'outer':
      return [];
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
      return expression.args;
    case 'cast':
    case 'not':
    case 'isNull':
      return [expression.input];
    case 'compare':
    case 'distinct':
      return [expression.left, expression.right];
    case 'in':
      return [expression.input, ...expression.list];
    case 'case': {
      const parts = expression.branches.flatMap((branch) => [branch.when, branch.then]);
      return expression.otherwise === undefined ? parts : [...parts, expression.otherwise];
    }
    case 'subquery':
      return expression.probe === undefined
        ? expression.outer
        : [...expression.outer, expression.probe];
  }
}

/** Positions of the input columns that the expression reads, ascending. */
export function referencedColumns(expression: Expression): readonly number[] {
  const found = new Set<number>();
  collectColumns(expression, found);
  return [...found].sort((left, right) => left - right);
}

function collectColumns(expression: Expression, found: Set<number>): void {
  if (expression.kind === 'column') found.add(expression.index);
  for (const child of childrenOf(expression)) collectColumns(child, found);
}

/** True when no row of the input is read: the value is the same for a whole execution (unless volatile). */
export function readsNoColumn(expression: Expression): boolean {
  return expression.kind !== 'column' && childrenOf(expression).every(readsNoColumn);
}

/**
 * True when evaluating the expression for a row that nobody asked about could be noticed: it may fail, or it has effects
 * or cost of its own (a volatile function, a subquery). Everything else may be evaluated for whole batches.
 */
export function mustBeLazy(expression: Expression): boolean {
  switch (expression.kind) {
    case 'call':
    case 'subquery':
      return true;
    case 'cast':
      return (
        !isSafeCast(expression.input.type.kind, expression.type.kind) ||
        mustBeLazy(expression.input)
      );
    default:
      return childrenOf(expression).some(mustBeLazy);
  }
}

const NUMBER_RANK: Readonly<Record<string, number>> = {
  int16: 1,
  int32: 2,
  int64: 3,
  float32: 4,
  float64: 5,
};

/** Kinds whose types differ in what they allow. */
const CHECKED_KINDS: ReadonlySet<string> = new Set(['vector', 'numeric', 'array', 'map', 'struct']);

/** Widening conversions of numbers cannot fail. */
function isSafeCast(from: string, to: string): boolean {
  if (from === to) return !CHECKED_KINDS.has(from);
  const fromRank = NUMBER_RANK[from];
  const toRank = NUMBER_RANK[to];
  return fromRank !== undefined && toRank !== undefined && fromRank < toRank;
}
