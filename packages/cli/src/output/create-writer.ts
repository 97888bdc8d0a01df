/** The writer of an output format. */
import { unreachable } from '@alopex-db/core/base';
import type { OutputFormat, ResultWriter } from './format.ts';
import { gridWriter } from './grid-writer.ts';
import { csvWriter, jsonLinesWriter, jsonWriter, tsvWriter } from './stream-writer.ts';

export function createWriter(format: OutputFormat): ResultWriter {
  switch (format) {
    case 'table':
    case 'box':
    case 'markdown':
    case 'vertical':
      return gridWriter(format);
    case 'json':
      return jsonWriter();
    case 'jsonl':
      return jsonLinesWriter();
    case 'csv':
      return csvWriter();
    case 'tsv':
      return tsvWriter();
    default:
      return unreachable(format);
  }
}
