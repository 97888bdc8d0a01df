/** Arithmetic and other symbols, by operand types. */
import {
  arithmeticFunction,
  bitFunction,
  bitNotFunction,
  mathFunctions,
  negateFunction,
  numericFunctions,
  temporalOperators,
  textFunctions,
  type ArithmeticOperator,
  type BitOperator,
} from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import {
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  INTERVAL,
  NUMERIC,
  TEXT,
  type DataType,
} from '@alopex-db/core/types';
import type { Overload, ScalarDef } from './function-def.ts';
import { ARRAY_OPERATORS, ARRAY_OVERLOADS } from './scalar-array.ts';
import { JSON_OPERATORS, JSON_OVERLOADS } from './scalar-json.ts';
import { TEMPORAL_OVERLOADS } from './temporal-operators.ts';
import { VECTOR_OPERATORS } from './vector-functions.ts';

export const INTEGERS: readonly DataType[] = [INT16, INT32, INT64];
export const NUMBERS: readonly DataType[] = [INT16, INT32, INT64, FLOAT32, FLOAT64];

function operator(
  name: string,
  summary: string,
  overloads: readonly Overload<ScalarFunction>[],
): ScalarDef {
  return { kind: 'scalar', name, group: 'operator', summary, overloads };
}

const NUMERIC_ARITHMETIC: Readonly<Record<ArithmeticOperator, ScalarFunction>> = {
  '+': numericFunctions.plus,
  '-': numericFunctions.minus,
  '*': numericFunctions.times,
  '/': numericFunctions.over,
  '%': numericFunctions.modulo,
};

function arithmetic(
  symbol: ArithmeticOperator,
  summary: string,
  types: readonly DataType[],
): ScalarDef {
  const numeric = types.map((type) => ({
    args: [type, type],
    returns: type,
    implementation: arithmeticFunction(symbol, type),
  }));
  const exact = {
    args: [NUMERIC, NUMERIC],
    returns: NUMERIC,
    implementation: NUMERIC_ARITHMETIC[symbol],
  };
  return operator(symbol, summary, [
    ...numeric,
    exact,
    ...(TEMPORAL_OVERLOADS.get(symbol) ?? []),
    ...(VECTOR_OPERATORS.get(symbol) ?? []),
    ...(JSON_OVERLOADS.get(symbol) ?? []),
  ]);
}

function bits(symbol: BitOperator, summary: string): ScalarDef {
  const shifts = symbol === '<<' || symbol === '>>';
  const overloads = INTEGERS.map((type) => ({
    args: [type, shifts ? INT32 : type],
    returns: type,
    implementation: bitFunction(symbol, type),
  }));
  return operator(symbol, summary, overloads);
}

function like(symbol: string, summary: string, implementation: ScalarFunction): ScalarDef {
  return operator(symbol, summary, [
    { args: [TEXT, TEXT], returns: BOOLEAN, implementation },
    { args: [TEXT, TEXT, TEXT], returns: BOOLEAN, implementation },
  ]);
}

/** The operators that arrays share. */
function withArrays(operators: readonly ScalarDef[]): readonly ScalarDef[] {
  return operators.map((entry) => {
    const more = ARRAY_OVERLOADS.get(entry.name);
    return more === undefined ? entry : { ...entry, overloads: [...entry.overloads, ...more] };
  });
}

const { concatOperator } = textFunctions;

export const BINARY_OPERATORS: readonly ScalarDef[] = [
  arithmetic('+', 'Sum of two numbers, or of two vectors element by element.', NUMBERS),
  arithmetic('-', 'Difference of two numbers, or of two vectors element by element.', NUMBERS),
  arithmetic('*', 'Product of two numbers, or of two vectors element by element.', NUMBERS),
  arithmetic('/', 'Quotient; of integers it is cut towards zero.', NUMBERS),
  arithmetic('%', 'Remainder of an integer division, with the sign of the dividend.', INTEGERS),
  operator('^', 'The first number raised to the power of the second.', [
    { args: [FLOAT64, FLOAT64], returns: FLOAT64, implementation: mathFunctions.power },
    { args: [NUMERIC, NUMERIC], returns: NUMERIC, implementation: numericFunctions.power },
  ]),
  operator('||', 'Joins two texts, two byte strings or two vectors.', [
    { args: [TEXT, TEXT], returns: TEXT, implementation: concatOperator },
    { args: [TEXT, 'as-text'], returns: TEXT, implementation: concatOperator },
    { args: ['as-text', TEXT], returns: TEXT, implementation: concatOperator },
    { args: [BYTEA, BYTEA], returns: BYTEA, implementation: concatOperator },
    ...(VECTOR_OPERATORS.get('||') ?? []),
    ...(JSON_OVERLOADS.get('||') ?? []),
    ...(ARRAY_OVERLOADS.get('||') ?? []),
  ]),
  bits('&', 'Bits set in both integers.'),
  bits('|', 'Bits set in either integer.'),
  bits('#', 'Bits set in exactly one of two integers.'),
  bits('<<', 'Bits moved to the left.'),
  bits('>>', 'Bits moved to the right, keeping the sign.'),
  like('~~', 'LIKE: whether text matches a pattern of % and _.', textFunctions.like),
  like('!~~', 'NOT LIKE.', textFunctions.notLike),
  like('~~*', 'ILIKE: LIKE without regard to case.', textFunctions.ilike),
  like('!~~*', 'NOT ILIKE.', textFunctions.notIlike),
  ...withArrays(JSON_OPERATORS),
  ...ARRAY_OPERATORS,
];

export const PREFIX_OPERATORS: readonly ScalarDef[] = [
  operator('-', 'The number with its sign turned.', [
    ...NUMBERS.map((type) => ({
      args: [type],
      returns: type,
      implementation: negateFunction(type),
    })),
    { args: [NUMERIC], returns: NUMERIC, implementation: numericFunctions.negate },
    { args: [INTERVAL], returns: INTERVAL, implementation: temporalOperators.intervalNegate },
  ]),
  operator(
    '~',
    'The integer with all bits turned.',
    INTEGERS.map((type) => ({ args: [type], returns: type, implementation: bitNotFunction() })),
  ),
];
