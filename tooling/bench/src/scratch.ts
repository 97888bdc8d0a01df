/** Folders that end with the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

export function scratchDirectory(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `alopex-bench-${name}-`));
  made.push(path);
  return path;
}

export function removeScratch(): void {
  for (const path of made) rmSync(path, { recursive: true, force: true });
}
