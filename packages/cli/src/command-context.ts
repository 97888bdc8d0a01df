/** What every command gets besides its own arguments. */
import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Terminal } from './terminal.ts';

export class CommandContext {
  readonly terminal: Terminal;
  /** What `main` answers when the command ends without an error. */
  exitCode: number = EXIT.ok;
  readonly #program: Command;

  constructor(program: Command, terminal: Terminal) {
    this.#program = program;
    this.terminal = terminal;
  }

  /** Known once the command line is parsed. */
  get globals(): GlobalOptions {
    return this.#program.opts<GlobalOptions>();
  }

  /** Says something about the work, which is not its result. */
  say(text: string): void {
    if (this.globals.quiet !== true) this.terminal.stderr.write(`${text}\n`);
  }
}
