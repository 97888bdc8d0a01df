/** Entry `@alopex-db/core/types`: the types of values, how they lie in memory, in keys and in text. */
export { BATCH_ROWS_MAX, type Batch } from './batch.ts';
export type { Scalar } from './scalar.ts';
export {
  bytesColumn,
  fixedColumn,
  isValid,
  isWide,
  raggedVectorColumn,
  retype,
  uuidColumn,
  validityBytes,
  withValidity,
  type ColumnVector,
  type Values,
} from './column-vector.ts';
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
export { BytesColumnBuilder } from './bytes-column-builder.ts';
export type { ColumnBuilder } from './column-builder.ts';
export {
  columnFromScalars,
  concatColumns,
  constantColumn,
  copyColumn,
  createColumnBuilder,
  gatherColumn,
  int64Column,
  nullColumn,
  sliceColumn,
  truncateColumn,
  wideValues,
} from './create-column-builder.ts';
export { formatFloat32, formatFloat64 } from './float-text.ts';
export {
  OrderKeyWriter,
  ascendingKey,
  decodeOrderKey,
  descendingKey,
  encodeOrderKey,
  readOrderKeyValue,
  type OrderKeyColumn,
} from './order-key.ts';
export { bytesAt, integerScalar, presentScalarAt, scalarAt, vectorAt } from './scalar-at.ts';
export {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  formatTimestamp,
  isLeapYear,
  isTimestamp,
  parseTimestamp,
  timestampFields,
  type CivilDate,
  type DateTime,
} from './timestamp.ts';
export { formatUuid, parseUuid } from './uuid.ts';
export {
  allValid,
  bitAt,
  clearBit,
  countValid,
  intersectValidity,
  setBit,
  sliceValidity,
} from './validity.ts';
export { formatVector, parseVector } from './vector-text.ts';
