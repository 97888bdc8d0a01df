/**
 * Golden scripts: a text file of commands and, under each, what came of it. Blocks are separated by empty lines; in a block the
 * lines before `---` are commands, those after it the expected result.
 *
 * A test runs every block and compares. To rewrite the results, run the test with ALOPEX_REWRITE_GOLDEN=1 and review the
 * difference as prose.
 */

export interface GoldenBlock {
  readonly commands: readonly string[];
  readonly expected: string;
  /** Line of the first command, from 1. */
  readonly line: number;
}

/** Lines that start with `#` before the first command of a block are its comment. */
export function parseGolden(text: string): GoldenBlock[] {
  const blocks: GoldenBlock[] = [];
  let commands: string[] = [];
  let expected: string[] | undefined;
  let line = 0;
  const finish = (): void => {
    if (commands.length > 0) blocks.push({ commands, expected: (expected ?? []).join('\n'), line });
    commands = [];
    expected = undefined;
  };
  for (const [index, content] of `${text}\n`.split('\n').entries()) {
    if (content.trim() === '') finish();
    else if (content === '---') expected = [];
    else if (expected !== undefined) expected.push(content);
    else if (!content.startsWith('#')) {
      if (commands.length === 0) line = index + 1;
      commands.push(content);
    }
  }
  finish();
  return blocks;
}

/** The same text with other results, comments and blank lines as they were. */
export function rewriteGolden(text: string, results: readonly string[]): string {
  const out: string[] = [];
  let block = -1;
  let state: 'between' | 'commands' | 'results' = 'between';
  for (const content of text.split('\n')) {
    if (content.trim() === '') {
      if (state === 'commands') out.push('---', ...linesOf(results[block]));
      state = 'between';
    } else if (content === '---') {
      state = 'results';
      out.push('---', ...linesOf(results[block]));
      continue;
    } else if (state === 'results') continue;
    else if (state === 'between' && !content.startsWith('#')) {
      state = 'commands';
      block += 1;
    }
    out.push(content);
  }
  if (state === 'commands') out.push('---', ...linesOf(results[block]));
  return out.join('\n');
}

function linesOf(result: string | undefined): string[] {
  return result === undefined || result === '' ? [] : result.split('\n');
}
