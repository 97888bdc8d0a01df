/**
 * One table for all twins: every kernel, every family of input, every awkward dimension and alignment. TypeScript is the
 * reference: SIMD must give its bits, relaxed SIMD must come within a rounding bound.
 */
import { crc32 as nativeCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Random } from '../base/random.ts';
import { nextFloat } from '../base/random.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { CRC32_TABLE_BYTES, type KernelFunctions, type KernelKind } from './kernels.ts';
import type { LinearMemory } from './linear-memory.ts';
import { loadKernels } from './load-kernels.ts';
import { METRIC_CODE, type MetricCode } from './metric-code.ts';
import { OrderKeyF32 } from './order-key-f32.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const LEFT = 1024;
const RIGHT = 600 * 1024;
const OUT = 1536 * 1024;
const NORMS = OUT + 64 * 1024;
const BITMAP = NORMS + 64 * 1024;
const HEAP = BITMAP + 64 * 1024;
const TABLES = HEAP + 64 * 1024;
const PAGES = 64;

const DIMENSIONS = [
  1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 19, 31, 32, 33, 63, 100, 127, 128, 384, 1000, 65_535,
];
const METRICS = Object.values(METRIC_CODE);

interface Twin {
  readonly name: string;
  readonly kind: KernelKind;
  readonly memory: LinearMemory;
  readonly functions: KernelFunctions;
}

function makeTwin(kind: KernelKind, shared: boolean): Twin {
  const kernels = loadKernels({ kind });
  const memory = kernels.createMemory({ initialPages: PAGES, maximumPages: PAGES * 2, shared });
  return {
    name: `${kind}${shared ? ' on shared memory' : ''}`,
    kind,
    memory,
    functions: kernels.bind(memory),
  };
}

const REFERENCE = makeTwin('typescript', false);
const TWINS = [
  makeTwin('simd', false),
  makeTwin('simd', true),
  makeTwin('relaxed', false),
  makeTwin('relaxed', true),
];

const FAMILIES: Readonly<Record<string, (random: Random) => number>> = {
  random: (random) => nextFloat(random) * 2 - 1,
  extreme: (random) => (nextFloat(random) < 0.5 ? -1 : 1) * 10 ** (nextFloat(random) * 76 - 38),
  denormal: (random) => (nextFloat(random) * 2 - 1) * 1e-39,
  zero: (random) => (nextFloat(random) < 0.5 ? -0 : 0),
  'not finite': (random) => {
    const roll = nextFloat(random);
    if (roll < 0.02) return Number.NaN;
    if (roll < 0.04) return Number.POSITIVE_INFINITY;
    return roll < 0.06 ? Number.NEGATIVE_INFINITY : roll;
  },
};

function fill(twins: readonly Twin[], at: number, values: Float32Array): void {
  for (const twin of twins) new Float32Array(twin.memory.buffer, at, values.length).set(values);
}

function values(random: Random, count: number, element: (random: Random) => number): Float32Array {
  return Float32Array.from({ length: count }, () => element(random));
}

/** Sum over pairs of what a fused and an unfused sum may disagree about, in float64. */
function magnitude(metric: MetricCode, left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) {
    const a = left[index]!;
    const b = right[index]!;
    if (metric === METRIC_CODE.l2) sum += (a - b) ** 2;
    else if (metric === METRIC_CODE.l1) sum += Math.abs(a - b);
    else sum += Math.abs(a * b);
  }
  return sum;
}

function expectSameNumber(twin: Twin, actual: number, expected: number, scale: number): void {
  if (twin.kind !== 'relaxed') {
    expect(actual).toBe(expected); // Object.is: NaN equals NaN, 0 is not -0
    return;
  }
  // Where partial sums come near the largest float, fusing decides whether they overflow.
  if (scale > 1e38 || Number.isNaN(scale)) return;
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(scale * 1e-6 + 1e-44);
}

describe.each(TWINS)('The $name twin', (twin) => {
  const twins = [REFERENCE, twin];

  describe.each(Object.entries(FAMILIES))('on %s input', (family, element) => {
    it(`computes the distances of two vectors at any dimension and alignment (seed ${SEED})`, () => {
      const random = new SeededRandom(SEED);
      for (const dim of DIMENSIONS) {
        // Every position within 16 bytes, the two vectors out of step.
        const left = LEFT + 4 * (dim & 3);
        const right = RIGHT + 4 * ((dim >> 1) & 3);
        const a = values(random, dim, element);
        const b = values(random, dim, element);
        fill(twins, left, a);
        fill(twins, right, b);
        const expected = REFERENCE.functions;
        const actual = twin.functions;
        const scale = (metric: MetricCode): number => magnitude(metric, a, b);
        expectSameNumber(
          twin,
          actual.dotF32(left, right, dim),
          expected.dotF32(left, right, dim),
          scale(2),
        );
        expectSameNumber(
          twin,
          actual.squaredL2F32(left, right, dim),
          expected.squaredL2F32(left, right, dim),
          scale(1),
        );
        expectSameNumber(
          twin,
          actual.l1F32(left, right, dim),
          expected.l1F32(left, right, dim),
          scale(3),
        );
      }
    });

    it(`chooses the rows that a sort would choose, NaN last and ties by ordinal (seed ${SEED})`, () => {
      const random = new SeededRandom(SEED + 1);
      const rowCount = 201;
      for (const dim of [1, 3, 8, 19]) {
        const stride = dim * 4 + 4;
        fill(twins, LEFT, values(random, dim, element));
        const rows = values(random, (stride / 4) * rowCount, element);
        // Equal rows make equal distances; zero rows have no cosine.
        rows.copyWithin((stride / 4) * 50, 0, (stride / 4) * 40);
        rows.fill(0, (stride / 4) * 120, (stride / 4) * 125);
        fill(twins, RIGHT, rows);
        const bitmap = Uint32Array.from(
          { length: 7 },
          () => random.nextUint32() & random.nextUint32(),
        );
        for (const { memory } of twins) new Uint32Array(memory.buffer, BITMAP, 7).set(bitmap);
        for (const metric of METRICS) {
          for (const { functions } of twins)
            functions.squaredNorms(RIGHT, stride, dim, rowCount, NORMS);
          for (const k of [1, 2, 10, rowCount]) {
            for (const excluded of [0, BITMAP]) {
              const scan = { metric, stride, dim, rowCount, excluded, k };
              const chosen = scanned(twin, scan);
              expect(chosen).toEqual(sorted(twin, scan));
              if (twin.kind === 'simd') expect(chosen).toEqual(scanned(REFERENCE, scan));
            }
          }
        }
      }
    });

    it('gives one distance to a pair, alone or in a batch, with stored norms or without', () => {
      const random = new SeededRandom(SEED + 2);
      for (const dim of [1, 6, 37]) {
        const count = 9;
        fill(twins, LEFT, values(random, dim * count, element));
        fill(twins, RIGHT, values(random, dim * count, element));
        const { functions, memory } = twin;
        const out = new Float32Array(memory.buffer, OUT, count);
        functions.squaredNorms(RIGHT, dim * 4, dim, count, NORMS);
        for (const metric of METRICS) {
          functions.reducedDistances(metric, LEFT, 0, RIGHT, dim * 4, dim, count, 0, OUT);
          const computed = out.slice();
          functions.reducedDistances(metric, LEFT, 0, RIGHT, dim * 4, dim, count, NORMS, OUT);
          expect(out).toEqual(computed);
          functions.reducedDistances(metric, LEFT, dim * 4, RIGHT, dim * 4, dim, count, 0, OUT);
          const pairs = out.slice();
          for (let pair = 0; pair < count; pair += 1) {
            const at = pair * dim * 4;
            functions.reducedDistances(metric, LEFT + at, 0, RIGHT + at, 0, dim, 1, 0, OUT);
            expect(out[0]).toBe(pairs[pair]);
          }
        }
      }
    });
  });

  it(`multiplies int8 exactly at every dimension, alignment and extreme (seed ${SEED})`, () => {
    const random = new SeededRandom(SEED + 3);
    for (const dim of DIMENSIONS) {
      for (const extreme of [true, false]) {
        const left = Int8Array.from({ length: dim }, () => (extreme ? -128 : random.nextUint32()));
        const right = Int8Array.from({ length: dim }, () => (extreme ? -128 : random.nextUint32()));
        const at = [LEFT + (dim % 5), RIGHT + (dim % 3)] as const;
        for (const { memory } of twins) {
          new Int8Array(memory.buffer, at[0], dim).set(left);
          new Int8Array(memory.buffer, at[1], dim).set(right);
        }
        let sum = 0;
        for (let index = 0; index < dim; index += 1) sum += left[index]! * right[index]!;
        for (const { functions, memory } of twins) {
          expect(functions.dotI8(at[0], at[1], dim)).toBe(sum);
          functions.dotsI8(at[0], at[1], 0, dim, 3, OUT);
          expect([...new Int32Array(memory.buffer, OUT, 3)]).toEqual([sum, sum, sum]);
        }
      }
    }
  });

  it('computes the CRC-32 of zlib at every length and alignment, in one piece or in two', () => {
    const random = new SeededRandom(SEED + 4);
    const bytes = Uint8Array.from({ length: 5000 }, () => random.nextUint32());
    for (const { functions, memory } of twins) {
      functions.fillCrc32Tables(TABLES);
      expect(TABLES + CRC32_TABLE_BYTES).toBeLessThanOrEqual(memory.buffer.byteLength);
      for (const length of [...Array.from({ length: 70 }, (_, index) => index), 1000, 4999]) {
        const at = RIGHT + (length % 7);
        new Uint8Array(memory.buffer, at, length).set(bytes.subarray(0, length));
        const expected = nativeCrc32(bytes.subarray(0, length));
        expect(functions.crc32(TABLES, at, length, 0)).toBe(expected);
        const half = length >> 1;
        const first = functions.crc32(TABLES, at, half, 0);
        expect(functions.crc32(TABLES, at + half, length - half, first)).toBe(expected);
      }
    }
  });

  it('works on after its memory has grown', () => {
    const { functions, memory } = makeTwin(twin.kind, false);
    memory.grow(4);
    new Float32Array(memory.buffer, PAGES * 65_536, 4).set([1, 2, 3, 4]);
    expect(functions.dotF32(PAGES * 65_536, PAGES * 65_536, 4)).toBe(30);
  });
});

interface Scan {
  readonly metric: MetricCode;
  readonly stride: number;
  readonly dim: number;
  readonly rowCount: number;
  readonly excluded: number;
  readonly k: number;
}

const ORDINAL_BASE = 4_000_000_000;

/** The k best ordinals and order keys by the kernel, in three calls. */
function scanned(twin: Twin, scan: Scan): number[][] {
  const { functions, memory } = twin;
  const { metric, stride, dim, rowCount, excluded, k } = scan;
  let held = 0;
  for (const [first, end] of [
    [0, 45],
    [45, 46],
    [46, rowCount],
  ] as const) {
    held = functions.scanTopK(
      metric,
      LEFT,
      RIGHT,
      stride,
      dim,
      first,
      end,
      ORDINAL_BASE,
      excluded,
      NORMS,
      HEAP,
      held,
      k,
    );
  }
  functions.sortHeap(HEAP, held);
  const ordinals = new Uint32Array(memory.buffer, HEAP, held * 2);
  const keys = new Int32Array(memory.buffer, HEAP, held * 2);
  return Array.from({ length: held }, (_, index) => [
    ordinals[2 * index]! - ORDINAL_BASE,
    keys[2 * index + 1]!,
  ]);
}

/** The same by computing every distance and sorting. */
function sorted(twin: Twin, scan: Scan): number[][] {
  const { functions, memory } = twin;
  const { metric, stride, dim, rowCount, excluded, k } = scan;
  functions.reducedDistances(metric, LEFT, 0, RIGHT, stride, dim, rowCount, NORMS, OUT);
  const distances = new Float32Array(memory.buffer, OUT, rowCount);
  const bitmap = new Uint32Array(memory.buffer, BITMAP, 7);
  const orderKey = new OrderKeyF32();
  return Array.from({ length: rowCount }, (_, row) => [row, orderKey.encode(distances[row]!)])
    .filter(([row]) => excluded === 0 || (bitmap[row! >> 5]! & (1 << (row! & 31))) === 0)
    .sort(([row, key], [otherRow, otherKey]) => key! - otherKey! || row! - otherRow!)
    .slice(0, k);
}

describe('The reduced distance', () => {
  it('agrees with float64 on ordinary vectors, for every twin and metric', () => {
    const random = new SeededRandom(SEED + 5);
    const dim = 100;
    const a = values(random, dim, FAMILIES['random']!);
    const b = values(random, dim, FAMILIES['random']!);
    const dot = (x: Float32Array, y: Float32Array): number =>
      x.reduce((sum, value, index) => sum + value * y[index]!, 0);
    const expected = {
      [METRIC_CODE.cosine]: -dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
      [METRIC_CODE.l2]: dot(a, a) - 2 * dot(a, b) + dot(b, b),
      [METRIC_CODE.inner]: -dot(a, b),
      [METRIC_CODE.l1]: a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0),
    };
    for (const { functions, memory } of [REFERENCE, ...TWINS]) {
      new Float32Array(memory.buffer, LEFT, dim).set(a);
      new Float32Array(memory.buffer, RIGHT, dim).set(b);
      for (const metric of METRICS) {
        functions.reducedDistances(metric, LEFT, 0, RIGHT, 0, dim, 1, 0, OUT);
        expect(new Float32Array(memory.buffer, OUT, 1)[0]).toBeCloseTo(expected[metric], 4);
      }
    }
  });

  it('has a cosine of exactly 1 for equal vectors, however large or small, and none for a zero vector', () => {
    for (const { functions, memory } of [REFERENCE, ...TWINS]) {
      const cosine = (left: readonly number[], right: readonly number[]): number => {
        new Float32Array(memory.buffer, LEFT, left.length).set(left);
        new Float32Array(memory.buffer, RIGHT, right.length).set(right);
        functions.reducedDistances(METRIC_CODE.cosine, LEFT, 0, RIGHT, 0, left.length, 1, 0, OUT);
        return -new Float32Array(memory.buffer, OUT, 1)[0]!;
      };
      expect(cosine([0.1, 0.7, 0.3], [0.1, 0.7, 0.3])).toBe(1);
      expect(cosine([0.1, 0.7, 0.3], [-0.2, -1.4, -0.6])).toBe(-1);
      expect(cosine([3e38, 1e38], [3e38, 1e38])).toBe(1);
      expect(cosine([1e-42, 1e-43], [1e-42, 1e-43])).toBe(1);
      expect(cosine([1e38, 0], [0, 1e-40])).toBe(0);
      expect(cosine([0, 0], [1, 2])).toBeNaN();
    }
  });
});

describe('Order keys', () => {
  it('sort as the floats do, NaN last, and come back as the floats they were', () => {
    const orderKey = new OrderKeyF32();
    const ascending = [-Infinity, -3e38, -1, -1e-45, 0, 1e-45, 1, 3e38, Infinity, NaN].map(
      Math.fround,
    );
    const keys = ascending.map((value) => orderKey.encode(value));
    expect(keys).toEqual([...keys].sort((left, right) => left - right));
    expect(keys.map((key) => orderKey.decode(key))).toEqual(ascending);
    expect(orderKey.encode(-0)).toBe(orderKey.encode(0));
  });
});
