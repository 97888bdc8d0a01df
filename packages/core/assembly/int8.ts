/** Dot products of int8 vectors, exact in i32 up to 65,535 dimensions. AssemblyScript, twin of `src/kernels/int8.ts`. */
export function dotI8(left: usize, right: usize, dim: u32): i32 {
  let low = i32x4.splat(0);
  let high = low;
  const end = left + <usize>dim;
  const end16 = left + <usize>(dim & ~15);
  for (; left < end16; left += 16, right += 16) {
    low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load_ext<i8>(left), v128.load_ext<i8>(right)));
    high = i32x4.add(
      high,
      i32x4.dot_i16x8_s(v128.load_ext<i8>(left, 8), v128.load_ext<i8>(right, 8)),
    );
  }
  low = i32x4.add(low, high);
  let sum =
    i32x4.extract_lane(low, 0) +
    i32x4.extract_lane(low, 1) +
    i32x4.extract_lane(low, 2) +
    i32x4.extract_lane(low, 3);
  for (; left < end; left += 1, right += 1) sum += <i32>load<i8>(left) * <i32>load<i8>(right);
  return sum;
}

/** out[i] = dot(query, row i), rows `rowStride` bytes apart. */
export function dotsI8(
  query: usize,
  rows: usize,
  rowStride: u32,
  dim: u32,
  count: u32,
  out: usize,
): void {
  for (let index: u32 = 0; index < count; index += 1, rows += rowStride) {
    store<i32>(out + ((<usize>index) << 2), dotI8(query, rows, dim));
  }
}
