/** What can be done with vectors besides scoring them (SPEC 3). Elements are float32; sums run in double precision. */
import { AlopexError } from '@alopex-db/core/base';
import { strictFunction } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { FLOAT64, INT32, vectorType, type DataType, type Scalar } from '@alopex-db/core/types';
import type { Overload, ScalarDef } from './function-def.ts';

const ANY_VECTOR: DataType = vectorType();

type Combine = (left: number, right: number) => number;

function elementwise(symbol: string, combine: Combine): readonly Overload<ScalarFunction>[] {
  const pair = strictFunction(symbol, ([left, right]) => {
    const from = asVector(left);
    const other = asVector(right);
    if (from.length !== other.length) {
      throw new AlopexError(
        'ALX_VECTOR_DIMENSION',
        `different vector dimensions ${from.length} and ${other.length}`,
      );
    }
    return finite(from.map((element, index) => combine(element, other[index]!)));
  });
  const byNumber = strictFunction(symbol, ([left, right]) => {
    const number = Number(right);
    return finite(asVector(left).map((element) => combine(element, number)));
  });
  const ofNumber = strictFunction(symbol, ([left, right]) => {
    const number = Number(left);
    return finite(asVector(right).map((element) => combine(number, element)));
  });
  return [
    { args: [ANY_VECTOR, ANY_VECTOR], returns: sameDimension, implementation: pair },
    { args: [ANY_VECTOR, FLOAT64], returns: sameDimension, implementation: byNumber },
    { args: [FLOAT64, ANY_VECTOR], returns: sameDimension, implementation: ofNumber },
  ];
}

const concatenate = strictFunction('||', ([left, right]) => {
  const from = asVector(left);
  const other = asVector(right);
  const joined = new Float32Array(from.length + other.length);
  joined.set(from);
  joined.set(other, from.length);
  return joined;
});

/** Overloads for vectors of operators that numbers have too. */
export const VECTOR_OPERATORS: ReadonlyMap<string, readonly Overload<ScalarFunction>[]> = new Map([
  ['+', elementwise('+', (left, right) => left + right)],
  ['-', elementwise('-', (left, right) => left - right)],
  ['*', elementwise('*', (left, right) => left * right)],
  [
    '||',
    [{ args: [ANY_VECTOR, ANY_VECTOR], returns: joinedDimension, implementation: concatenate }],
  ],
]);

export const VECTOR_FUNCTIONS: readonly ScalarDef[] = [
  {
    kind: 'scalar',
    name: 'vector_dims',
    group: 'vector',
    summary: 'Number of dimensions of a vector.',
    overloads: [
      {
        args: [ANY_VECTOR],
        returns: INT32,
        implementation: strictFunction('vector_dims', ([vector]) => asVector(vector).length),
      },
    ],
  },
  {
    kind: 'scalar',
    name: 'vector_norm',
    aliases: ['l2_norm'],
    group: 'vector',
    summary: 'Euclidean length of a vector.',
    overloads: [
      {
        args: [ANY_VECTOR],
        returns: FLOAT64,
        implementation: strictFunction('vector_norm', ([vector]) => norm(asVector(vector))),
      },
    ],
  },
  {
    kind: 'scalar',
    name: 'vector_normalize',
    aliases: ['l2_normalize'],
    group: 'vector',
    summary: 'The vector of the same direction with length 1; a zero vector stays as it is.',
    overloads: [
      {
        args: [ANY_VECTOR],
        returns: sameDimension,
        implementation: strictFunction('vector_normalize', ([vector]) =>
          normalized(asVector(vector)),
        ),
      },
    ],
  },
  {
    kind: 'scalar',
    name: 'subvector',
    group: 'vector',
    summary: 'So many elements of a vector, beginning at a position counted from 1.',
    overloads: [
      {
        args: [ANY_VECTOR, INT32, INT32],
        returns: ANY_VECTOR,
        implementation: strictFunction('subvector', ([vector, start, count]) =>
          subvector(asVector(vector), Number(start), Number(count)),
        ),
      },
    ],
  },
];

function asVector(value: Scalar | undefined): Float32Array {
  return value as Float32Array;
}

/** Overflow in an element is an error, as it is for a lone number. */
function finite(vector: Float32Array): Float32Array {
  if (vector.every(Number.isFinite)) return vector;
  throw new AlopexError('ALX_OUT_OF_RANGE', 'value out of range: overflow');
}

function norm(vector: Float32Array): number {
  let squares = 0;
  for (const element of vector) squares += element * element;
  return Math.sqrt(squares);
}

function normalized(vector: Float32Array): Float32Array {
  const length = norm(vector);
  return length === 0 ? vector : vector.map((element) => element / length);
}

/** Positions before the first element count, as in SUBSTRING; nothing left is an error, for a vector is never empty. */
function subvector(vector: Float32Array, start: number, count: number): Float32Array {
  const end = Math.min(vector.length, start - 1 + count);
  const part =
    count < 1 ? vector.subarray(0, 0) : vector.slice(Math.max(0, start - 1), Math.max(0, end));
  if (part.length > 0) return part;
  throw new AlopexError('ALX_VECTOR_DIMENSION', 'vector must have at least 1 dimension');
}

function dimensionOf(type: DataType | undefined): number | undefined {
  return type?.kind === 'vector' ? type.dimension : undefined;
}

function sameDimension(args: readonly DataType[]): DataType {
  return vectorType(dimensionOf(args[0]) ?? dimensionOf(args[1]));
}

function joinedDimension(args: readonly DataType[]): DataType {
  const [left, right] = args.map(dimensionOf);
  return vectorType(left === undefined || right === undefined ? undefined : left + right);
}
