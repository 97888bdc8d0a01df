/**
 * The formats for people, which see all rows before they print: `table` as psql draws it, `box` with lines, `markdown`,
 * `vertical` with one line a value. Numbers stand to the right. Cells are made visible: line breaks show as `↵`.
 */
import { cellText } from './cell-text.ts';
import type { Cells, ResultWriter } from './format.ts';
import type { Column } from '@alopex-db/embedded';
import { padEnd, padStart, textWidth } from './text-width.ts';

export interface GridOptions {
  /** Longest cell before it is cut with `…`. */
  readonly cellWidthMax: number;
}

interface Grid {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly widths: readonly number[];
  readonly right: readonly boolean[];
}

export type GridStyle = 'table' | 'box' | 'markdown' | 'vertical';

const DRAW: Readonly<Record<GridStyle, (grid: Grid) => string>> = {
  table: drawTable,
  box: drawBox,
  markdown: drawMarkdown,
  vertical: drawVertical,
};

export function gridWriter(
  style: GridStyle,
  options: GridOptions = { cellWidthMax: 100 },
): ResultWriter {
  let columns: readonly Column[] = [];
  const rows: string[][] = [];
  return {
    begin(next) {
      columns = next;
      return '';
    },
    row(cells) {
      rows.push(
        visibleCells(cells, style === 'vertical' ? Number.POSITIVE_INFINITY : options.cellWidthMax),
      );
      return '';
    },
    end() {
      const names = columns.map((column) => column.name);
      const widths = widthsOf(names, rows);
      return DRAW[style]({ names, rows, widths, right: columns.map(isNumber) });
    },
  };
}

function widthsOf(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  least = 0,
): number[] {
  return names.map((name, index) =>
    rows.reduce(
      (width, row) => Math.max(width, textWidth(row[index]!)),
      Math.max(least, textWidth(name)),
    ),
  );
}

function visibleCells(cells: Cells, widthMax: number): string[] {
  return cells.map((cell) => {
    const text = cellText(cell, { vectorElementsMax: 4 }).replace(/\r\n|\n|\r/g, '↵');
    return text.length > widthMax ? `${text.slice(0, widthMax - 1)}…` : text;
  });
}

function isNumber(column: Column): boolean {
  return ['int16', 'int32', 'int64', 'float32', 'float64'].includes(column.type.kind);
}

function align(grid: Grid, row: readonly string[], separator: string): string {
  return row
    .map((cell, index) =>
      grid.right[index] ? padStart(cell, grid.widths[index]!) : padEnd(cell, grid.widths[index]!),
    )
    .join(separator);
}

function rowCountLine(grid: Grid): string {
  return `(${grid.rows.length} row${grid.rows.length === 1 ? '' : 's'})\n`;
}

function drawTable(grid: Grid): string {
  const line = (row: readonly string[]): string => ` ${align(grid, row, ' | ')}`.trimEnd();
  const rule = grid.widths.map((width) => '-'.repeat(width + 2)).join('+');
  return `${[line(grid.names), rule, ...grid.rows.map(line)].join('\n')}\n${rowCountLine(grid)}`;
}

function drawBox(grid: Grid): string {
  const rule = (left: string, middle: string, right: string): string =>
    left + grid.widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  const line = (row: readonly string[]): string => `│ ${align(grid, row, ' │ ')} │`;
  const body = grid.rows.map(line);
  const lines = [
    rule('┌', '┬', '┐'),
    line(grid.names),
    rule('├', '┼', '┤'),
    ...body,
    rule('└', '┴', '┘'),
  ];
  return `${lines.join('\n')}\n${rowCountLine(grid)}`;
}

function drawMarkdown(grid: Grid): string {
  const rows = grid.rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  // The rule needs two characters for a column of numbers.
  const escaped = { ...grid, rows, widths: widthsOf(grid.names, rows, 2) };
  const line = (row: readonly string[]): string => `| ${align(escaped, row, ' | ')} |`;
  const rule = escaped.widths.map((width, index) =>
    grid.right[index] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return `${[line(grid.names), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')}\n`;
}

function drawVertical(grid: Grid): string {
  const nameWidth = Math.max(0, ...grid.names.map(textWidth));
  const records = grid.rows.map((row, number) => {
    const lines = row.map((cell, index) => `${padEnd(grid.names[index]!, nameWidth)} | ${cell}`);
    return [`-[ RECORD ${number + 1} ]${'-'.repeat(nameWidth)}`, ...lines].join('\n');
  });
  return `${records.join('\n')}${records.length > 0 ? '\n' : ''}${rowCountLine(grid)}`;
}
