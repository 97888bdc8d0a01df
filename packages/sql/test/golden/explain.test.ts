import { describe, expect, it } from 'vitest';
import { explainJson, explainText } from '../../src/plan/explain.ts';
import { inputsOf } from '../../src/plan/describe-plan.ts';
import { runGoldenScripts } from './golden-script.ts';
import { PlanHarness, answerOf } from './plan-harness.ts';

const SCHEMA = `
  CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price DOUBLE PRECISION, embedding VECTOR(3));
  CREATE TABLE orders (customer INTEGER, number INTEGER, product INTEGER NOT NULL, PRIMARY KEY (customer, number));
`;

function open(): (sql: string) => string {
  const harness = new PlanHarness();
  harness.define(SCHEMA);
  const statistics = {
    rowCount: (table: { readonly name: string }) => (table.name === 'orders' ? 50_000 : 2_000),
  };
  return (sql) =>
    answerOf(() => {
      const compiled = harness.compile(sql, { statistics });
      return compiled.kind === 'query' ? explainText(compiled.plan) : compiled.kind;
    });
}

describe('EXPLAIN', () => {
  runGoldenScripts(new URL('explain/', import.meta.url), open);

  it('shows what a node did beside what was expected of it', () => {
    const harness = new PlanHarness();
    harness.define(SCHEMA);
    const compiled = harness.compile('SELECT name FROM products WHERE price > 10');
    if (compiled.kind !== 'query') throw new TypeError('a query');
    const scan = inputsOf(compiled.plan)[0]!;
    const measures = new Map([[scan, { rows: 7, loops: 1, timeMs: 0.25, bytes: 4_096 }]]);
    expect(explainText(compiled.plan, { measures }).split('\n')).toEqual([
      'Project  (rows=333 cost=160.0) (never executed)',
      '  ->  Seq Scan on products  (rows=333 cost=160.0) (actual rows=7 loops=1 time=0.250 ms memory=4 kB)',
      '        Filter: (price > 10)',
    ]);
  });

  it('has the shape of PostgreSQL as JSON', () => {
    const harness = new PlanHarness();
    harness.define(SCHEMA);
    const compiled = harness.compile('SELECT p.name FROM products p WHERE p.id = 7');
    if (compiled.kind !== 'query') throw new TypeError('a query');
    expect(explainJson(compiled.plan)).toEqual([
      {
        Plan: {
          'Node Type': 'Project',
          'Plan Rows': 1,
          'Total Cost': 1.2,
          Output: 'name',
          Plans: [
            {
              'Node Type': 'Primary Key Lookup',
              'Relation Name': 'products',
              Alias: 'p',
              'Plan Rows': 1,
              'Total Cost': 1.2,
              'Key Cond': 'id = 7',
            },
          ],
        },
      },
    ]);
  });
});
