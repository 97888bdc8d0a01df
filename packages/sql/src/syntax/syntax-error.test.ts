import { AlopexError } from '@alopex-db/core/base';
import { describe, expect, it } from 'vitest';
import { loadParser } from './load-parser.ts';

const parser = await loadParser();

function errorOf(text: string): AlopexError {
  try {
    parser.parseScript(text);
  } catch (error) {
    if (error instanceof AlopexError) return error;
    throw error;
  }
  throw new AlopexError('ALX_INTERNAL', `no error in ${text}`);
}

describe('a syntax error', () => {
  it('names the token, its place, and what was expected there', () => {
    const error = errorOf('SELECT *\n  FROM WHERE a = 1');
    expect(error.format()).toBe(
      'error[ALOPEX-P002]: syntax error at or near "WHERE" at line 2, column 8',
    );
    expect(error).toMatchObject({
      code: 'ALX_EXPECTED_TOKEN',
      sqlState: '42601',
      position: 16,
      detail: 'expected a table name after FROM',
    });
  });

  it('at the end of a statement stands behind its last token', () => {
    const error = errorOf('SELECT 1; SELECT * FROM  ; SELECT 2');
    expect(error.message).toBe('syntax error at end of input');
    expect(error.position).toBe(23);
  });

  it.each([
    ['INSERT t VALUES (1)', 'expected INTO after INSERT'],
    ['INSERT INTO t', 'expected VALUES, SELECT or DEFAULT VALUES after "t"'],
    ['INSERT INTO t (a, b VALUES (1)', 'expected ")" after "b"'],
    ['SELECT 1 +', 'expected an expression after "+"'],
    ['SELECT (1', 'expected ")" after "1"'],
    ['SELECT CASE WHEN a THEN b', 'expected END after "b"'],
    ['SELECT CAST(a AS)', 'expected a type after AS'],
    ['SELECT * FROM a JOIN b', 'expected ON or USING after "b"'],
    ['UPDATE t a = 1', 'expected SET after "a"'],
    ['DELETE t', 'expected FROM after DELETE'],
    ['CREATE INDEX i ON t', 'expected "(" after "t"'],
    ['DROP x', 'expected TABLE, INDEX or VIEW after DROP'],
    ['ALTER TABLE t ADD', 'expected a column name after ADD'],
    ['CREATE TABLE t (a INT,, b INT)', 'expected a column name after ","'],
    ['VALUES', 'expected "(" after VALUES'],
  ])('in %s says: %s', (text, detail) => {
    expect(errorOf(text).detail).toBe(detail);
  });

  it.each([
    ['SELEC 1', 'Did you mean SELECT?'],
    ['SELECT 1; CRAETE TABLE t (a INT)', 'Did you mean CREATE?'],
    ['SELECT * FORM t', 'Did you mean FROM instead of "form"?'],
    ['SELECT a FORM t', 'Did you mean FROM instead of "form"?'],
    ['SELECT * FROM t WHRE a = 1', 'Did you mean WHERE instead of "whre"?'],
    ['SELECT a b c FROM t', 'Is a comma or an operator missing before "c"?'],
    ['SELECT a FROM t WHERE a == 1', 'Comparison is written with a single =.'],
    ['SELECT a < b < c', 'Comparisons do not chain: use parentheses or AND.'],
    ['SELECT `a` FROM t', 'Quote names with double quotes: "name".'],
    ["SELECT 1 AS 'x'", 'Names are written plain or in double quotes.'],
    ['SELECT * FROM t LIMIT 1, 2', 'Write LIMIT count OFFSET start.'],
    ['CREATE TABLE order (a INT)', 'ORDER is a reserved word; as a name it is written "order".'],
    ['CREATE TABLE t (user TEXT)', 'USER is a reserved word; as a name it is written "user".'],
    ['SELECT a INTO b FROM t', 'Use CREATE TABLE … AS SELECT.'],
  ])('in %s hints: %s', (text, hint) => {
    expect(errorOf(text).hint).toBe(hint);
  });

  it('is none where the product will know the statement: that is unsupported', () => {
    expect(errorOf('MERGE INTO t USING u ON true').format()).toBe(
      'error[ALOPEX-F001]: MERGE is not supported yet at line 1, column 1',
    );
    expect(errorOf('CREATE SEQUENCE s').code).toBe('ALX_UNSUPPORTED');
    expect(errorOf('ALTER ROLE r').code).toBe('ALX_UNSUPPORTED');
    expect(errorOf('DROP TRIGGER t').code).toBe('ALX_UNSUPPORTED');
  });
});
