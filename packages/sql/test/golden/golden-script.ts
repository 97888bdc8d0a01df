/** Runs golden scripts of one folder: every block is SQL, answered by a function; see `core/testing/golden`. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { parseGolden, rewriteGolden } from '@alopex-db/core/testing';
import { expect, it } from 'vitest';

/** `open` gives what answers the blocks of one script, in order. */
export function runGoldenScripts(folder: URL, open: () => (sql: string) => string): void {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.golden'))) {
    it(`answers as written in ${name}`, () => {
      const file = new URL(name, folder);
      const text = readFileSync(file, 'utf8');
      const answer = open();
      const blocks = parseGolden(text);
      const answers = blocks.map((block) => answer(block.commands.join('\n')));
      if (process.env['ALOPEX_REWRITE_GOLDEN'] === '1')
        writeFileSync(file, rewriteGolden(text, answers));
      else
        blocks.forEach((block, index) =>
          expect(answers[index], `${name}:${block.line}`).toBe(block.expected),
        );
    });
  }
}
