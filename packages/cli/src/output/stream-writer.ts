/** The formats for machines, which print each row as it comes: json (one array), jsonl, csv (RFC 4180) and tsv. */
import { cellText, toJsonValue } from './cell-text.ts';
import type { Cells, ResultWriter } from './format.ts';
import type { Column } from '@alopex-db/embedded';

export function jsonWriter(): ResultWriter {
  let names: readonly string[] = [];
  let first = true;
  return {
    begin(columns) {
      names = columns.map((column) => column.name);
      return '[';
    },
    row(cells) {
      const separator = first ? '\n  ' : ',\n  ';
      first = false;
      return separator + recordText(names, cells);
    },
    end: () => (first ? ']\n' : '\n]\n'),
  };
}

export function jsonLinesWriter(): ResultWriter {
  let names: readonly string[] = [];
  return {
    begin(columns) {
      names = columns.map((column) => column.name);
      return '';
    },
    row: (cells) => `${recordText(names, cells)}\n`,
    end: () => '',
  };
}

export function csvWriter(): ResultWriter {
  const line = (fields: readonly string[]): string => `${fields.join(',')}\n`;
  return {
    begin: (columns) => line(columns.map((column) => quoteCsv(column.name))),
    // NULL is an empty field, the empty string a quoted one, as COPY … CSV has it.
    row: (cells) => line(cells.map((cell) => (cell === '' ? '""' : quoteCsv(cellText(cell))))),
    end: () => '',
  };
}

export function tsvWriter(): ResultWriter {
  const line = (fields: readonly string[]): string => `${fields.map(escapeTsv).join('\t')}\n`;
  return {
    begin: (columns: readonly Column[]) => line(columns.map((column) => column.name)),
    row: (cells) => line(cells.map((cell) => cellText(cell))),
    end: () => '',
  };
}

function recordText(names: readonly string[], cells: Cells): string {
  return JSON.stringify(
    Object.fromEntries(names.map((name, index) => [name, toJsonValue(cells[index])])),
  );
}

function quoteCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function escapeTsv(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}
