import { AlopexError } from '@alopex-db/core/base';
import { describe, expect, it } from 'vitest';
import { formatValue } from './format-value.ts';
import { parseRecords } from './parse-records.ts';
import { runSlt } from './run-records.ts';
import type { SltDatabase, SltResult } from './run-records.ts';

/** Answers each text with what the test put in; anything else is an error. */
function scripted(answers: Readonly<Record<string, SltResult>>): SltDatabase {
  return {
    execute(sql) {
      const answer = answers[sql];
      if (answer === undefined)
        throw new AlopexError('ALX_UNIQUE_VIOLATION', `no answer for ${sql}`);
      return answer;
    },
  };
}

describe('sqllogictest values', () => {
  it('are whole numbers, three decimals, and text without unprintable characters', () => {
    expect(formatValue(3.9, 'I')).toBe('3');
    expect(formatValue(-3.9, 'I')).toBe('-3');
    expect(formatValue(12345678901234567890n, 'I')).toBe('12345678901234567890');
    expect(formatValue('7', 'I')).toBe('7');
    expect(formatValue('word', 'I')).toBe('0');
    expect(formatValue(true, 'I')).toBe('1');
    expect(formatValue(2, 'R')).toBe('2.000');
    expect(formatValue('1.5', 'R')).toBe('1.500');
    expect(formatValue(null, 'R')).toBe('NULL');
    expect(formatValue('', 'T')).toBe('(empty)');
    expect(formatValue('a\tb', 'T')).toBe('a@b');
  });
});

describe('sqllogictest records', () => {
  it('are read with their conditions, comments and both kinds of line end', () => {
    const text = [
      '# a comment',
      'hash-threshold 8',
      '',
      'statement ok',
      'CREATE TABLE t (a)',
      '',
      'skipif mysql # not there',
      'onlyif alopex',
      'query IT rowsort label-1',
      'SELECT a,',
      '  b FROM t',
      '----',
      '1',
      'x',
      '',
      'onlyif other',
      'halt',
    ].join('\r\n');
    const [statement, query, halt] = parseRecords(text);
    expect(statement).toMatchObject({ kind: 'statement', line: 4, sql: 'CREATE TABLE t (a)' });
    expect(query).toMatchObject({
      kind: 'query',
      sql: 'SELECT a,\n  b FROM t',
      expected: ['1', 'x'],
    });
    expect(query).toMatchObject({ types: 'IT', sortMode: 'rowsort', label: 'label-1' });
    expect(query).toMatchObject({ skipIf: ['mysql'], onlyIf: ['alopex'] });
    expect(halt).toMatchObject({ kind: 'halt', onlyIf: ['other'] });
  });

  it('that make no sense are named with their line', () => {
    expect(() => parseRecords('\nquery X\nSELECT 1\n')).toThrow('line 2');
  });
});

describe('a sqllogictest run', () => {
  const rows = (...values: unknown[][]): SltResult => ({ rows: values });

  it('compares rows in order, sorted by row, and sorted by value', async () => {
    const database = scripted({ q: rows([2, 'b'], [1, 'c']) });
    const expectation = (mode: string, values: string): string =>
      `query IT ${mode}\nq\n----\n${values}`;
    const text = [
      expectation('nosort', '2\nb\n1\nc'),
      expectation('rowsort', '1\nc\n2\nb'),
      expectation('valuesort', '1\n2\nb\nc'),
      expectation('nosort', '2 b\n1 c'),
    ].join('\n\n');
    expect(await runSlt(text, database)).toEqual({ passed: 4, skipped: 0, failures: [] });
  });

  it('compares long results by their hash', async () => {
    const text = 'query I\nq\n----\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n';
    expect((await runSlt(text, scripted({ q: rows([1], [2]) }))).passed).toBe(1);
    expect((await runSlt(text, scripted({ q: rows([1], [3]) }))).failures).toHaveLength(1);
  });

  it('takes errors where they are expected, by SQLSTATE, code or text', async () => {
    const text = [
      'statement error\nnone',
      'statement error 23505\nnone',
      'statement error no answer\nnone',
      'statement error 42601\nnone',
      'statement ok\nnone',
      'statement error\nq',
    ].join('\n\n');
    const report = await runSlt(text, scripted({ q: {} }));
    expect(report.passed).toBe(3);
    expect(report.failures.map(({ line }) => line)).toEqual([10, 13, 16]);
  });

  it('skips records of other engines and stops at halt', async () => {
    const text = [
      'onlyif sqlite\nstatement ok\nnone',
      'skipif alopex\nstatement ok\nnone',
      'onlyif sqlite\nhalt',
      'statement ok\nq',
      'halt',
      'statement ok\nnone',
    ].join('\n\n');
    expect(await runSlt(text, scripted({ q: {} }))).toEqual({
      passed: 1,
      skipped: 3,
      failures: [],
    });
  });

  it('holds queries of one label to the same result', async () => {
    const database = scripted({ a: rows([1]), b: rows([2]) });
    const text = 'query I nosort x\na\n----\n1\n\nquery I nosort x\nb\n----\n2\n';
    const [failure] = (await runSlt(text, database)).failures;
    expect(failure?.message).toContain('labelled x');
  });

  it('reports a wrong number of columns', async () => {
    const text = 'query II\na\n----\n1\n1\n';
    const [failure] = (await runSlt(text, scripted({ a: rows([1]) }))).failures;
    expect(failure?.message).toBe('expected 2 columns, got 1');
  });
});
