/**
 * Distances of the walk; TypeScript twin of `assembly/hnsw-distance.ts`, where the order of additions is laid down. One row
 * at a time: fetching four hides no wait here.
 */
import { METRIC_CODE } from './metric-code.ts';
import { HEADER, type GraphMemory } from './hnsw-layout.ts';

const round = Math.fround;

/** A query of the walk: where it lies (index of floats, or of codes) and its norm for float32 cosine. */
export interface WalkQuery {
  readonly at: number;
  readonly root: number;
}

function foldLanes(lanes: Float32Array): number {
  for (let lane = 0; lane < 4; lane += 1) lanes[lane]! += lanes[lane + 4]!;
  return round(round(lanes[0]! + lanes[2]!) + round(lanes[1]! + lanes[3]!));
}

function dot(floats: Float32Array, left: number, right: number, length: number): number {
  const lanes = new Float32Array(8);
  for (let at = 0; at < length; at += 1) {
    const lane = at & 7;
    lanes[lane] = lanes[lane]! + round(floats[left + at]! * floats[right + at]!);
  }
  return foldLanes(lanes);
}

function squaredL2(floats: Float32Array, left: number, right: number, length: number): number {
  const lanes = new Float32Array(8);
  for (let at = 0; at < length; at += 1) {
    const lane = at & 7;
    const difference = round(floats[left + at]! - floats[right + at]!);
    lanes[lane] = lanes[lane]! + round(difference * difference);
  }
  return foldLanes(lanes);
}

function l1(floats: Float32Array, left: number, right: number, length: number): number {
  const lanes = new Float32Array(8);
  for (let at = 0; at < length; at += 1) {
    const lane = at & 7;
    lanes[lane] = lanes[lane]! + round(Math.abs(floats[left + at]! - floats[right + at]!));
  }
  return foldLanes(lanes);
}

function codeDistance(graph: GraphMemory, query: number, row: number): number {
  const { codes } = graph;
  const stride = graph.field(HEADER.codeStride);
  const metric = graph.field(HEADER.metric);
  const code = graph.field(HEADER.codes) + row * stride;
  let sum = 0;
  if (metric === METRIC_CODE.inner) {
    for (let at = 0; at < stride; at += 1) sum -= codes[code + at]! * codes[query + at]!;
  } else if (metric === METRIC_CODE.l1) {
    for (let at = 0; at < stride; at += 1) sum += Math.abs(codes[code + at]! - codes[query + at]!);
  } else {
    for (let at = 0; at < stride; at += 1) sum += (codes[code + at]! - codes[query + at]!) ** 2;
  }
  return round(sum);
}

/** The distance of the walk between a query and a row. */
export function walkDistance(graph: GraphMemory, query: WalkQuery, row: number): number {
  if (graph.field(HEADER.quantization) !== 0) return codeDistance(graph, query.at, row);
  const { floats } = graph;
  const length = graph.field(HEADER.rowStride) >>> 2;
  const at = (graph.field(HEADER.rows) >>> 2) + row * length;
  const metric = graph.field(HEADER.metric);
  if (metric === METRIC_CODE.l2) return squaredL2(floats, query.at, at, length);
  if (metric === METRIC_CODE.l1) return l1(floats, query.at, at, length);
  const product = dot(floats, query.at, at, length);
  if (metric === METRIC_CODE.inner) return -product;
  const norm = floats[(graph.field(HEADER.norms) >>> 2) + row]!;
  const cosine = round(product / round(round(Math.sqrt(norm)) * query.root));
  return Math.max(0, round(1 - cosine));
}

/** A row as a query: where it, or its code, lies. */
export function queryOfRow(graph: GraphMemory, row: number): WalkQuery {
  if (graph.field(HEADER.quantization) !== 0) {
    return { at: graph.field(HEADER.codes) + row * graph.field(HEADER.codeStride), root: 1 };
  }
  const length = graph.field(HEADER.rowStride) >>> 2;
  const norm = graph.floats[(graph.field(HEADER.norms) >>> 2) + row]!;
  return {
    at: (graph.field(HEADER.rows) >>> 2) + row * length,
    root: graph.field(HEADER.metric) === METRIC_CODE.cosine ? round(Math.sqrt(norm)) : 1,
  };
}
