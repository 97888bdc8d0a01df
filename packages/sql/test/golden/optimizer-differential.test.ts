import { UTC } from '@alopex-db/core/compute';
import { PENDING, assert } from '@alopex-db/core/base';
import { Store, type Transaction } from '@alopex-db/core';
import { loadKernels } from '@alopex-db/core/kernels';
import { ManualClock, SeededRandom } from '@alopex-db/core/testing';
import { scalarAt } from '@alopex-db/core/types';
import { describe, expect, it } from 'vitest';
import { openPlan } from '../../src/exec/open-plan.ts';
import { Interrupt } from '../../src/exec/interrupt.ts';
import { StatementContext } from '../../src/exec/statement-context.ts';
import type { PhysicalPlan } from '../../src/plan/physical.ts';
import { RULES } from '../../src/optimizer/rules/all-rules.ts';
import { compileStatement } from '../../src/planner/compile-statement.ts';
import { SqlEngine } from '../../src/session/sql-engine.ts';
import { loadParser } from '../../src/syntax/load-parser.ts';
import { FunctionRegistry } from '../../src/functions/registry.ts';
import { VectorDistances } from '@alopex-db/core/vector';
import { QueryMaker } from './query-maker.ts';

const QUERIES = 400;
const ALL_RULES: ReadonlySet<string> = new Set(['inline-ctes', ...RULES.map((rule) => rule.name)]);

const parser = await loadParser();
const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);

/** A database in memory that compiles with some rules left out and answers rows as text. */
class Laboratory {
  readonly #clock = new ManualClock();
  readonly #store = Store.open({ clock: this.#clock });
  readonly #engine: SqlEngine;
  readonly #functions: FunctionRegistry;

  constructor(random: SeededRandom) {
    const kernels = loadKernels();
    const pause = (): Promise<void> => Promise.resolve();
    this.#engine = new SqlEngine({
      store: this.#store,
      clock: this.#clock,
      random,
      kernels,
      pause,
    });
    const sequences = { next: () => 1 };
    this.#functions = new FunctionRegistry({
      distances: new VectorDistances(kernels),
      sequences,
    });
  }

  /** `rowCounts` are what the planner believes of the tables: other figures, other plans, the same answer. */
  run(
    text: string,
    disabledRules: ReadonlySet<string> = new Set(),
    rowCounts: Readonly<Record<string, number>> = {},
  ): string[] {
    const transaction = this.#store.begin();
    const { catalog } = this.#engine;
    const view = catalog.view(transaction);
    assert(view !== PENDING, 'a local catalog answers at once');
    const compiled = compileStatement(parser.parseStatement(text), {
      catalog: view,
      searchPath: ['public'],
      text,
      parser,
      functions: this.#functions,
      disabledRules,
      statistics: { rowCount: (table) => rowCounts[table.name] },
    });
    const rows: string[] = [];
    if (compiled.kind === 'ddl') compiled.run(transaction, catalog).next();
    if (compiled.kind === 'query') this.#collect(compiled.plan, transaction, rows);
    transaction.commitNow();
    return rows;
  }

  #collect(plan: PhysicalPlan, transaction: Transaction, rows: string[]): void {
    const context = new StatementContext({
      services: this.#engine.services,
      transaction,
      parameters: [],
      transactionMicros: 0,
      statementMicros: 0,
      timeZone: UTC,
      memoryBytesMax: 2 ** 28,
      interrupt: new Interrupt(this.#clock, { slices: false }),
      openPlan,
      changedTables: new Set(),
      vectorExact: true,
      hnswEfSearch: 50,
    });
    for (const batch of context.open(plan)) {
      assert(batch !== PENDING, 'nobody holds a lock');
      for (let row = 0; row < batch.rowCount; row += 1) {
        rows.push(batch.columns.map((column) => String(scalarAt(column, row))).join('|'));
      }
    }
    context.close();
  }
}

/** Small tables with keys, nulls and equal values. */
function fill(laboratory: Laboratory, random: SeededRandom): void {
  const below = (bound: number): number => random.nextUint32() % bound;
  const number = (): string => (below(5) === 0 ? 'NULL' : String(below(5)));
  const word = (): string => (below(4) === 0 ? 'NULL' : `'k${below(3)}'`);
  laboratory.run(
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c DOUBLE PRECISION NOT NULL)',
  );
  laboratory.run('CREATE TABLE u (x INTEGER, y BIGINT, z TEXT, PRIMARY KEY (x, y))');
  for (let id = 0; id < 14; id += 1) {
    laboratory.run(`INSERT INTO t VALUES (${id}, ${number()}, ${word()}, ${below(4)}.5)`);
  }
  for (let key = 0; key < 12; key += 1) {
    laboratory.run(`INSERT INTO u VALUES (${key % 4}, ${Math.floor(key / 4)}, ${word()})`);
  }
}

describe('the optimizer', () => {
  it(`changes no answer of ${QUERIES} random queries (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const laboratory = new Laboratory(random);
    fill(laboratory, random);
    const figures = [2, 1_000, 1_000_000];
    const figure = (): number => figures[random.nextUint32() % figures.length]!;
    const run = (text: string, disabled: ReadonlySet<string>): string[] =>
      laboratory.run(text, disabled, { t: figure(), u: figure() });
    const maker = new QueryMaker(random);
    for (let count = 0; count < QUERIES; count += 1) {
      const { text, isOrdered } = maker.query();
      const plain = run(text, ALL_RULES);
      const optimized = run(text, new Set());
      // Each rule alone must be right too, and so must the others without it.
      const names = [...ALL_RULES];
      const without = run(text, new Set([names[random.nextUint32() % names.length]!]));
      const inOrder = (rows: string[]): string[] => (isOrdered ? rows : rows.toSorted());
      expect(inOrder(optimized), text).toEqual(inOrder(plain));
      expect(inOrder(without), text).toEqual(inOrder(plain));
    }
  });
});
