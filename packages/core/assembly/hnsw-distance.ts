/**
 * Distances of the walk: one query with four rows of the graph at a time, because rows lie apart in memory and four loads
 * under way hide each other's wait. AssemblyScript, twin of `src/kernels/hnsw-distance.ts`.
 *
 * A walk compares rows as float32 or as codes of one signed byte (SQ8), by the metric:
 *
 *   metric   float32                            SQ8, whose codes lie within [-63, 63]
 *   cosine   1 - dot / (root * root), >= 0      squared distance of the codes of the normalised vectors
 *   l2       squared distance                   squared distance of the codes
 *   inner    -dot                               -dot of the codes
 *   l1       distance                           distance of the codes
 *
 * Rows and codes are padded with zeros, to 8 floats and 16 codes. Order of additions, part of the contract with the twin:
 * lane i of eight takes elements i, i + 8, ...; then (l0 + l4) and so on make four; (l0 + l2) + (l1 + l3) is the sum. Codes
 * are added in integers, exact up to 65,535 dimensions: 65,535 * 126 * 126 < 2^31.
 */
import {
  CODES,
  CODE_STRIDE,
  METRIC,
  NORMS,
  QUANTIZATION,
  ROW_COUNT,
  ROWS,
  ROW_STRIDE,
} from './hnsw-layout';

/** Beyond these the processor has seen what is wanted, and fetches the next lines by itself. */
const TOUCHED_CODE_BYTES: usize = 256;
const TOUCHED_ROW_BYTES: usize = 512;
const CACHED_BYTES: usize = 8 << 20;

function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The sums of four vectors' lanes, by transposing. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

function sumLanesI32(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

function dots(query: usize, r0: usize, r1: usize, r2: usize, r3: usize, end: usize): v128 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (; query < end; query += 32, r0 += 32, r1 += 32, r2 += 32, r3 += 32) {
    const low = v128.load(query);
    const high = v128.load(query, 16);
    a0 = multiplyAdd(low, v128.load(r0), a0);
    a1 = multiplyAdd(low, v128.load(r1), a1);
    a2 = multiplyAdd(low, v128.load(r2), a2);
    a3 = multiplyAdd(low, v128.load(r3), a3);
    b0 = multiplyAdd(high, v128.load(r0, 16), b0);
    b1 = multiplyAdd(high, v128.load(r1, 16), b1);
    b2 = multiplyAdd(high, v128.load(r2, 16), b2);
    b3 = multiplyAdd(high, v128.load(r3, 16), b3);
  }
  return sumLanes(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
}

function squaredL2s(query: usize, r0: usize, r1: usize, r2: usize, r3: usize, end: usize): v128 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (; query < end; query += 32, r0 += 32, r1 += 32, r2 += 32, r3 += 32) {
    const low = v128.load(query);
    const high = v128.load(query, 16);
    let difference = f32x4.sub(low, v128.load(r0));
    a0 = multiplyAdd(difference, difference, a0);
    difference = f32x4.sub(low, v128.load(r1));
    a1 = multiplyAdd(difference, difference, a1);
    difference = f32x4.sub(low, v128.load(r2));
    a2 = multiplyAdd(difference, difference, a2);
    difference = f32x4.sub(low, v128.load(r3));
    a3 = multiplyAdd(difference, difference, a3);
    difference = f32x4.sub(high, v128.load(r0, 16));
    b0 = multiplyAdd(difference, difference, b0);
    difference = f32x4.sub(high, v128.load(r1, 16));
    b1 = multiplyAdd(difference, difference, b1);
    difference = f32x4.sub(high, v128.load(r2, 16));
    b2 = multiplyAdd(difference, difference, b2);
    difference = f32x4.sub(high, v128.load(r3, 16));
    b3 = multiplyAdd(difference, difference, b3);
  }
  return sumLanes(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
}

function l1s(query: usize, r0: usize, r1: usize, r2: usize, r3: usize, end: usize): v128 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (; query < end; query += 32, r0 += 32, r1 += 32, r2 += 32, r3 += 32) {
    const low = v128.load(query);
    const high = v128.load(query, 16);
    a0 = f32x4.add(a0, f32x4.abs(f32x4.sub(low, v128.load(r0))));
    a1 = f32x4.add(a1, f32x4.abs(f32x4.sub(low, v128.load(r1))));
    a2 = f32x4.add(a2, f32x4.abs(f32x4.sub(low, v128.load(r2))));
    a3 = f32x4.add(a3, f32x4.abs(f32x4.sub(low, v128.load(r3))));
    b0 = f32x4.add(b0, f32x4.abs(f32x4.sub(high, v128.load(r0, 16))));
    b1 = f32x4.add(b1, f32x4.abs(f32x4.sub(high, v128.load(r1, 16))));
    b2 = f32x4.add(b2, f32x4.abs(f32x4.sub(high, v128.load(r2, 16))));
    b3 = f32x4.add(b3, f32x4.abs(f32x4.sub(high, v128.load(r3, 16))));
  }
  return sumLanes(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
}

/**
 * Adds the squares of sixteen signed bytes to four sums. Differences of codes lie within [-126, 126], so their magnitudes fit
 * the 7 bits that the relaxed product asks for, and its result is the same everywhere.
 */
function addSquares(sum: v128, difference: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const magnitude = i8x16.abs(difference);
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(magnitude, magnitude, sum);
  }
  const low = i16x8.extend_low_i8x16_s(difference);
  const high = i16x8.extend_high_i8x16_s(difference);
  return i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
}

function addMagnitudes(sum: v128, difference: v128): v128 {
  const magnitude = i8x16.abs(difference);
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(magnitude, i8x16.splat(1), sum);
  }
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(magnitude)));
}

/** Adds sixteen products; `signs` is -1 where the query's code is negative, else 0. */
function addProducts(sum: v128, row: v128, query: v128, signs: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const turned = i8x16.sub(v128.xor(row, signs), signs);
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(turned, i8x16.abs(query), sum);
  }
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(row), i16x8.extend_low_i8x16_s(query));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(row), i16x8.extend_high_i8x16_s(query));
  return i32x4.add(sum, i32x4.add(low, high));
}

function codeSquares(query: usize, r0: usize, r1: usize, r2: usize, r3: usize, end: usize): v128 {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (; query < end; query += 16, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
    const code = v128.load(query);
    a0 = addSquares(a0, i8x16.sub(code, v128.load(r0)));
    a1 = addSquares(a1, i8x16.sub(code, v128.load(r1)));
    a2 = addSquares(a2, i8x16.sub(code, v128.load(r2)));
    a3 = addSquares(a3, i8x16.sub(code, v128.load(r3)));
  }
  return f32x4.convert_i32x4_s(sumLanesI32(a0, a1, a2, a3));
}

function codeDots(query: usize, r0: usize, r1: usize, r2: usize, r3: usize, end: usize): v128 {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (; query < end; query += 16, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
    const code = v128.load(query);
    const signs = i8x16.shr_s(code, 7);
    a0 = addProducts(a0, v128.load(r0), code, signs);
    a1 = addProducts(a1, v128.load(r1), code, signs);
    a2 = addProducts(a2, v128.load(r2), code, signs);
    a3 = addProducts(a3, v128.load(r3), code, signs);
  }
  return f32x4.convert_i32x4_s(sumLanesI32(a0, a1, a2, a3));
}

function codeL1s(query: usize, r0: usize, r1: usize, r2: usize, r3: usize, end: usize): v128 {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (; query < end; query += 16, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
    const code = v128.load(query);
    a0 = addMagnitudes(a0, i8x16.sub(code, v128.load(r0)));
    a1 = addMagnitudes(a1, i8x16.sub(code, v128.load(r1)));
    a2 = addMagnitudes(a2, i8x16.sub(code, v128.load(r2)));
    a3 = addMagnitudes(a3, i8x16.sub(code, v128.load(r3)));
  }
  return f32x4.convert_i32x4_s(sumLanesI32(a0, a1, a2, a3));
}

function codeDistances(query: usize, rows: usize): v128 {
  const codes = <usize>load<u32>(CODES);
  const stride = <usize>load<u32>(CODE_STRIDE);
  const r0 = codes + <usize>load<u32>(rows) * stride;
  const r1 = codes + <usize>load<u32>(rows, 4) * stride;
  const r2 = codes + <usize>load<u32>(rows, 8) * stride;
  const r3 = codes + <usize>load<u32>(rows, 12) * stride;
  const end = query + stride;
  const metric = load<u32>(METRIC);
  if (metric < 2) return codeSquares(query, r0, r1, r2, r3, end);
  if (metric == 2) return f32x4.sub(f32x4.splat(0), codeDots(query, r0, r1, r2, r3, end));
  return codeL1s(query, r0, r1, r2, r3, end);
}

function rootOfNorm(norms: usize, row: u32): f32 {
  return sqrt<f32>(load<f32>(norms + ((<usize>row) << 2)));
}

function cosines(dot: v128, queryRoot: f32, rows: usize): v128 {
  const norms = <usize>load<u32>(NORMS);
  let squares = f32x4.splat(load<f32>(norms + ((<usize>load<u32>(rows)) << 2)));
  squares = f32x4.replace_lane(squares, 1, load<f32>(norms + ((<usize>load<u32>(rows, 4)) << 2)));
  squares = f32x4.replace_lane(squares, 2, load<f32>(norms + ((<usize>load<u32>(rows, 8)) << 2)));
  squares = f32x4.replace_lane(squares, 3, load<f32>(norms + ((<usize>load<u32>(rows, 12)) << 2)));
  const cosine = f32x4.div(dot, f32x4.mul(f32x4.sqrt(squares), f32x4.splat(queryRoot)));
  return f32x4.max(f32x4.splat(0), f32x4.sub(f32x4.splat(1), cosine));
}

/**
 * The distances of the walk between a query and the four rows whose ordinals lie at `rows`. The query is what `queryOfRow`
 * answers, or of that form; `queryRoot` is its norm, read by float32 cosine only.
 */
export function walkDistances(query: usize, queryRoot: f32, rows: usize): v128 {
  if (load<u32>(QUANTIZATION) != 0) return codeDistances(query, rows);
  const base = <usize>load<u32>(ROWS);
  const stride = <usize>load<u32>(ROW_STRIDE);
  const r0 = base + <usize>load<u32>(rows) * stride;
  const r1 = base + <usize>load<u32>(rows, 4) * stride;
  const r2 = base + <usize>load<u32>(rows, 8) * stride;
  const r3 = base + <usize>load<u32>(rows, 12) * stride;
  const end = query + stride;
  const metric = load<u32>(METRIC);
  if (metric == 1) return squaredL2s(query, r0, r1, r2, r3, end);
  if (metric == 3) return l1s(query, r0, r1, r2, r3, end);
  const dot = dots(query, r0, r1, r2, r3, end);
  if (metric == 2) return f32x4.sub(f32x4.splat(0), dot);
  return cosines(dot, queryRoot, rows);
}

/**
 * Touches the codes of rows that are about to be compared, so that their ways from memory overlap: the branches of a walk,
 * which no processor predicts, would let them come four at a time. A third of the time of a walk over 100,000 x 128 codes.
 * Answers something that the caller stores, lest the loads be taken for useless.
 */
export function touchCodes(rows: usize, count: u32): u32 {
  if (load<u32>(QUANTIZATION) == 0) return 0;
  const codes = <usize>load<u32>(CODES);
  const stride = <usize>load<u32>(CODE_STRIDE);
  const lines = min<usize>(stride, TOUCHED_CODE_BYTES);
  let touched: u32 = 0;
  for (const end = rows + ((<usize>count) << 2); rows < end; rows += 4) {
    const code = codes + <usize>load<u32>(rows) * stride;
    for (let at: usize = 0; at < lines; at += 64) touched ^= load<u32>(code + at);
  }
  return touched;
}

/**
 * The same for the next four rows of float32, line by line: all of a step's at once, or every second line, is of no use. A
 * seventh of the time of a walk over 100,000 x 128; over rows that the cache holds it would cost a twentieth.
 */
export function touchNextRows(rows: usize): u32 {
  const base = <usize>load<u32>(ROWS);
  const stride = <usize>load<u32>(ROW_STRIDE);
  const isCached = <usize>load<u32>(ROW_COUNT) * stride < CACHED_BYTES;
  if (load<u32>(QUANTIZATION) != 0 || isCached) return 0;
  const r0 = base + <usize>load<u32>(rows) * stride;
  const r1 = base + <usize>load<u32>(rows, 4) * stride;
  const r2 = base + <usize>load<u32>(rows, 8) * stride;
  const r3 = base + <usize>load<u32>(rows, 12) * stride;
  const lines = min<usize>(stride, TOUCHED_ROW_BYTES);
  let touched: u32 = 0;
  for (let at: usize = 0; at < lines; at += 64) {
    touched ^= load<u32>(r0 + at) ^ load<u32>(r1 + at) ^ load<u32>(r2 + at) ^ load<u32>(r3 + at);
  }
  return touched;
}

/** A row in the form of a query: where it, or its code, lies. */
export function queryOfRow(row: u32): usize {
  if (load<u32>(QUANTIZATION) == 0) {
    return <usize>load<u32>(ROWS) + <usize>row * <usize>load<u32>(ROW_STRIDE);
  }
  return <usize>load<u32>(CODES) + <usize>row * <usize>load<u32>(CODE_STRIDE);
}

/** The norm of a row for float32 cosine, 1 where nothing reads it. */
export function rootOfRow(row: u32): f32 {
  if (load<u32>(METRIC) != 0 || load<u32>(QUANTIZATION) != 0) return 1;
  return rootOfNorm(<usize>load<u32>(NORMS), row);
}
