/**
 * Distances of two float32 vectors; TypeScript twin of `assembly/float32.ts`, where the order of additions is laid down.
 * Each function walks the vectors once per lane, because four running sums stay in registers and sixteen do not.
 */
const round = Math.fround;

export function dotF32(
  left: Float32Array,
  leftStart: number,
  right: Float32Array,
  rightStart: number,
  dim: number,
): number {
  const even = round(
    dotLane(left, leftStart, right, rightStart, dim) +
      dotLane(left, leftStart + 2, right, rightStart + 2, dim),
  );
  const odd = round(
    dotLane(left, leftStart + 1, right, rightStart + 1, dim) +
      dotLane(left, leftStart + 3, right, rightStart + 3, dim),
  );
  let sum = round(even + odd);
  for (let index = dim & ~3; index < dim; index += 1) {
    sum = round(sum + round(left[leftStart + index]! * right[rightStart + index]!));
  }
  return sum;
}

function dotLane(
  left: Float32Array,
  leftAt: number,
  right: Float32Array,
  rightAt: number,
  dim: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const leftEnd16 = leftAt + (dim & ~15);
  const leftEnd4 = leftAt + (dim & ~3);
  for (; leftAt < leftEnd16; leftAt += 16, rightAt += 16) {
    sum0 = round(sum0 + round(left[leftAt]! * right[rightAt]!));
    sum1 = round(sum1 + round(left[leftAt + 4]! * right[rightAt + 4]!));
    sum2 = round(sum2 + round(left[leftAt + 8]! * right[rightAt + 8]!));
    sum3 = round(sum3 + round(left[leftAt + 12]! * right[rightAt + 12]!));
  }
  for (; leftAt < leftEnd4; leftAt += 4, rightAt += 4) {
    sum0 = round(sum0 + round(left[leftAt]! * right[rightAt]!));
  }
  return round(round(sum0 + sum1) + round(sum2 + sum3));
}

export function squaredL2F32(
  left: Float32Array,
  leftStart: number,
  right: Float32Array,
  rightStart: number,
  dim: number,
): number {
  const even = round(
    squaredL2Lane(left, leftStart, right, rightStart, dim) +
      squaredL2Lane(left, leftStart + 2, right, rightStart + 2, dim),
  );
  const odd = round(
    squaredL2Lane(left, leftStart + 1, right, rightStart + 1, dim) +
      squaredL2Lane(left, leftStart + 3, right, rightStart + 3, dim),
  );
  let sum = round(even + odd);
  for (let index = dim & ~3; index < dim; index += 1) {
    sum = round(sum + squaredDifference(left[leftStart + index]!, right[rightStart + index]!));
  }
  return sum;
}

function squaredL2Lane(
  left: Float32Array,
  leftAt: number,
  right: Float32Array,
  rightAt: number,
  dim: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const leftEnd16 = leftAt + (dim & ~15);
  const leftEnd4 = leftAt + (dim & ~3);
  for (; leftAt < leftEnd16; leftAt += 16, rightAt += 16) {
    sum0 = round(sum0 + squaredDifference(left[leftAt]!, right[rightAt]!));
    sum1 = round(sum1 + squaredDifference(left[leftAt + 4]!, right[rightAt + 4]!));
    sum2 = round(sum2 + squaredDifference(left[leftAt + 8]!, right[rightAt + 8]!));
    sum3 = round(sum3 + squaredDifference(left[leftAt + 12]!, right[rightAt + 12]!));
  }
  for (; leftAt < leftEnd4; leftAt += 4, rightAt += 4) {
    sum0 = round(sum0 + squaredDifference(left[leftAt]!, right[rightAt]!));
  }
  return round(round(sum0 + sum1) + round(sum2 + sum3));
}

function squaredDifference(left: number, right: number): number {
  const difference = round(left - right);
  return round(difference * difference);
}

export function l1F32(
  left: Float32Array,
  leftStart: number,
  right: Float32Array,
  rightStart: number,
  dim: number,
): number {
  const even = round(
    l1Lane(left, leftStart, right, rightStart, dim) +
      l1Lane(left, leftStart + 2, right, rightStart + 2, dim),
  );
  const odd = round(
    l1Lane(left, leftStart + 1, right, rightStart + 1, dim) +
      l1Lane(left, leftStart + 3, right, rightStart + 3, dim),
  );
  let sum = round(even + odd);
  for (let index = dim & ~3; index < dim; index += 1) {
    sum = round(sum + Math.abs(round(left[leftStart + index]! - right[rightStart + index]!)));
  }
  return sum;
}

function l1Lane(
  left: Float32Array,
  leftAt: number,
  right: Float32Array,
  rightAt: number,
  dim: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const leftEnd16 = leftAt + (dim & ~15);
  const leftEnd4 = leftAt + (dim & ~3);
  for (; leftAt < leftEnd16; leftAt += 16, rightAt += 16) {
    sum0 = round(sum0 + Math.abs(round(left[leftAt]! - right[rightAt]!)));
    sum1 = round(sum1 + Math.abs(round(left[leftAt + 4]! - right[rightAt + 4]!)));
    sum2 = round(sum2 + Math.abs(round(left[leftAt + 8]! - right[rightAt + 8]!)));
    sum3 = round(sum3 + Math.abs(round(left[leftAt + 12]! - right[rightAt + 12]!)));
  }
  for (; leftAt < leftEnd4; leftAt += 4, rightAt += 4) {
    sum0 = round(sum0 + Math.abs(round(left[leftAt]! - right[rightAt]!)));
  }
  return round(round(sum0 + sum1) + round(sum2 + sum3));
}

/** The cosine in float64: the slow way for vectors whose float32 squares overflow or vanish. */
export function wideCosineF32(
  left: Float32Array,
  leftStart: number,
  right: Float32Array,
  rightStart: number,
  dim: number,
): number {
  let dot = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let index = 0; index < dim; index += 1) {
    const a = left[leftStart + index]!;
    const b = right[rightStart + index]!;
    dot += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  return clampCosine(dot / (Math.sqrt(leftSquares) * Math.sqrt(rightSquares)));
}

/** Rounding may carry a cosine past 1; NaN (a zero norm) stays NaN. */
export function clampCosine(cosine: number): number {
  if (cosine > 1) return 1;
  if (cosine < -1) return -1;
  return round(cosine);
}
