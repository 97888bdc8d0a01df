/** Entry `@alopex-db/core/vector`: metrics, distances of batches, exact search over resident columns, graphs. */
export { FlatIndex } from './flat-index.ts';
export { HnswBuild, type BuildProgress, type HnswBuildOptions } from './hnsw/hnsw-build.ts';
export {
  HnswSegment,
  type HnswHits,
  type HnswQuery,
  type OpenHnswOptions,
} from './hnsw/hnsw-segment.ts';
export { HnswMerge, NO_ORDINAL, type HnswMergeOptions, type MergedHnsw } from './hnsw/merge.ts';
export {
  HNSW_DEFAULTS,
  resolveHnswOptions,
  type HnswOptions,
  type HnswQuantization,
  type ResolvedHnswOptions,
} from './hnsw/options.ts';
export type { VectorReader } from './hnsw/row-scorer.ts';
export type { HnswRoute } from './hnsw/search-route.ts';
export { HNSW_FORMAT_VERSION } from './hnsw/segment-format.ts';
export { verifyHnsw, type HnswStatistics } from './hnsw/verify.ts';
export { SegmentCache, VECTOR_INDEX_MEMORY_DEFAULT } from './keyspace/segment-cache.ts';
export {
  VectorKeyspace,
  type VectorHost,
  type VectorKeyspaceOptions,
  type VectorMatch,
  type VectorMatches,
  type NearestQuery,
} from './keyspace/vector-keyspace.ts';
export {
  distanceOf,
  measureOf,
  metricOfOperatorClass,
  parseMetric,
  similarityOf,
  similarityOfDistance,
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
export { RowKeyTable } from './row-key-table.ts';
export { VectorDistances, type DistanceBatch } from './vector-distances.ts';
export type { VectorHits, VectorIndex, VectorQuery, IndexSearch } from './vector-index.ts';
