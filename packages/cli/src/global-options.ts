/** Options that every command takes, as commander gathers them. */
import { AlopexError } from '@alopex-db/core/base';
import { OUTPUT_FORMATS, type OutputFormat } from './output/format.ts';

export interface GlobalOptions {
  readonly dataDir?: string | undefined;
  readonly inMemory?: boolean | undefined;
  readonly url?: string | undefined;
  readonly profile?: string | undefined;
  readonly output?: string | undefined;
  readonly json?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly batch?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** Commander's form of --no-color. */
  readonly color?: boolean | undefined;
  readonly timeout?: number | undefined;
}

/** The output format asked for; on a terminal `table`, in a pipe too, because psql's users expect it. */
export function outputFormat(options: GlobalOptions): OutputFormat {
  if (options.json === true) return 'json';
  const name = options.output ?? 'table';
  const format = OUTPUT_FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  if (name === 'parquet' || name === 'arrow') {
    throw new AlopexError('ALX_UNSUPPORTED', `output format "${name}" is not built yet`);
  }
  throw new AlopexError('ALX_INVALID_ARGUMENT', `unknown output format "${name}"`, {
    hint: `Known formats: ${OUTPUT_FORMATS.join(', ')}.`,
  });
}

/** Parses a whole number option; `name` is for the message. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `${name} takes a whole number, got "${text}"`);
  }
  return value;
}
