/**
 * SQ8: an element becomes a signed byte in [-63, 63], its distance from the centre of its dimension in steps of one size for
 * all dimensions. With the whole range of a byte differences would need two, and a distance twice the time; recall after
 * rescoring is the same (SIFT, ef 50: 0.971 against 0.975; ef 100: 0.997 against 0.996). Centres cancel out of differences, so l2 and l1 (and cosine, on normalised vectors) walk over plain integers;
 * a size for each dimension would not. Products do not let centres cancel, so inner has them at zero.
 *
 * The step is chosen from a sample: 63 of them reach as far as all but one in a thousand elements do. What lies beyond is
 * cut off, and counted, so that a merge notices when later rows no longer fit.
 */
import { HEADER, isOutside } from '../../kernels/hnsw-layout.ts';
import type { GraphImage } from './graph-image.ts';

/** Part of the file format, do not change. */
const CODE_MAX = 63;
const SAMPLE_ELEMENTS = 400_000;
const SAMPLE_ROWS_MIN = 64;
const KEPT_SHARE = 0.999;
/** Share of cut-off elements at which centres and step are chosen anew. */
const CLAMPED_SHARE_MAX = 0.01;

/** Chooses centres and step for the rows of the image, writes them into it. Deterministic. */
export function trainQuantizer(image: GraphImage): void {
  const { dimension, metric } = image.options;
  const sample = sampleRows(image);
  const { floats } = image.graph;
  const centres = floats.subarray(image.field(HEADER.centres) >>> 2).subarray(0, dimension);
  centres.fill(0);
  if (metric !== 'inner' && sample.length > 0) {
    const sums = new Float64Array(dimension);
    for (const row of sample) {
      const start = image.rowAddress(row) >>> 2;
      const factor = factorOf(image, row);
      for (let at = 0; at < dimension; at += 1) sums[at]! += floats[start + at]! * factor;
    }
    for (let at = 0; at < dimension; at += 1) centres[at] = sums[at]! / sample.length;
  }
  floats[HEADER.step >>> 2] = reachOf(image, sample, centres) / CODE_MAX;
}

/** Whether so much was cut off that the codes should be made anew. */
export function hasOutgrownQuantizer(image: GraphImage): boolean {
  const elements = image.rowCount * image.options.dimension;
  return image.field(HEADER.clampedCount) > elements * CLAMPED_SHARE_MAX;
}

function factorOf(image: GraphImage, row: number): number {
  return image.options.metric === 'cosine' ? 1 / Math.sqrt(image.squaredNorm(row)) : 1;
}

/** Rows at even distances, those outside the graph left out. */
function sampleRows(image: GraphImage): readonly number[] {
  const wanted = Math.max(SAMPLE_ROWS_MIN, SAMPLE_ELEMENTS / image.options.dimension);
  const step = Math.max(1, image.rowCount / wanted);
  const rows: number[] = [];
  for (let at = 0; Math.floor(at) < image.rowCount; at += step) {
    if (!isOutside(image.graph.levelOf(Math.floor(at)))) rows.push(Math.floor(at));
  }
  return rows;
}

/** How far from its centre an element of the sample lies, all but the farthest ones. */
function reachOf(image: GraphImage, sample: readonly number[], centres: Float32Array): number {
  const { dimension } = image.options;
  const { floats } = image.graph;
  const elements = sample.length * dimension;
  // Of long rows not every element is looked at, but those of all rows and dimensions in turn.
  const step = Math.ceil(elements / SAMPLE_ELEMENTS);
  const offsets = new Float32Array(Math.ceil(elements / Math.max(1, step)));
  for (let next = 0; next < offsets.length; next += 1) {
    const row = sample[Math.floor((next * step) / dimension)]!;
    const at = (next * step) % dimension;
    const element = floats[(image.rowAddress(row) >>> 2) + at]! * factorOf(image, row);
    offsets[next] = Math.abs(element - centres[at]!);
  }
  offsets.sort();
  const kept = offsets[Math.floor((offsets.length - 1) * KEPT_SHARE)] ?? 0;
  // Where nearly all elements are equal, the few others set the reach; where all are, any step will do.
  const reach = kept > 0 ? kept : (offsets.at(-1) ?? 0);
  return reach > 0 ? reach : CODE_MAX;
}
