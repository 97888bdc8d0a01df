/** `alopex version`: build and format numbers. */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

interface Manifest {
  readonly version: string;
}

export const PROGRAM_VERSION = (createRequire(import.meta.url)('../../package.json') as Manifest)
  .version;

export function addVersionCommand(program: Command, context: CommandContext): void {
  program
    .command('version')
    .description('print the versions of program and runtime')
    .action(() => {
      const versions = {
        alopex: PROGRAM_VERSION,
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      };
      const json = context.globals.json === true;
      const text = json
        ? JSON.stringify(versions)
        : Object.entries(versions)
            .map(([name, value]) => `${name} ${value}`)
            .join('\n');
      context.terminal.stdout.write(`${text}\n`);
    });
}
