/**
 * Where a test works: a folder with a database `data` in it. `run` calls the program in this process, because a process costs
 * a second where many tests run; `spawn` starts a real one, for what only a process has: exit codes, pipes, signals.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../src/main.ts';
import type { Terminal } from '../src/terminal.ts';

const PROGRAM = resolve(import.meta.dirname, '../src/bin/alopex.ts');

export interface ProgramRun {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export class Workplace implements Disposable {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'alopex-cli-'));
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  async run(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramRun> {
    const stdout = new Output();
    const stderr = new Output();
    const stdin = new PassThrough();
    stdin.end(options.input ?? '');
    // Streams in memory stand for the process's; the program asks them for no more than these have.
    const terminal = { stdin, stdout, stderr, environment: { ...options.environment } };
    const code = await main(this.#withData(args), terminal as unknown as Terminal);
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** `interruptAt`: sends SIGINT once this text has appeared on standard error. */
  spawn(
    args: readonly string[],
    options: ProgramOptions & { readonly interruptAt?: string } = {},
  ): Promise<ProgramRun> {
    const child = spawn(
      process.execPath,
      ['--conditions=@alopex-db/source', PROGRAM, ...this.#withData(args)],
      { cwd: this.folder, env: { ...process.env, ...options.environment } },
    );
    let stdout = '';
    let stderr = '';
    let isInterrupted = false;
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      const { interruptAt } = options;
      if (interruptAt === undefined || isInterrupted || !stderr.includes(interruptAt)) return;
      isInterrupted = true;
      child.kill('SIGINT');
    });
    child.stdin.end(options.input ?? '');
    return new Promise((resolveRun) => {
      child.once('close', (code) => resolveRun({ code, stdout, stderr }));
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #withData(args: readonly string[]): string[] {
    const isTold = args.includes('--data-dir') || args.includes('--in-memory');
    return isTold ? [...args] : ['--data-dir', this.path('data'), ...args];
  }
}

class Output extends PassThrough {
  text = '';

  constructor() {
    super();
    this.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
  }
}
