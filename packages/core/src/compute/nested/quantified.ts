/**
 * `value operator ANY (array)` and `ALL`: SQL's three-valued OR and AND over the elements. For equality with an array that is the
 * same for all rows, the elements are put into a set once.
 */
import { fixedColumn, validityBytes } from '../../types/column-vector.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { columnFromScalars, constantColumn } from '../../types/create-column-builder.ts';
import { BOOLEAN } from '../../types/data-type.ts';
import type { DataType } from '../../types/data-type.ts';
import type { ArrayValue } from '../../types/nested-value.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import { clearBit } from '../../types/validity.ts';
import { compareScalars } from '../compare.ts';
import type { ComparisonOperator } from '../compare.ts';
import type { FunctionContext, ScalarFunction } from '../scalar-function.ts';
import { ValueSet } from '../value-set.ts';
import { elementOf, nullableArrayFunction } from './array-function.ts';

export type Quantifier = 'any' | 'all';

/** One comparison over the elements; arguments: the value, the array. The same object for the same comparison. */
export function quantifiedComparison(
  operator: ComparisonOperator,
  quantifier: Quantifier,
): ScalarFunction {
  return COMPARISONS.get(`${operator} ${quantifier}`)!;
}

function makeComparison(operator: ComparisonOperator, quantifier: Quantifier): ScalarFunction {
  const rowwise = nullableArrayFunction(`${operator} ${quantifier}`, ({ args }) => {
    const element = elementOf(args[1]);
    return ([value, array]) => {
      if (array === null) return null;
      return quantify(quantifier, (array as ArrayValue).elements, (one) =>
        one === null || value === null ? null : holds(operator, element, value!, one),
      );
    };
  });
  const isMembership =
    (operator === '=' && quantifier === 'any') || (operator === '<>' && quantifier === 'all');
  if (!isMembership) return rowwise;
  return {
    ...rowwise,
    prepare: (constants, type) => {
      const array = constants[1];
      if (array === undefined || array === null)
        return (args, rowCount, as, context) =>
          rowwise.evaluate(args, rowCount, as ?? type, context);
      return memberEvaluator(array as ArrayValue, quantifier === 'all');
    },
  };
}

function holds(
  operator: ComparisonOperator,
  type: DataType,
  left: NonNullable<Scalar>,
  right: NonNullable<Scalar>,
): boolean {
  const order = compareScalars(type, left, right);
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** ANY is true for one true, ALL false for one false; else null if one was null. */
function quantify(
  quantifier: Quantifier,
  elements: readonly Scalar[],
  test: (element: Scalar, index: number) => boolean | null,
): boolean | null {
  const decides = quantifier === 'any';
  let unknown = false;
  for (let index = 0; index < elements.length; index += 1) {
    const answer = test(elements[index]!, index);
    if (answer === decides) return decides;
    if (answer === null) unknown = true;
  }
  return unknown ? null : !decides;
}

function memberEvaluator({ elements }: ArrayValue, negated: boolean): ScalarFunction['evaluate'] {
  let set: ValueSet | undefined;
  const hasNull = elements.includes(null);
  return (args, rowCount) => {
    const values = args[0]!;
    if (set === undefined) {
      set = new ValueSet(values.type);
      for (const element of elements) if (element !== null) set.add(element);
    }
    const out = new Uint8Array(rowCount);
    set.contains(values, rowCount, out);
    const validity = new Uint8Array(validityBytes(rowCount)).fill(0xff);
    for (let row = 0; row < rowCount; row += 1) {
      const isNull = values.type.kind === 'null' || scalarIsNull(values, row);
      // Nothing is a member of the empty array, not even null.
      const unknown = elements.length > 0 && (isNull || (hasNull && out[row] === 0));
      if (unknown) clearBit(validity, row);
      if (negated) out[row]! ^= 1;
    }
    return fixedColumn(BOOLEAN, rowCount, out, validity);
  };
}

function scalarIsNull(column: ColumnVector, row: number): boolean {
  const { validity } = column;
  return validity !== undefined && (validity[row >>> 3]! & (1 << (row & 7))) === 0;
}

const COMPARISONS: ReadonlyMap<string, ScalarFunction> = new Map(
  (['=', '<>', '<', '<=', '>', '>='] as const).flatMap((operator) =>
    (['any', 'all'] as const).map((quantifier) => [
      `${operator} ${quantifier}`,
      makeComparison(operator, quantifier),
    ]),
  ),
);

// Equal expressions call the same function, so each operator has one of each kind.
const anyFunctions = new WeakMap<ScalarFunction, ScalarFunction>();
const allFunctions = new WeakMap<ScalarFunction, ScalarFunction>();

/** Any operator that answers a boolean; `called` takes the value and an element. */
export function quantifiedFunction(called: ScalarFunction, quantifier: Quantifier): ScalarFunction {
  const known = quantifier === 'any' ? anyFunctions : allFunctions;
  const found = known.get(called) ?? overArray(called, quantifier);
  known.set(called, found);
  return found;
}

function overArray(called: ScalarFunction, quantifier: Quantifier): ScalarFunction {
  return {
    name: `${called.name} ${quantifier}`,
    volatility: called.volatility,
    onNull: 'call',
    evaluate: (args, rowCount, _type, context) => {
      const answers: Scalar[] = [];
      for (let row = 0; row < rowCount; row += 1)
        answers.push(overElements(called, quantifier, args, row, context));
      return columnFromScalars(BOOLEAN, answers);
    },
  };
}

function overElements(
  called: ScalarFunction,
  quantifier: Quantifier,
  args: readonly ColumnVector[],
  row: number,
  context: FunctionContext,
): Scalar {
  const [values, arrays] = args;
  const array = scalarAt(arrays!, row);
  if (array === null) return null;
  const { elements } = array as ArrayValue;
  const value = scalarAt(values!, row);
  const left = constantColumn(values!.type, value, elements.length);
  const right = columnFromScalars(elementOf(arrays!.type), elements);
  const answers = called.evaluate([left, right], elements.length, BOOLEAN, context);
  return quantify(quantifier, elements, (element, index) =>
    element === null || value === null ? null : (scalarAt(answers, index) as boolean | null),
  );
}
