/**
 * `and`, `or`, `not`, `isNull`: Kleene's three-valued logic. Arguments are evaluated in the order written, and, when one
 * may fail or has cost of its own, only for rows that are still undecided.
 */
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { fixedColumn, isValid } from '../types/column-vector.ts';
import { BOOLEAN } from '../types/data-type.ts';
import { allValid, bitAt, clearBit } from '../types/validity.ts';
import { presentBits } from '../compute/selection.ts';
import { keepPresent } from '../compute/compare-columns.ts';
import { constantNode, keepTrue, toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ExpressionCompiler, Refine } from './compiled-node.ts';
import { mustBeLazy, referencedColumns } from './expression-traits.ts';
import type { CompiledExpression, Expression } from './expression.ts';
import { booleanBuffer } from './result-buffer.ts';
import { evaluateSubset, gatherBatch } from './subset.ts';

type LogicExpression = Extract<Expression, { kind: 'and' | 'or' }>;

/** One argument: its closure, the columns it reads, and whether it must not see decided rows. */
interface Argument {
  readonly evaluate: CompiledExpression;
  readonly refine: Refine;
  readonly columns: readonly number[];
  readonly lazy: boolean;
}

export function compileLogic(
  compiler: ExpressionCompiler,
  expression: LogicExpression,
): CompiledNode {
  const conjunction = expression.kind === 'and';
  const deciding = !conjunction;
  const args: Argument[] = [];
  let sawNull = false;
  for (const child of expression.args) {
    const node = compiler.compile(child);
    if (node.kind === 'constant') {
      // A deciding constant ends the list: what follows is never evaluated, what precedes may still fail.
      if (node.value === deciding) {
        if (args.length === 0) return constantNode(BOOLEAN, deciding);
        args.push(argumentOf(node, child));
        break;
      }
      if (node.value === null) sawNull = true;
      continue;
    }
    args.push(argumentOf(node, child));
  }
  if (args.length === 0) return constantNode(BOOLEAN, sawNull ? null : conjunction);
  const evaluate = evaluateLogic(args, deciding, sawNull);
  if (sawNull && conjunction) return vectorNode(BOOLEAN, evaluate, () => 0);
  return vectorNode(BOOLEAN, evaluate, conjunction ? refineAnd(args) : refineOr(args));
}

/** Below this share of rows, gathering them beats evaluating a whole batch. */
const SPARSE_SHARE = 0.25;

function argumentOf(node: CompiledNode, expression: Expression): Argument {
  const evaluate = toVector(node);
  const columns = referencedColumns(expression);
  const lazy = mustBeLazy(expression);
  const own = node.kind === 'vector' && !lazy ? node.refine : undefined;
  const refine: Refine = (batch, selection, count) => {
    if (count === 0) return 0;
    if (count === batch.rowCount && node.kind === 'vector' && node.refine !== undefined) {
      return node.refine(batch, selection, count);
    }
    if (own !== undefined) return own(batch, selection, count);
    if (!lazy && count > batch.rowCount * SPARSE_SHARE)
      return keepTrue(evaluate(batch), selection, count);
    const result = evaluateSubset(evaluate, columns, batch, selection, count);
    return keepTrueOfSubset(result, selection, count);
  };
  return { evaluate, refine, columns, lazy };
}

/** `column` holds one value per selected row: keeps the selected rows whose value is true. */
function keepTrueOfSubset(column: ColumnVector, selection: Int32Array, count: number): number {
  let kept = 0;
  for (let index = 0; index < count; index += 1) {
    if (isValid(column, index) && column.values[index] !== 0) {
      selection[kept] = selection[index]!;
      kept += 1;
    }
  }
  return kept;
}

/** The rows of any node that are true, by its own refinement or through its boolean column. */
export function refineOf(node: CompiledNode, expression: Expression): Refine {
  return argumentOf(node, expression).refine;
}

function refineAnd(args: readonly Argument[]): Refine {
  return (batch, selection, count) => {
    let kept = count;
    for (const argument of args) {
      if (kept === 0) return 0;
      kept = argument.refine(batch, selection, kept);
    }
    return kept;
  };
}

function refineOr(args: readonly Argument[]): Refine {
  let pending = new Int32Array(0);
  let trial = new Int32Array(0);
  let isTrue = new Uint8Array(0);
  return (batch, selection, count) => {
    if (isTrue.length < batch.rowCount) {
      isTrue = new Uint8Array(batch.rowCount);
      pending = new Int32Array(batch.rowCount);
      trial = new Int32Array(batch.rowCount);
    }
    isTrue.fill(0, 0, batch.rowCount);
    pending.set(selection.subarray(0, count));
    let pendingCount = count;
    for (const argument of args) {
      if (pendingCount === 0) break;
      trial.set(pending.subarray(0, pendingCount));
      const found = argument.refine(batch, trial, pendingCount);
      for (let index = 0; index < found; index += 1) isTrue[trial[index]!] = 1;
      let rest = 0;
      for (let index = 0; index < pendingCount; index += 1) {
        const row = pending[index]!;
        pending[rest] = row;
        if (isTrue[row] === 0) rest += 1;
      }
      pendingCount = rest;
    }
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      selection[kept] = row;
      if (isTrue[row] !== 0) kept += 1;
    }
    return kept;
  };
}

/**
 * The whole column. `out` begins as "not decided" everywhere (true for AND, false for OR); a deciding argument settles a
 * row; a null argument leaves it undecided but no longer the neutral value.
 */
function evaluateLogic(
  args: readonly Argument[],
  deciding: boolean,
  sawNull: boolean,
): CompiledExpression {
  const buffer = booleanBuffer();
  const decidingBit = deciding ? 1 : 0;
  let undecided = new Int32Array(0);
  return (batch) => {
    const { rowCount } = batch;
    const out = buffer(rowCount);
    out.fill(1 - decidingBit, 0, rowCount);
    const validity = allValid(rowCount);
    let nulls = sawNull;
    if (sawNull) validity.fill(0);
    if (undecided.length < rowCount) undecided = new Int32Array(rowCount);
    for (const argument of args) {
      const count = argument.lazy
        ? selectUndecided(out, decidingBit, rowCount, undecided)
        : rowCount;
      if (count === 0) break;
      const rows = count === rowCount ? undefined : undecided;
      const column =
        rows === undefined
          ? argument.evaluate(batch)
          : argument.evaluate(gatherBatch(batch, argument.columns, rows, count));
      if (mergeLogic(column, rows, count, decidingBit, out, validity)) nulls = true;
    }
    return fixedColumn(BOOLEAN, rowCount, out, nulls ? validity : undefined);
  };
}

function selectUndecided(
  out: Uint8Array,
  decidingBit: number,
  rowCount: number,
  rows: Int32Array,
): number {
  let count = 0;
  for (let row = 0; row < rowCount; row += 1) {
    rows[count] = row;
    if (out[row] !== decidingBit) count += 1;
  }
  return count;
}

/** Adds one argument's answers (value i belongs to row `rows[i]`, or i); tells whether a null came in. */
function mergeLogic(
  column: ColumnVector,
  rows: Int32Array | undefined,
  count: number,
  decidingBit: number,
  out: Uint8Array,
  validity: Uint8Array,
): boolean {
  const present = presentBits(column);
  const { values } = column;
  let nulls = false;
  for (let index = 0; index < count; index += 1) {
    const row = rows === undefined ? index : rows[index]!;
    if (out[row] === decidingBit) continue;
    if (present !== undefined && !bitAt(present, index)) {
      clearBit(validity, row);
      nulls = true;
    } else if (values[index] === decidingBit) {
      out[row] = decidingBit;
      validity[row >>> 3]! |= 1 << (row & 7);
    }
  }
  return nulls;
}

export function compileNot(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'not' }>,
): CompiledNode {
  const input = compiler.compile(expression.input);
  if (input.kind === 'constant')
    return constantNode(BOOLEAN, input.value === null ? null : input.value !== true);
  const buffer = booleanBuffer();
  return vectorNode(BOOLEAN, (batch) => {
    const column = input.evaluate(batch);
    const out = buffer(batch.rowCount);
    for (let row = 0; row < batch.rowCount; row += 1) out[row] = column.values[row] === 0 ? 1 : 0;
    return fixedColumn(BOOLEAN, batch.rowCount, out, presentBits(column));
  });
}

export function compileIsNull(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'isNull' }>,
): CompiledNode {
  const input = compiler.compile(expression.input);
  const { negated } = expression;
  if (input.kind === 'constant') return constantNode(BOOLEAN, (input.value === null) !== negated);
  const buffer = booleanBuffer();
  const evaluate = (batch: Batch): ColumnVector => {
    const present = presentBits(input.evaluate(batch));
    const out = buffer(batch.rowCount);
    if (present === undefined) out.fill(negated ? 1 : 0, 0, batch.rowCount);
    else
      for (let row = 0; row < batch.rowCount; row += 1)
        out[row] = bitAt(present, row) === negated ? 1 : 0;
    return fixedColumn(BOOLEAN, batch.rowCount, out);
  };
  const refine: Refine = (batch, selection, count) => {
    const present = presentBits(input.evaluate(batch));
    if (present === undefined) return negated ? count : 0;
    return negated
      ? keepPresent(present, selection, count)
      : keepTrue(evaluate(batch), selection, count);
  };
  return vectorNode(BOOLEAN, evaluate, refine);
}
