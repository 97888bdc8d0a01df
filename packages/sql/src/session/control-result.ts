/** What SHOW, SET, BEGIN and their kin answer: a command tag and perhaps rows of text, made without a plan. */
import { TEXT } from '@alopex-db/core/types';
import type { OutputForm } from './output-value.ts';
import type { BuiltRow } from './row-shape.ts';
import type { Column, Notice, SqlValue } from './session.ts';

export interface ControlResult {
  readonly command: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly notices: readonly Notice[];
}

export function commandOnly(command: string, ...notices: readonly Notice[]): ControlResult {
  return { command, columns: [], rows: [], notices };
}

export function textColumn(name: string, nullable = false): Column {
  return { name, type: TEXT, nullable };
}

export function controlRows({ columns, rows }: ControlResult, form: OutputForm): BuiltRow[] {
  if (form.rowMode === 'array') return rows.map((row) => row.slice());
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, position) => [name, row[position]!])),
  );
}
