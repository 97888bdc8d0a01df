/** Remembers the lines of earlier shells in a file of the user's home, readable by the user alone. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const LINES_MAX = 1_000;

export function historyPath(environment: NodeJS.ProcessEnv): string {
  return environment['ALOPEX_HISTORY'] ?? join(homedir(), '.alopex', 'history');
}

/** Newest first, as readline wants it. No file yet means no history. */
export async function loadHistory(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** A home that cannot be written costs the history, never the session. */
export async function saveHistory(path: string, lines: readonly string[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${lines.slice(0, LINES_MAX).join('\n')}\n`, { mode: 0o600 });
  } catch {
    // see above
  }
}
