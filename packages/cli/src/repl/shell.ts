/**
 * The SQL prompt. A statement may take several lines and ends with `;`. An error ends the statement, never the shell; Ctrl-C
 * cancels what runs, or forgets what was typed. Without a terminal it reads the same language from a pipe and stops at the first error.
 */
import { createInterface, type Interface } from 'node:readline/promises';
import { splitStatements, type Database, type Session } from '@alopex-db/embedded';
import { outputFormat } from '../global-options.ts';
import { errorText } from '../output/print-error.ts';
import { printQuery } from '../output/print-query.ts';
import { inStatement, StatementError } from '../statement-error.ts';
import { writeOut, type Terminal } from '../terminal.ts';
import { historyPath, loadHistory, saveHistory } from './history.ts';
import { isMetaCommand, QUIT, runMetaCommand, type ShellState } from './meta-commands.ts';
import { StatementBuffer } from './statement-buffer.ts';

export interface ShellOptions {
  /** Shown in the greeting. */
  readonly databaseName: string;
  readonly output?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly limit?: number | undefined;
}

export async function runShell(
  database: Database,
  terminal: Terminal,
  options: ShellOptions,
): Promise<void> {
  await using session = await database.session();
  const shell = new Shell(session, terminal, options);
  await (terminal.stdin.isTTY ? shell.runInteractive() : shell.runPiped());
}

class Shell {
  readonly #session: Session;
  readonly #terminal: Terminal;
  readonly #options: ShellOptions;
  readonly #state: ShellState;
  readonly #buffer = new StatementBuffer();
  /** Set while a statement runs: Ctrl-C aborts it. */
  #running: AbortController | undefined;

  constructor(session: Session, terminal: Terminal, options: ShellOptions) {
    this.#session = session;
    this.#terminal = terminal;
    this.#options = options;
    this.#state = {
      catalog: session.catalog,
      output: outputFormat({ output: options.output }),
      expanded: false,
      timing: false,
    };
  }

  async runInteractive(): Promise<void> {
    const { stdin, stdout, environment } = this.#terminal;
    const path = historyPath(environment);
    const readline = createInterface({
      input: stdin,
      output: stdout,
      history: await loadHistory(path),
      historySize: 1_000,
    });
    let history: string[] = [];
    readline.on('history', (lines) => {
      history = lines;
    });
    readline.on('SIGINT', () => this.#interrupt(readline));
    stdout.write(
      `Alopex DB on ${this.#options.databaseName}. Statements end with ;  \\? for help, \\q to leave.\n`,
    );
    try {
      readline.setPrompt(this.#prompt());
      readline.prompt();
      for await (const line of readline) {
        if ((await this.#takeLine(line)) === QUIT) break;
        readline.setPrompt(this.#prompt());
        readline.prompt();
      }
    } finally {
      readline.close();
      if (history.length > 0) await saveHistory(path, history);
    }
  }

  async runPiped(): Promise<void> {
    const readline = createInterface({
      input: this.#terminal.stdin,
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    for await (const line of readline) {
      if (this.#buffer.isEmpty && isMetaCommand(line)) {
        const text = await runMetaCommand(line, this.#state);
        if (text === QUIT) return;
        await writeOut(this.#terminal.stdout, text);
        continue;
      }
      const text = this.#buffer.add(line);
      if (text !== undefined) await this.#runText(text);
    }
    const rest = this.#buffer.takeRest();
    if (rest !== '') await this.#runText(rest);
  }

  #prompt(): string {
    return this.#buffer.isEmpty ? 'alopex> ' : '   ...> ';
  }

  #interrupt(readline: Interface): void {
    if (this.#running !== undefined) {
      this.#running.abort();
      return;
    }
    this.#buffer.clear();
    this.#terminal.stdout.write('^C\n');
    readline.setPrompt(this.#prompt());
    // Clears what was typed on the line, as Ctrl-U does.
    readline.write(null, { ctrl: true, name: 'u' });
    readline.prompt();
  }

  async #takeLine(line: string): Promise<typeof QUIT | undefined> {
    try {
      if (this.#buffer.isEmpty && isMetaCommand(line)) {
        const text = await runMetaCommand(line, this.#state);
        if (text === QUIT) return QUIT;
        await writeOut(this.#terminal.stdout, text);
        return undefined;
      }
      const script = this.#buffer.add(line);
      if (script !== undefined) await this.#runText(script);
    } catch (error) {
      const isPlaced = error instanceof StatementError;
      this.#terminal.stderr.write(
        isPlaced ? errorText(error.cause, error.script) : errorText(error),
      );
    }
    return undefined;
  }

  async #runText(text: string): Promise<void> {
    const statements = await inStatement(text, { position: 0 }, () => splitStatements(text));
    for (const statement of statements) {
      this.#running = new AbortController();
      try {
        await inStatement(text, statement, () =>
          printQuery(this.#session, statement.text, this.#terminal, {
            format: this.#state.expanded ? 'vertical' : this.#state.output,
            limit: this.#options.limit,
            timeoutMs: this.#options.timeoutMs,
            signal: this.#running?.signal,
            timing: this.#state.timing,
          }),
        );
      } finally {
        this.#running = undefined;
      }
    }
  }
}
