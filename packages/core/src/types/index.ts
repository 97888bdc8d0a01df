/** Entry `@alopex-db/core/types`: the types of values and how they lie in memory. */
export { BATCH_ROWS_MAX, type Batch } from './batch.ts';
export type { Scalar } from './scalar.ts';
export { isValid, isWide, validityBytes, type ColumnVector, type Values } from './column-vector.ts';
export {
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  NULL_TYPE,
  TEXT,
  TIMESTAMP,
  UUID,
  VECTOR_DIMENSION_MAX,
  equalTypes,
  isInteger,
  isNumeric,
  typeName,
  vectorType,
  type DataType,
  type Metric,
  type TypeKind,
} from './data-type.ts';
