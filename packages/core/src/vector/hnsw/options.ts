/** What a graph is built with. Checked once, here; everything behind may trust it. */
import { AlopexError } from '../../base/errors.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import type { Metric } from '../../types/data-type.ts';

/** How the walk sees vectors: as float32, or as codes of one byte an element (then the best are rescored in float32). */
export type HnswQuantization = 'none' | 'sq8';

export interface HnswOptions {
  /** 1 to 65,535. */
  readonly dimension: number;
  readonly metric: Metric;
  /** Links a row selects on each level, and may have at most above level 0 (twice as many there). Default 16 of 2 to 100. */
  readonly m?: number | undefined;
  /** Candidates that are searched for each row that is linked. Default 200, at least `m`, at most 10,000. */
  readonly efConstruction?: number | undefined;
  /** Default 'none'. */
  readonly quantization?: HnswQuantization | undefined;
}

export interface ResolvedHnswOptions {
  readonly dimension: number;
  readonly metric: Metric;
  readonly m: number;
  readonly efConstruction: number;
  readonly quantization: HnswQuantization;
}

export const HNSW_DEFAULTS = Object.freeze({
  m: 16,
  efConstruction: 200,
  quantization: 'none',
  /** Search breadth: max(k, this). */
  efSearch: 50,
  /** How many rows per hit are rescored with their full vectors after a walk over codes. */
  rescore: 4,
} as const);

const DIMENSION_MAX = 65_535;
const M_MIN = 2;
const M_MAX = 100;
const EF_CONSTRUCTION_MAX = 10_000;

/** Fills in the defaults; throws ALX_INVALID_ARGUMENT for what lies outside the bounds. */
export function resolveHnswOptions(options: HnswOptions): ResolvedHnswOptions {
  const { dimension, metric } = options;
  const m = options.m ?? HNSW_DEFAULTS.m;
  const efConstruction = options.efConstruction ?? HNSW_DEFAULTS.efConstruction;
  const quantization = options.quantization ?? HNSW_DEFAULTS.quantization;
  checkInteger('the dimension', dimension, 1, DIMENSION_MAX);
  checkInteger('m', m, M_MIN, M_MAX);
  checkInteger('ef_construction', efConstruction, m, EF_CONSTRUCTION_MAX);
  if (!(metric in METRIC_CODE)) {
    throw new AlopexError('ALX_VECTOR_METRIC', `unknown vector metric "${metric}"`);
  }
  return { dimension, metric, m, efConstruction, quantization };
}

function checkInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `${name} of an hnsw index is an integer from ${min} to ${max}, not ${value}`,
  );
}
