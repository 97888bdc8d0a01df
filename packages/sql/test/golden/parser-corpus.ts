/**
 * Golden scripts: texts, each with what came of it on the lines behind, which start with `=> `. Entries are separated by
 * blank lines, `#` begins a comment. `ALOPEX_REWRITE_GOLDEN=1 vitest run …` writes the answers anew: review the difference as prose.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

export interface GoldenEntry {
  readonly text: string;
  readonly answer: string;
}

const FOLDER = new URL('./parser/', import.meta.url);
const ANSWER = '=> ';

export function goldenFiles(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.golden'));
}

export function readGolden(name: string): GoldenEntry[] {
  return blocks(name)
    .filter((block) => !block.startsWith('#'))
    .map((block) => {
      const lines = block.split('\n');
      const answers = lines.filter((line) => line.startsWith(ANSWER));
      const text = lines.filter((line) => !line.startsWith(ANSWER)).join('\n');
      return { text, answer: answers.map((line) => line.slice(ANSWER.length)).join('\n') };
    });
}

function blocks(name: string): string[] {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  return text.split(/\n{2,}/).map((block) => block.trim());
}

/** Writes the file again with the answers of `answer`. */
export function rewriteGolden(name: string, answer: (text: string) => string): void {
  const entries = new Map(readGolden(name).map(({ text }) => [text, answer(text)]));
  const written = blocks(name)
    .filter((block) => block !== '')
    .map((block) => {
      if (block.startsWith('#')) return block;
      const text = block
        .split('\n')
        .filter((line) => !line.startsWith(ANSWER))
        .join('\n');
      const lines = (entries.get(text) ?? '').split('\n').map((line) => ANSWER + line);
      return `${text}\n${lines.join('\n')}`;
    });
  writeFileSync(new URL(name, FOLDER), `${written.join('\n\n')}\n`);
}

/** Every text of the golden scripts. */
export function goldenTexts(): string[] {
  return goldenFiles().flatMap((name) => readGolden(name).map(({ text }) => text));
}
