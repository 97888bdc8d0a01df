/**
 * Distances of two float32 vectors that lie anywhere in linear memory (4-byte aligned). AssemblyScript, twin of
 * `src/kernels/float32.ts`.
 *
 * Order of additions, part of the contract with the twin: sixteen running sums, lane i taking elements i, i + 16, ...;
 * what is left in fours goes to lanes 0 to 3; lanes fold as ((a0 + a1) + (a2 + a3)), then (l0 + l2) + (l1 + l3); the last
 * one to three elements are added one by one. Without relaxed SIMD both twins therefore give the same bits.
 */

/** a * b + c; fused where the processor has it and the relaxed build is running. */
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

function foldLanes(a0: v128, a1: v128, a2: v128, a3: v128): f32 {
  const sum = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const half = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
  return f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 1);
}

export function dotF32(left: usize, right: usize, dim: u32): f32 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  const end = left + ((<usize>dim) << 2);
  const end16 = left + ((<usize>(dim & ~15)) << 2);
  const end4 = left + ((<usize>(dim & ~3)) << 2);
  for (; left < end16; left += 64, right += 64) {
    a0 = multiplyAdd(v128.load(left), v128.load(right), a0);
    a1 = multiplyAdd(v128.load(left, 16), v128.load(right, 16), a1);
    a2 = multiplyAdd(v128.load(left, 32), v128.load(right, 32), a2);
    a3 = multiplyAdd(v128.load(left, 48), v128.load(right, 48), a3);
  }
  for (; left < end4; left += 16, right += 16)
    a0 = multiplyAdd(v128.load(left), v128.load(right), a0);
  let sum = foldLanes(a0, a1, a2, a3);
  for (; left < end; left += 4, right += 4) sum += load<f32>(left) * load<f32>(right);
  return sum;
}

export function squaredL2F32(left: usize, right: usize, dim: u32): f32 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  const end = left + ((<usize>dim) << 2);
  const end16 = left + ((<usize>(dim & ~15)) << 2);
  const end4 = left + ((<usize>(dim & ~3)) << 2);
  for (; left < end16; left += 64, right += 64) {
    const d0 = f32x4.sub(v128.load(left), v128.load(right));
    const d1 = f32x4.sub(v128.load(left, 16), v128.load(right, 16));
    const d2 = f32x4.sub(v128.load(left, 32), v128.load(right, 32));
    const d3 = f32x4.sub(v128.load(left, 48), v128.load(right, 48));
    a0 = multiplyAdd(d0, d0, a0);
    a1 = multiplyAdd(d1, d1, a1);
    a2 = multiplyAdd(d2, d2, a2);
    a3 = multiplyAdd(d3, d3, a3);
  }
  for (; left < end4; left += 16, right += 16) {
    const difference = f32x4.sub(v128.load(left), v128.load(right));
    a0 = multiplyAdd(difference, difference, a0);
  }
  let sum = foldLanes(a0, a1, a2, a3);
  for (; left < end; left += 4, right += 4) {
    const difference = load<f32>(left) - load<f32>(right);
    sum += difference * difference;
  }
  return sum;
}

export function l1F32(left: usize, right: usize, dim: u32): f32 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  const end = left + ((<usize>dim) << 2);
  const end16 = left + ((<usize>(dim & ~15)) << 2);
  const end4 = left + ((<usize>(dim & ~3)) << 2);
  for (; left < end16; left += 64, right += 64) {
    a0 = f32x4.add(a0, f32x4.abs(f32x4.sub(v128.load(left), v128.load(right))));
    a1 = f32x4.add(a1, f32x4.abs(f32x4.sub(v128.load(left, 16), v128.load(right, 16))));
    a2 = f32x4.add(a2, f32x4.abs(f32x4.sub(v128.load(left, 32), v128.load(right, 32))));
    a3 = f32x4.add(a3, f32x4.abs(f32x4.sub(v128.load(left, 48), v128.load(right, 48))));
  }
  for (; left < end4; left += 16, right += 16) {
    a0 = f32x4.add(a0, f32x4.abs(f32x4.sub(v128.load(left), v128.load(right))));
  }
  let sum = foldLanes(a0, a1, a2, a3);
  for (; left < end; left += 4, right += 4) sum += abs<f32>(load<f32>(left) - load<f32>(right));
  return sum;
}

/** The cosine in float64, one running sum each: the slow way for vectors whose float32 squares overflow or vanish. */
export function wideCosineF32(left: usize, right: usize, dim: u32): f32 {
  let dot: f64 = 0;
  let leftSquares: f64 = 0;
  let rightSquares: f64 = 0;
  const end = left + ((<usize>dim) << 2);
  for (; left < end; left += 4, right += 4) {
    const a = <f64>load<f32>(left);
    const b = <f64>load<f32>(right);
    dot += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  return clampCosine(dot / (sqrt<f64>(leftSquares) * sqrt<f64>(rightSquares)));
}

/** Rounding may carry a cosine past 1; NaN (a zero norm) stays NaN. */
export function clampCosine(cosine: f64): f32 {
  if (cosine > 1) return 1;
  if (cosine < -1) return -1;
  return <f32>cosine;
}
