/** What every output format offers: rows in, text out, piece by piece, so that csv and jsonl stream. */
import type { Column, SqlValue } from '@alopex-db/embedded';

export const OUTPUT_FORMATS = [
  'table',
  'box',
  'json',
  'jsonl',
  'csv',
  'tsv',
  'markdown',
  'vertical',
] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** A row by position, as `rowMode: 'array'` gives it. */
export type Cells = readonly SqlValue[];

export interface ResultWriter {
  begin(columns: readonly Column[]): string;
  row(cells: Cells): string;
  /** Called once, after the last row. */
  end(): string;
}
