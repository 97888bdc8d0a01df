/**
 * Anything at all goes in; only trees and AlopexErrors come out. A tree prints to a text with the same tree. The seed stands
 * in every failure; `ALOPEX_TEST_SEED=n` replays it.
 */
import { AlopexError } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printStatement } from '../../src/ast/print/print-statement.ts';
import { COLUMN_ONLY, FUNCTION_ONLY, RESERVED, UNRESERVED } from '../../src/syntax/keywords.ts';
import { tokenize } from '../../src/syntax/lexer.ts';
import { loadParser } from '../../src/syntax/load-parser.ts';
import { goldenTexts } from './parser-corpus.ts';
import { withoutSpans } from './parser-tree.ts';

const parser = await loadParser();
const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);

const KEYWORDS = [...RESERVED, ...FUNCTION_ONLY, ...COLUMN_ONLY, ...UNRESERVED];
const SYMBOLS =
  '( ) [ ] , ; . : :: => := + - * / % ^ = < > <= <> || <-> <=> -> ->> ? ?| @> ~ ! # & @'.split(' ');
const LITERALS = [
  "'text'",
  "E'a\\n'",
  '$$x$$',
  '1',
  '2.5',
  '1e3',
  "X'00'",
  '$1',
  '?',
  '$n',
  'a',
  'b',
  '"C d"',
  't',
];
const PIECES = [
  "'",
  '"',
  '$$',
  '/*',
  '*/',
  '--',
  '\n',
  '\\',
  "E'",
  'U&"',
  "X'",
  '\u0000',
  '😀',
  '\ud800',
  'ä',
  '`',
  '{',
  ' ',
];

/** The text of what is wrong, or undefined. */
function complaint(text: string): string | undefined {
  let statements;
  try {
    statements = parser.parseScript(text);
  } catch (error) {
    const expected = error instanceof AlopexError && error.kind === 'Invalid';
    return expected ? undefined : `threw ${String(error)}`;
  }
  for (const { statement } of statements) {
    const printed = printStatement(statement);
    try {
      const again = parser.parseStatement(printed).statement;
      if (!isDeepStrictEqual(withoutSpans(statement), withoutSpans(again)))
        return `changed to ${printed}`;
    } catch (error) {
      return `printed ${printed}, which threw ${String(error)}`;
    }
  }
  return undefined;
}

function run(rounds: number, make: (random: SeededRandom) => string): void {
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const text = make(random);
    const wrong = complaint(text);
    if (wrong !== undefined)
      expect.fail(`seed ${seed}, round ${round}: ${JSON.stringify(text)} ${wrong}`);
  }
}

function several(random: SeededRandom, atMost: number, piece: () => string, glue: string): string {
  return Array.from({ length: 1 + random.below(atMost) }, piece).join(glue);
}

describe(`the parser under seed ${seed}`, () => {
  it('survives random characters', () => {
    run(4000, (random) =>
      several(
        random,
        40,
        () => String.fromCharCode(random.below(random.chance(0.1) ? 0x10000 : 128)),
        '',
      ),
    );
  });

  it('survives pieces of strings, comments and operators', () => {
    const pieces = [...PIECES, ...SYMBOLS, ...LITERALS];
    run(4000, (random) => several(random, 20, () => random.pick(pieces), ''));
  });

  it('survives random tokens', () => {
    const pieces = [...KEYWORDS, ...SYMBOLS, ...LITERALS, ...LITERALS];
    run(
      4000,
      (random) => `${random.pick(KEYWORDS)} ${several(random, 25, () => random.pick(pieces), ' ')}`,
    );
  });

  it('survives statements with tokens removed, doubled, moved and replaced', () => {
    const texts = goldenTexts().flatMap((text) => {
      try {
        return [tokenize(text).map(({ startOffset, end }) => text.slice(startOffset, end))];
      } catch {
        return [];
      }
    });
    const replacements = [...KEYWORDS, ...SYMBOLS, ...LITERALS];
    run(6000, (random) => {
      const tokens = [...random.pick(texts)];
      for (let change = random.below(3); change >= 0; change--) {
        const at = random.below(tokens.length + 1);
        const what = random.below(4);
        if (what === 0) tokens.splice(at, 1);
        else if (what === 1) tokens.splice(at, 0, tokens[at] ?? 'a');
        else if (what === 2)
          tokens.splice(
            at,
            0,
            ...tokens.splice(random.below(tokens.length + 1), 1 + random.below(3)),
          );
        else tokens[at] = random.pick(replacements);
      }
      return tokens.join(' ');
    });
  });
});
