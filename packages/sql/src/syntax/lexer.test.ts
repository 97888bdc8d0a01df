import { AlopexError } from '@alopex-db/core/base';
import { describe, expect, it } from 'vitest';
import { tokenize } from './lexer.ts';

/** `type:image` of every token. */
function tokens(text: string): string[] {
  return tokenize(text).map(({ tokenType, image }) => `${tokenType.name}:${image}`);
}

function images(text: string): string[] {
  return tokenize(text).map(({ image }) => image);
}

function errorOf(text: string): string {
  try {
    tokenize(text);
  } catch (error) {
    if (error instanceof AlopexError) return `${error.code} ${error.message} @${error.position}`;
    throw error;
  }
  return 'no error';
}

describe('the lexer', () => {
  it('folds ASCII letters of names and leaves others alone', () => {
    expect(tokens('Users ÄPFEL "Users" a$1')).toEqual([
      'Identifier:users',
      'Identifier:ÄpfeL'.replace('L', 'l'),
      'QuotedIdentifier:Users',
      'Identifier:a$1',
    ]);
  });

  it('cuts names after 63 bytes without cutting a character', () => {
    expect(images('x'.repeat(70))[0]).toHaveLength(63);
    expect(images(`"${'ä'.repeat(40)}"`)[0]).toBe('ä'.repeat(31));
    expect(images('x'.repeat(63))[0]).toHaveLength(63);
  });

  it('reads every form of string', () => {
    expect(
      images(
        "'it''s' 'a' E'a\\n\\x41\\u00e4\\101\\'b' $$a'b$$ $q$a$$b$q$ N'n' U&'\\0041\\+01F600\\\\'",
      ),
    ).toEqual(["it's", 'a', "a\näA'b".replace('\n', '\nA'), "a'b", 'a$$b', 'n', 'A😀\\']);
    expect(tokens('X\'00fF\' U&"\\0061b"')).toEqual(['Bytes:00fF', 'QuotedIdentifier:ab']);
  });

  it('joins strings that only a line break separates', () => {
    expect(images("'a' \n 'b'")).toEqual(['ab']);
    expect(images("'a' -- why\n'b'")).toEqual(['ab']);
    expect(images("'a' 'b'")).toEqual(['a', 'b']);
  });

  it('reads numbers in all bases and drops their separators', () => {
    expect(tokens('1 1_000 1.5 .5 5. 1e5 1E-3 0x1F 0o17 0b101 1..2')).toEqual([
      'Integer:1',
      'Integer:1000',
      'Decimal:1.5',
      'Decimal:.5',
      'Decimal:5.',
      'Decimal:1e5',
      'Decimal:1E-3',
      'Integer:31',
      'Integer:15',
      'Integer:5',
      'Integer:1',
      'Dot:.',
      'Decimal:.2',
    ]);
  });

  it('takes the longest operator and gives back a trailing sign as PostgreSQL does', () => {
    expect(images('a<-1')).toEqual(['a', '<', '-', '1']);
    expect(images('a<->b <=> <#> <+> ->> #>> @> || !~* =>')).toEqual([
      'a',
      '<->',
      'b',
      '<=>',
      '<#>',
      '<+>',
      '->>',
      '#>>',
      '@>',
      '||',
      '!~*',
      '=>',
    ]);
    expect(images('a@-1')).toEqual(['a', '@-', '1']);
    expect(images('a*-1')).toEqual(['a', '*', '-', '1']);
    expect(images('a!=b')).toEqual(['a', '<>', 'b']);
    expect(images('a::b a:=b')).toEqual(['a', '::', 'b', 'a', ':=', 'b']);
  });

  it('skips comments, nested ones too, and stops operators before them', () => {
    expect(images('a -- b\n c /* d /* e */ f */ g')).toEqual(['a', 'c', 'g']);
    expect(images('a+/* x */b+--y\nc')).toEqual(['a', '+', 'b', '+', 'c']);
  });

  it('keeps hints behind SELECT only', () => {
    const [select, , other] = tokenize('SELECT /*+ A(1) */ /*+ B */ 1 FROM /*+ C */ t');
    expect(select?.payload).toEqual(['A(1)', 'B']);
    expect(other?.payload).toBeUndefined();
  });

  it('tells parameters from dollar quotes', () => {
    expect(tokens('$1 $name $$x$$ ?')).toEqual([
      'NumberedParameter:1',
      'NamedParameter:name',
      'String:x',
      'Question:?',
    ]);
  });

  it('knows where each token stands', () => {
    const text = "\uFEFFselect  'a''b' + 10";
    const spans = tokenize(text).map(({ startOffset, end }) => text.slice(startOffset, end));
    expect(spans).toEqual(['select', "'a''b'", '+', '10']);
  });

  it.each([
    ["'abc", 'ALX_UNTERMINATED_STRING unterminated quoted string at or near "\'abc" @0'],
    ['a "abc', 'ALX_UNTERMINATED_STRING unterminated quoted identifier at or near ""abc" @2'],
    [
      '$a$ x $b$',
      'ALX_UNTERMINATED_STRING unterminated dollar-quoted string at or near "$a$ x $b$" @0',
    ],
    ['/* /* */', 'ALX_UNTERMINATED_STRING unterminated /* comment at or near "/* /* */" @0'],
    ["E'a\\'", 'ALX_UNTERMINATED_STRING unterminated quoted string at or near "E\'a\\\'" @0'],
    ['1a', 'ALX_INVALID_NUMBER trailing junk after numeric literal at or near "1a" @0'],
    ['0x', 'ALX_INVALID_NUMBER trailing junk after numeric literal at or near "0x" @0'],
    ['1__0', 'ALX_INVALID_NUMBER trailing junk after numeric literal at or near "1__0" @0'],
    ['1e', 'ALX_INVALID_NUMBER trailing junk after numeric literal at or near "1e" @0'],
    ['$1a', 'ALX_INVALID_NUMBER trailing junk after parameter at or near "$1a" @0'],
    ["X'0'", 'ALX_INVALID_NUMBER invalid hexadecimal byte string at or near "X\'0\'" @0'],
    ['""', 'ALX_UNEXPECTED_TOKEN zero-length delimited identifier at or near """" @0'],
    ['a == b', 'ALX_UNEXPECTED_TOKEN syntax error at or near "==" @2'],
    ['`a`', 'ALX_UNEXPECTED_TOKEN syntax error at or near "`" @0'],
    ["E'\\u12'", 'ALX_UNEXPECTED_TOKEN invalid Unicode escape at or near "\\u" @2'],
    ["E'\\000'", 'ALX_INVALID_TEXT_ENCODING text cannot hold the character U+0000 @0'],
  ])('refuses %s', (text, error) => {
    expect(errorOf(text)).toBe(error);
  });
});
