import { AlopexError } from '@alopex-db/core/base';
import { describe, expect, it } from 'vitest';
import { printExpression } from '../ast/print/print-statement.ts';
import { loadParser } from './load-parser.ts';

const parser = await loadParser();

/** The expression with all its operands in parentheses. */
function shape(text: string): string {
  return printExpression(parser.parseExpression(text));
}

describe('operator precedence', () => {
  it.each([
    // As PostgreSQL's table has it, loosest first.
    ['a or b and not c', 'a OR (b AND (NOT c))'],
    ['not a = b', 'NOT (a = b)'],
    ['not a is null', 'NOT (a IS NULL)'],
    ['not not a', 'NOT (NOT a)'],
    ['a = b is null', '(a = b) IS NULL'],
    ['a < b is distinct from c < d', '(a < b) IS DISTINCT FROM (c < d)'],
    ['a is null is null', '(a IS NULL) IS NULL'],
    ['a like b = c', '(a LIKE b) = c'],
    ['a between 1 and 2 and c', '(a BETWEEN 1 AND 2) AND c'],
    ['a between b + 1 and c + 2', 'a BETWEEN (b + 1) AND (c + 2)'],
    ['a in (1) = b', '(a IN (1)) = b'],
    ['a || b like c || d', '(a || b) LIKE (c || d)'],
    ['a like b escape c', 'a LIKE b ESCAPE c'],
    ['a <-> b < 0.5', '(a <-> b) < 0.5'],
    ["a -> 'b' ->> 'c' = 'd'", "((a -> 'b') ->> 'c') = 'd'"],
    ['a || b + c', 'a || (b + c)'],
    ['a + b * c - d', '(a + (b * c)) - d'],
    ['a * b % c / d', '((a * b) % c) / d'],
    ['a ^ b ^ c', '(a ^ b) ^ c'],
    ['- a ^ b', '(- a) ^ b'],
    ['- a * b', '(- a) * b'],
    ['- - a', '- (- a)'],
    ['-a::int', '- (a::int)'],
    ['- a[1]', '- a[1]'],
    ['a + b at time zone c', 'a + timezone(c, b)'],
    ['a || b collate "C"', 'a || (b COLLATE "C")'],
    ['~ a + b', '~ (a + b)'],
    ['~ a || b', '(~ a) || b'],
    ['a = any (b) and c', '(a = ANY (b)) AND c'],
    ['a + 1 = all (b)', '(a + 1) = ALL (b)'],
    ['a::text::int', '(a::text)::int'],
    ['a and b and c or d', '(a AND b AND c) OR d'],
    ['(a and b) and c', '(a AND b) AND c'],
    ['a <> b or a != c', '(a <> b) OR (a <> c)'],
    ['a = not b and c', '(a = (NOT b)) AND c'],
    ['a isnull or b notnull', '(a IS NULL) OR (b IS NOT NULL)'],
    ['x not between symmetric 1 and 2', 'x NOT BETWEEN SYMMETRIC 1 AND 2'],
    ['x not in (1) or x not like y', '(x NOT IN (1)) OR (x NOT LIKE y)'],
    ['x not similar to y', 'x NOT SIMILAR TO y'],
    ['a operator(pg_catalog.~) b', 'a ~ b'],
  ])('reads %s', (text, printed) => {
    expect(shape(text)).toBe(printed);
  });

  it.each(['a < b < c', 'a = b = c', 'a between 1 and 2 between 3 and 4', 'a like b like c'])(
    'refuses to chain %s',
    (text) => {
      expect(() => shape(text)).toThrow(AlopexError);
    },
  );
});

describe('operands', () => {
  it.each([
    ['[0.1, 0.2]', '[0.1, 0.2]'],
    ['array[1, [2]]', 'ARRAY[1, [2]]'],
    ['array(select 1)', 'ARRAY(SELECT 1)'],
    ['a[1:2][3]', 'a[1 : 2][3]'],
    ['a[:]', 'a[ : ]'],
    ['(a).b.c', '((a).b).c'],
    ['(a, b) = row(1)', 'ROW(a, b) = ROW(1)'],
    ['(a,)', 'ROW(a)'],
    ['((a))', 'a'],
    ['date', 'date'],
    ["date '2026-01-01'", "date '2026-01-01'"],
    ["timestamp with time zone '2026-01-01'", "timestamptz '2026-01-01'"],
    ["interval '1' year to month", "interval '1' year to month"],
    ["interval(3) '1 s'", "interval(3) '1 s'"],
    ["double precision '1'", "double precision '1'"],
    ['cast(a as numeric(10, 2)[])', 'a::numeric(10, 2)[]'],
    ['try_cast(a as int)', 'TRY_CAST(a AS int)'],
    ['a::character varying(3)', 'a::varchar(3)'],
    ['extract(year from a)', "extract('year', a)"],
    ["extract('year' from a)", "extract('year', a)"],
    ['substring(a from 2 for 3)', 'substring(a, 2, 3)'],
    ['substring(a for 3)', 'substring(a, 1, 3)'],
    ["trim(leading 'x' from a)", "ltrim(a, 'x')"],
    ['trim(a)', 'btrim(a)'],
    ["position('a' in b)", "strpos(b, 'a')"],
    ['overlay(a placing b from 1)', 'overlay(a, b, 1)'],
    ['current_date', 'current_date'],
    ['current_timestamp(3)', 'current_timestamp(3)'],
    ['count(*) filter (where a)', 'count(*) FILTER (WHERE a)'],
    ['count(distinct a, b,)', 'count(DISTINCT a, b)'],
    ['f(variadic a)', 'f(VARIADIC a)'],
    ['f(a => 1, b := 2)', 'f(a => 1, b => 2)'],
    [
      'percentile_cont(0.5) within group (order by a desc)',
      'percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC)',
    ],
    [
      'sum(a) over (w partition by b order by c rows 2 preceding exclude ties)',
      'sum(a) OVER (w PARTITION BY b ORDER BY c ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES)',
    ],
    ['lag(a) ignore nulls over w', 'lag(a) IGNORE NULLS OVER w'],
    ['case a when 1 then b else c end', 'CASE a WHEN 1 THEN b ELSE c END'],
    ['a in (select 1)', 'a IN (SELECT 1)'],
    ['a in ((select 1))', 'a IN (SELECT 1)'],
    ['a in ((select 1), 2)', 'a IN ((SELECT 1), 2)'],
    ['((select 1) union (select 2))', '((SELECT 1) UNION (SELECT 2))'],
    ['a in ((select 1) union select 2)', 'a IN ((SELECT 1) UNION SELECT 2)'],
    ['((select 1) + 2)', '(SELECT 1) + 2'],
    ['exists (values (1))', 'EXISTS (VALUES (1))'],
    ['a in ()', 'a IN ()'],
    ['left(a, 1)', 'left(a, 1)'],
    ['(a, b) overlaps (c, d)', 'overlaps(a, b, c, d)'],
    ["x'00ff'", "X'00ff'"],
    ['x like any (array[y])', 'x ~~ ANY (ARRAY[y])'],
  ])('reads %s', (text, printed) => {
    expect(shape(text)).toBe(printed);
  });

  it('takes ? as a parameter where an operand is due and as an operator elsewhere', () => {
    expect(shape('a = ? and b ? ?')).toBe('(a = $1) AND (b ? $2)');
    expect(shape("a ?| b and a ?& b and a @? b and ? || 'x'")).toBe(
      "(a ?| b) AND (a ?& b) AND (a @? b) AND ($1 || 'x')",
    );
  });

  it('keeps the words that are names in PostgreSQL free for columns', () => {
    const words =
      'date name type count value text key timestamp time year day rows first filter over';
    for (const word of words.split(' ')) expect(shape(`${word} + 1`)).toBe(`${word} + 1`);
  });

  it('gives every node the span of its text', () => {
    const text = ' a.b  +  f( 1 ) ';
    const sum = parser.parseExpression(text);
    expect(text.slice(sum.span.start, sum.span.end)).toBe('a.b  +  f( 1 )');
    expect(sum).toMatchObject({ operatorSpan: { start: 6, end: 7 } });
    expect(sum).toMatchObject({ right: { span: { start: 9, end: 15 } } });
  });
});
