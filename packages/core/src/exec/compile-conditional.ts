/**
 * `case` and `coalesce`: each result is evaluated only for the rows that take it. Results are appended branch after branch
 * and put into row order by one gather at the end.
 */
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { createColumnBuilder, gatherColumn } from '../types/create-column-builder.ts';
import type { ColumnBuilder } from '../types/column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { constantNode, toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ExpressionCompiler, Refine } from './compiled-node.ts';
import { refineOf } from './compile-logic.ts';
import { referencedColumns } from './expression-traits.ts';
import type { CompiledExpression, Expression } from './expression.ts';
import { evaluateSubset, writeIdentity } from './subset.ts';

/** An expression that is evaluated for some rows. */
interface Part {
  readonly evaluate: CompiledExpression;
  readonly columns: readonly number[];
}

interface Branch {
  /** Undefined: always taken. */
  readonly when: Refine | undefined;
  readonly result: Part;
}

function partOf(node: CompiledNode, expression: Expression): Part {
  return { evaluate: toVector(node), columns: referencedColumns(expression) };
}

export function compileCase(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'case' }>,
): CompiledNode {
  const { type } = expression;
  const branches: Branch[] = [];
  let open = true;
  for (const branch of expression.branches) {
    const when = compiler.compile(branch.when);
    if (when.kind === 'constant' && when.value !== true) continue;
    const then = compiler.compile(branch.then);
    if (when.kind === 'constant') {
      if (branches.length === 0) return then;
      branches.push({ when: undefined, result: partOf(then, branch.then) });
      open = false;
      break;
    }
    branches.push({ when: refineOf(when, branch.when), result: partOf(then, branch.then) });
  }
  if (open && expression.otherwise !== undefined) {
    const otherwise = compiler.compile(expression.otherwise);
    if (branches.length === 0) return otherwise;
    branches.push({ when: undefined, result: partOf(otherwise, expression.otherwise) });
  }
  if (branches.length === 0) return constantNode(type, null);
  return vectorNode(type, evaluateCase(type, branches));
}

function evaluateCase(type: DataType, branches: readonly Branch[]): CompiledExpression {
  const assembly = new RowAssembly(type);
  let taken = new Int32Array(0);
  return (batch) => {
    assembly.begin(batch.rowCount);
    if (taken.length < batch.rowCount) taken = new Int32Array(batch.rowCount);
    for (const branch of branches) {
      if (assembly.openCount === 0) break;
      let count = assembly.openCount;
      taken.set(assembly.open.subarray(0, count));
      if (branch.when !== undefined) count = branch.when(batch, taken, count);
      if (count > 0) assembly.take(branch.result, batch, taken, count);
    }
    return assembly.finish();
  };
}

export function compileCoalesce(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'coalesce' }>,
): CompiledNode {
  const { type } = expression;
  const parts: Part[] = [];
  for (const child of expression.args) {
    const node = compiler.compile(child);
    if (node.kind === 'constant') {
      if (node.value === null) continue;
      if (parts.length === 0) return node;
      parts.push(partOf(node, child));
      break;
    }
    parts.push(partOf(node, child));
  }
  if (parts.length === 0) return constantNode(type, null);
  const first = parts[0]!;
  const assembly = new RowAssembly(type);
  return vectorNode(type, (batch) => {
    const whole = first.evaluate(batch);
    if (whole.validity === undefined && whole.type.kind !== 'null') return whole;
    assembly.begin(batch.rowCount);
    assembly.takePresent(whole, batch.rowCount);
    for (let index = 1; index < parts.length && assembly.openCount > 0; index += 1) {
      const part = parts[index]!;
      const count = assembly.openCount;
      const column = evaluateSubset(part.evaluate, part.columns, batch, assembly.open, count);
      assembly.takePresent(column, count);
    }
    return assembly.finish();
  });
}

/** Collects values for rows in any order. `open[0 .. openCount)` are the rows without a value, ascending. */
class RowAssembly {
  open = new Int32Array(0);
  openCount = 0;
  readonly #builder: ColumnBuilder;
  /** Row -> position among the collected values; -1 = null. */
  #position = new Int32Array(0);
  #chosen = new Int32Array(0);
  #rowCount = 0;

  constructor(type: DataType) {
    this.#builder = createColumnBuilder(type);
  }

  begin(rowCount: number): void {
    if (this.open.length < rowCount) {
      this.open = new Int32Array(rowCount);
      this.#position = new Int32Array(rowCount);
      this.#chosen = new Int32Array(rowCount);
    }
    writeIdentity(this.open, rowCount);
    this.#position.fill(-1, 0, rowCount);
    this.openCount = rowCount;
    this.#rowCount = rowCount;
    this.#builder.clear();
  }

  /** Gives `rows[0 .. count)`, a part of the open ones, the values of `part`. */
  take(part: Part, batch: Batch, rows: Int32Array, count: number): void {
    const column = evaluateSubset(part.evaluate, part.columns, batch, rows, count);
    const base = this.#builder.length;
    this.#builder.appendColumn(column, 0, count);
    for (let index = 0; index < count; index += 1) this.#position[rows[index]!] = base + index;
    this.#close(rows, count);
  }

  /** Gives open row i the value i of `column` where that is present. */
  takePresent(column: ColumnVector, count: number): void {
    let found = 0;
    let rest = 0;
    const base = this.#builder.length;
    for (let index = 0; index < count; index += 1) {
      const row = this.open[index]!;
      if (isValid(column, index)) {
        this.#chosen[found] = index;
        this.#position[row] = base + found;
        found += 1;
      } else {
        this.open[rest] = row;
        rest += 1;
      }
    }
    this.#builder.appendSelected(column, this.#chosen, found);
    this.openCount = rest;
  }

  #close(rows: Int32Array, count: number): void {
    let rest = 0;
    let at = 0;
    for (let index = 0; index < this.openCount; index += 1) {
      const row = this.open[index]!;
      if (at < count && rows[at] === row) {
        at += 1;
      } else {
        this.open[rest] = row;
        rest += 1;
      }
    }
    this.openCount = rest;
  }

  finish(): ColumnVector {
    return gatherColumn(this.#builder.view(), this.#position, this.#rowCount);
  }
}
