/** What the optimizer knows about the data. Absent figures fall back to defaults that prefer keys and filters. */
import type { TableDef } from '../catalog/table-def.ts';

export interface Statistics {
  /** Rows of a table, roughly; undefined when nobody knows. */
  rowCount(table: TableDef): number | undefined;
}

/** A table nobody has counted is taken for a middling one, so that a full scan never looks free. */
export const DEFAULT_ROW_COUNT = 1_000;

export const noStatistics: Statistics = Object.freeze({ rowCount: () => undefined });
