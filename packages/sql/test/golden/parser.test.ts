import { AlopexError } from '@alopex-db/core/base';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printStatement } from '../../src/ast/print/print-statement.ts';
import { loadParser } from '../../src/syntax/load-parser.ts';
import { parseRecords } from '../slt/runner/parse-records.ts';
import { goldenFiles, goldenTexts, readGolden, rewriteGolden } from './parser-corpus.ts';
import { withoutSpans } from './parser-tree.ts';

const parser = await loadParser();

/** The statements of `text` printed, or its error. */
function answer(text: string): string {
  try {
    return parser
      .parseScript(text)
      .map(({ statement }) => printStatement(statement))
      .join('\n');
  } catch (error) {
    if (!(error instanceof AlopexError)) throw error;
    const lines = [error.format(), error.detail, error.hint && `hint: ${error.hint}`];
    return lines.filter((line) => line !== undefined && line !== '').join('\n');
  }
}

/** Texts of `texts` that parse but do not print to the same tree. */
function changedByPrinting(texts: readonly string[]): string[] {
  return texts.filter((text) => {
    if (!parses(text)) return false;
    return parser.parseScript(text).some(({ statement }) => {
      const again = parser.parseStatement(printStatement(statement)).statement;
      return !isDeepStrictEqual(withoutSpans(statement), withoutSpans(again));
    });
  });
}

function parses(text: string): boolean {
  try {
    parser.parseScript(text);
    return true;
  } catch {
    return false;
  }
}

describe('golden scripts of the parser', () => {
  for (const name of goldenFiles()) {
    it(`answer as written in ${name}`, () => {
      if (process.env['ALOPEX_REWRITE_GOLDEN'] !== undefined) rewriteGolden(name, answer);
      for (const entry of readGolden(name))
        expect(answer(entry.text), entry.text).toBe(entry.answer);
    });
  }

  it('hold only errors in errors.golden and none elsewhere', () => {
    for (const name of goldenFiles()) {
      const texts = readGolden(name).map(({ text }) => text);
      const wrong = texts.filter((text) => parses(text) === (name === 'errors.golden'));
      expect(wrong, name).toEqual([]);
    }
  });
});

describe('printing and parsing again', () => {
  it('gives the same tree for every golden text', () => {
    expect(changedByPrinting(goldenTexts())).toEqual([]);
  });

  // The sqllogictest corpus lies beside the repository and may be absent.
  const corpus = new URL('../../../../../shared/slt/', import.meta.url);
  it.skipIf(!existsSync(corpus))('gives the same tree for every statement of the corpus', () => {
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' });
    const texts = files
      .filter((name) => name.endsWith('.test'))
      .flatMap((name) => parseRecords(readFileSync(new URL(name, corpus), 'utf8')))
      .flatMap((record) => (record.kind === 'halt' ? [] : [record.sql]));
    expect(texts.length).toBeGreaterThan(10_000);
    expect(changedByPrinting(texts)).toEqual([]);
  });
});
