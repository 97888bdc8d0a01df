import { describe, expect, it } from 'vitest';
import { loadedParser, loadParser } from './load-parser.ts';
import { createParser } from './parser.ts';

const parser = await loadParser();

describe('the parser', () => {
  it('has a grammar that chevrotain finds without fault', () => {
    expect(() => createParser({ validate: true })).not.toThrow();
  });

  it('is loaded once and then there for synchronous callers', async () => {
    expect(await loadParser()).toBe(parser);
    expect(loadedParser()).toBe(parser);
  });

  it('splits a script, leaves empty statements out, and spans each statement in the script', () => {
    const text = " ; SELECT ';' ;; -- a;b\n INSERT INTO t VALUES (1) ; ";
    const statements = parser.parseScript(text);
    expect(statements.map(({ statement }) => statement.kind)).toEqual(['query', 'insert']);
    expect(statements.map(({ span }) => text.slice(span.start, span.end))).toEqual([
      "SELECT ';'",
      'INSERT INTO t VALUES (1)',
    ]);
    expect(statements[1]?.statement.span).toEqual(statements[1]?.span);
    expect(parser.parseScript(' -- nothing')).toEqual([]);
  });

  it('refuses a script for an error in any of its statements', () => {
    expect(() => parser.parseScript('SELECT 1; SELECT FROM FROM')).toThrow('syntax error');
  });

  it('takes exactly one statement where one is asked for', () => {
    expect(parser.parseStatement('SELECT 1;').statement.kind).toBe('query');
    expect(() => parser.parseStatement('SELECT 1; SELECT 2')).toThrow('several statements');
    expect(() => parser.parseStatement('  ')).toThrow('syntax error at end of input');
    expect(() => parser.parseExpression('1 + 1; 2')).toThrow('syntax error at or near ";"');
    expect(() => parser.parseExpression('')).toThrow('syntax error at end of input');
  });

  it('numbers parameters of each style, anew in every statement', () => {
    const lists = parser
      .parseScript('SELECT $2, $1; SELECT ?, ?; SELECT $b, $a, $b; SELECT 1')
      .map(({ parameters }) => parameters);
    expect(lists).toEqual([
      { style: 'numbered', count: 2, names: [] },
      { style: 'positional', count: 2, names: [] },
      { style: 'named', count: 2, names: ['b', 'a'] },
      { style: 'none', count: 0, names: [] },
    ]);
    expect(() => parser.parseScript('SELECT $1, ?')).toThrow('parameter styles cannot be mixed');
    expect(() => parser.parseScript('SELECT $0')).toThrow('there is no parameter $0');
    expect(() => parser.parseScript('SELECT $65536')).toThrow('more than 65535 parameters');
  });

  it('keeps hints of SELECT', () => {
    const { statement } = parser.parseStatement(
      'SELECT /*+ USE_INDEX(i) */ /*+ HNSW_EF_SEARCH(200) */ 1',
    );
    expect(statement).toMatchObject({ body: { hints: ['USE_INDEX(i)', 'HNSW_EF_SEARCH(200)'] } });
  });

  it('still works after errors', () => {
    for (let i = 0; i < 3; i++) {
      expect(() => parser.parseScript('SELECT (((')).toThrow('syntax error');
      expect(parser.parseScript('SELECT (((1)))')).toHaveLength(1);
    }
  });
});
