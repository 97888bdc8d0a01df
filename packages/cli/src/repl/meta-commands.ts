/** The shell's own commands: psql's backslash ones and SQLite's dotted ones. Each is one row of the table below. */
import { AlopexError } from '@alopex-db/core/base';
import type { CatalogFacet } from '@alopex-db/embedded';
import { OUTPUT_FORMATS, type OutputFormat } from '../output/format.ts';
import { describeTable, listTables, schemaSql } from './describe.ts';

/** What a command may look at and change. */
export interface ShellState {
  readonly catalog: CatalogFacet;
  output: OutputFormat;
  /** `\x`: one line a value. */
  expanded: boolean;
  timing: boolean;
}

interface MetaCommand {
  readonly names: readonly string[];
  readonly usage: string;
  readonly summary: string;
  /** Answers what to print; `quit` ends the shell. */
  run(argument: string, state: ShellState): Promise<string | typeof QUIT> | string | typeof QUIT;
}

export const QUIT: unique symbol = Symbol('quit');

const COMMANDS: readonly MetaCommand[] = [
  { names: ['\\q', '.quit', '.exit'], usage: '\\q', summary: 'leave', run: () => QUIT },
  { names: ['\\?', '.help', '\\h'], usage: '\\?', summary: 'this help', run: () => helpText() },
  {
    names: ['\\dt', '.tables', '\\l'],
    usage: '\\dt',
    summary: 'list tables',
    run: (_, state) => listTables(state.catalog),
  },
  {
    names: ['\\d'],
    usage: '\\d [table]',
    summary: 'describe a table, or list all',
    run: (name, state) =>
      name === '' ? listTables(state.catalog) : describeTable(state.catalog, name),
  },
  {
    names: ['.schema'],
    usage: '.schema [table]',
    summary: 'CREATE statements',
    run: (name, state) => schemaSql(state.catalog, name === '' ? undefined : name),
  },
  {
    names: ['\\x'],
    usage: '\\x',
    summary: 'one line a value, on or off',
    run: (argument, state) => {
      state.expanded = toggled(argument, state.expanded);
      return `Expanded display is ${state.expanded ? 'on' : 'off'}.\n`;
    },
  },
  {
    names: ['\\timing', '.timer'],
    usage: '\\timing',
    summary: 'show how long statements take, on or off',
    run: (argument, state) => {
      state.timing = toggled(argument, state.timing);
      return `Timing is ${state.timing ? 'on' : 'off'}.\n`;
    },
  },
  {
    names: ['.mode', '\\o'],
    usage: '.mode [format]',
    summary: `output format: ${OUTPUT_FORMATS.join(', ')}`,
    run: (name, state) => {
      if (name === '') return `Output format is ${state.output}.\n`;
      const format = OUTPUT_FORMATS.find((known) => known === name);
      if (format === undefined) {
        throw new AlopexError('ALX_INVALID_ARGUMENT', `unknown output format "${name}"`, {
          hint: `Known formats: ${OUTPUT_FORMATS.join(', ')}.`,
        });
      }
      state.output = format;
      return `Output format is ${format}.\n`;
    },
  },
];

/** Whether a line is a command rather than SQL; only asked at the start of a statement. */
export function isMetaCommand(line: string): boolean {
  return /^\s*(\\|\.[a-z])/.test(line);
}

export async function runMetaCommand(
  line: string,
  state: ShellState,
): Promise<string | typeof QUIT> {
  const [, name = '', argument = ''] = /^(\S+)\s*(.*?)\s*;?\s*$/.exec(line.trim()) ?? [];
  const command = COMMANDS.find(({ names }) => names.includes(name));
  if (command === undefined) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `unknown command "${name}"`, {
      hint: '\\? lists all commands.',
    });
  }
  return command.run(argument, state);
}

function toggled(argument: string, current: boolean): boolean {
  if (argument === 'on') return true;
  return argument === 'off' ? false : !current;
}

function helpText(): string {
  const width = Math.max(...COMMANDS.map(({ usage }) => usage.length));
  const lines = COMMANDS.map(
    ({ usage, summary, names }) => `  ${usage.padEnd(width)}  ${summary} (${names.join(' ')})`,
  );
  return `Statements end with ; and may take several lines. Ctrl-C cancels, Ctrl-D leaves.\n${lines.join('\n')}\n`;
}
