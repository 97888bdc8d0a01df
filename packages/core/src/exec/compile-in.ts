/**
 * `in` over a list. Constants go into a hash set that is asked once per row; other entries are compared one by one. Null
 * in the list makes "not found" unknown, as the standard says.
 */
import { ValueSet } from '../compute/value-set.ts';
import { compareColumns } from '../compute/compare-columns.ts';
import { presentBits } from '../compute/selection.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { fixedColumn } from '../types/column-vector.ts';
import { BOOLEAN } from '../types/data-type.ts';
import { allValid, bitAt, clearBit } from '../types/validity.ts';
import { constantNode, toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ExpressionCompiler } from './compiled-node.ts';
import type { CompiledExpression, Expression } from './expression.ts';
import { booleanBuffer } from './result-buffer.ts';

export function compileIn(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'in' }>,
): CompiledNode {
  const input = compiler.compile(expression.input);
  if (expression.list.length === 0) return constantNode(BOOLEAN, expression.negated);
  if (input.kind === 'constant' && input.value === null) return constantNode(BOOLEAN, null);
  const set = new ValueSet(input.type);
  const others: CompiledExpression[] = [];
  let listHasNull = false;
  for (const child of expression.list) {
    const node = compiler.compile(child);
    if (node.kind === 'vector') others.push(node.evaluate);
    else if (node.value === null) listHasNull = true;
    else set.add(node.value);
  }
  const evaluate = evaluateIn(toVector(input), set, others, listHasNull, expression.negated);
  return vectorNode(BOOLEAN, evaluate);
}

function evaluateIn(
  input: CompiledExpression,
  set: ValueSet,
  others: readonly CompiledExpression[],
  listHasNull: boolean,
  negated: boolean,
): CompiledExpression {
  const buffer = booleanBuffer();
  const scratch = booleanBuffer();
  return (batch) => {
    const { rowCount } = batch;
    const column = input(batch);
    const out = buffer(rowCount);
    set.contains(column, rowCount, out);
    const unknown = listHasNull || others.length > 0 || presentBits(column) !== undefined;
    if (!unknown) {
      if (negated) for (let row = 0; row < rowCount; row += 1) out[row]! ^= 1;
      return fixedColumn(BOOLEAN, rowCount, out);
    }
    const validity = presentCopy(column, rowCount);
    const sawNull = new Uint8Array(rowCount).fill(listHasNull ? 1 : 0);
    for (const other of others)
      compareEntry(column, other(batch), rowCount, scratch(rowCount), out, sawNull);
    for (let row = 0; row < rowCount; row += 1) {
      if (out[row] === 0 && sawNull[row] !== 0) clearBit(validity, row);
      if (negated) out[row]! ^= 1;
    }
    return fixedColumn(BOOLEAN, rowCount, out, validity);
  };
}

function presentCopy(column: ColumnVector, rowCount: number): Uint8Array {
  return presentBits(column)?.slice() ?? allValid(rowCount);
}

function compareEntry(
  column: ColumnVector,
  entry: ColumnVector,
  rowCount: number,
  equal: Uint8Array,
  out: Uint8Array,
  sawNull: Uint8Array,
): void {
  const present = presentBits(entry);
  if (entry.type.kind !== 'null' && column.type.kind !== 'null')
    compareColumns('=', column, entry, rowCount, equal);
  for (let row = 0; row < rowCount; row += 1) {
    if (present !== undefined && !bitAt(present, row)) sawNull[row] = 1;
    else if (equal[row] !== 0) out[row] = 1;
  }
}
