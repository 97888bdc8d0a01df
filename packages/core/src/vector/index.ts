/** Entry `@alopex-db/core/vector`: metrics, distances of batches, exact search over resident columns. */
export { FlatIndex } from './flat-index.ts';
export {
  distanceOf,
  measureOf,
  metricOfOperatorClass,
  parseMetric,
  similarityOf,
  type VectorMeasure,
} from './metric.ts';
export {
  ResidentColumn,
  type ResidentSearch,
  type ResidentSearchOptions,
  type RowVector,
} from './resident-column.ts';
export {
  RESIDENT_VECTOR_BYTES_DEFAULT,
  ResidentColumnBuild,
  ResidentVectors,
  type ResidentColumnPlan,
  type ResidentVectorsOptions,
} from './resident-vectors.ts';
export { RowBitmap } from './row-bitmap.ts';
export { VectorDistances, type DistanceBatch } from './vector-distances.ts';
export type { VectorHits, VectorIndex, VectorQuery, IndexSearch } from './vector-index.ts';
