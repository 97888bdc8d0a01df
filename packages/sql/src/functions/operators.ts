/** Arithmetic and other symbols, by operand types. */
import { arithmeticFunction, type ArithmeticOperator } from '@alopex-db/core/compute';
import { FLOAT32, FLOAT64, INT16, INT32, INT64 } from '@alopex-db/core/types';
import type { ScalarDef } from './function-def.ts';

const NUMERIC = [INT16, INT32, INT64, FLOAT32, FLOAT64] as const;

const ARITHMETIC: readonly (readonly [ArithmeticOperator, string])[] = [
  ['+', 'Adds two numbers.'],
  ['-', 'Subtracts the second number from the first.'],
  ['*', 'Multiplies two numbers.'],
  ['/', 'Divides; of integers the quotient is cut towards zero.'],
];

function arithmetic(symbol: ArithmeticOperator, summary: string, types: readonly (typeof NUMERIC)[number][]): ScalarDef {
  return {
    kind: 'scalar',
    name: symbol,
    group: 'operator',
    summary,
    overloads: types.map((type) => ({ args: [type, type], returns: type, implementation: arithmeticFunction(symbol, type) })),
  };
}

export const BINARY_OPERATORS: readonly ScalarDef[] = [
  ...ARITHMETIC.map(([symbol, summary]) => arithmetic(symbol, summary, NUMERIC)),
  arithmetic('%', 'Remainder of an integer division, with the sign of the dividend.', [INT16, INT32, INT64]),
];

export const PREFIX_OPERATORS: readonly ScalarDef[] = [];
