/** A progress bar on one terminal line, to standard error. Without a terminal it says where it stands every few seconds. */
export interface ProgressOptions {
  readonly label: string;
  /** What is counted: `documents`, `rows`. */
  readonly unit: string;
  readonly stream: NodeJS.WriteStream;
  readonly quiet?: boolean | undefined;
}

const BAR_WIDTH = 28;
const TERMINAL_INTERVAL_MS = 80;
const PLAIN_INTERVAL_MS = 5_000;

export class ProgressBar {
  readonly #options: ProgressOptions;
  readonly #startedAt = performance.now();
  #shownAt = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** `total` undefined: unknown, so no bar and no time left. */
  update(done: number, total: number | undefined): void {
    const interval = this.#options.stream.isTTY ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
    const now = performance.now();
    if (now - this.#shownAt < interval) return;
    this.#shownAt = now;
    this.#show(done, total, false);
  }

  finish(done: number): void {
    this.#show(done, done, true);
  }

  #show(done: number, total: number | undefined, last: boolean): void {
    if (this.#options.quiet === true) return;
    const { label, unit, stream } = this.#options;
    const seconds = Math.max((performance.now() - this.#startedAt) / 1000, 0.001);
    const rate = `${formatCount(Math.round(done / seconds))} ${unit}/s`;
    const text =
      total === undefined
        ? `${label} ${formatCount(done)} ${unit}  ${rate}`
        : `${label} ${bar(done, total)} ${formatCount(done)}/${formatCount(total)} ${unit}  ${rate}` +
          (last ? `  ${seconds.toFixed(1)} s` : `  ${timeLeft(done, total, seconds)}`);
    stream.write(stream.isTTY ? `\r\u001b[2K${text}${last ? '\n' : ''}` : `${text}\n`);
  }
}

function bar(done: number, total: number): string {
  const filled =
    total === 0 ? BAR_WIDTH : Math.min(BAR_WIDTH, Math.round((done / total) * BAR_WIDTH));
  return `[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}]`;
}

function timeLeft(done: number, total: number, seconds: number): string {
  if (done === 0) return '';
  return `${Math.ceil((seconds / done) * Math.max(0, total - done))} s left`;
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
