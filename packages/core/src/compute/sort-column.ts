/** One sort key as values, with its direction. */
import type { ColumnVector } from '../types/column-vector.ts';

export interface SortColumn {
  readonly column: ColumnVector;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
