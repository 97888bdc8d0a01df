/** Compiles SQL against a store in memory: what the golden scripts of binder, optimizer and EXPLAIN share. */
import { AlopexError, keyspaceId } from '@alopex-db/core/base';
import { Store } from '@alopex-db/core';
import { loadKernels } from '@alopex-db/core/kernels';
import { ManualClock } from '@alopex-db/core/testing';
import { VectorDistances } from '@alopex-db/core/vector';
import type { ParsedStatement } from '../../src/ast/statement.ts';
import { bindDataStatement, type BoundStatement } from '../../src/binder/bind-data-statement.ts';
import { BindState } from '../../src/binder/bind-state.ts';
import type { CatalogView } from '../../src/catalog/catalog.ts';
import { StoredCatalog } from '../../src/catalog/stored-catalog.ts';
import { locateError } from '../../src/errors.ts';
import { FunctionRegistry } from '../../src/functions/registry.ts';
import type { Statistics } from '../../src/optimizer/statistics.ts';
import type { CompiledStatement, DdlOutcome } from '../../src/plan/compiled-statement.ts';
import type { CompileContext } from '../../src/planner/compile-context.ts';
import { compileStatement } from '../../src/planner/compile-statement.ts';
import { loadParser } from '../../src/syntax/load-parser.ts';

const parser = await loadParser();
const functions = new FunctionRegistry({
  distances: new VectorDistances(loadKernels()),
  sequences: { next: () => 1 },
});

export interface CompileOptions {
  readonly disabledRules?: ReadonlySet<string> | undefined;
  readonly statistics?: Statistics | undefined;
}

/** A database that only ever compiles, and runs definitions. */
export class PlanHarness {
  readonly #store = Store.open({ clock: new ManualClock() });
  readonly #catalog = new StoredCatalog(() => this.#store.lastCommit(keyspaceId(0)));

  /** Runs definitions one after another, each in its own transaction. */
  define(text: string): void {
    for (const parsed of parser.parseScript(text)) {
      const compiled = this.#compileParsed(parsed, text, {});
      if (compiled.kind === 'ddl') this.run(compiled);
    }
  }

  run(compiled: CompiledStatement & { readonly kind: 'ddl' }): DdlOutcome {
    const transaction = this.#store.begin();
    try {
      const step = compiled.run(transaction, this.#catalog).next();
      if (step.done !== true) throw new AlopexError('ALX_INTERNAL', 'nobody else holds a lock');
      transaction.commitNow();
      return step.value;
    } catch (error) {
      transaction.rollback();
      throw error;
    }
  }

  compile(text: string, options: CompileOptions = {}): CompiledStatement {
    return this.#compileParsed(parser.parseStatement(text), text, options);
  }

  bind(text: string): BoundStatement {
    const { statement, parameters } = parser.parseStatement(text);
    const writes =
      statement.kind === 'insert' || statement.kind === 'update' || statement.kind === 'delete';
    if (statement.kind !== 'query' && !writes)
      throw new AlopexError('ALX_INTERNAL', 'only data statements are bound alone');
    const state = new BindState(this.#context(text, {}), parameters.count);
    try {
      return bindDataStatement(statement, state);
    } catch (error) {
      throw error instanceof AlopexError ? locateError(error, text) : error;
    }
  }

  view(): CatalogView {
    const transaction = this.#store.begin({ readOnly: true });
    try {
      const view = this.#catalog.view(transaction);
      if (typeof view === 'symbol')
        throw new AlopexError('ALX_INTERNAL', 'a local catalog answers at once');
      return view;
    } finally {
      transaction.rollback();
    }
  }

  #compileParsed(
    parsed: ParsedStatement,
    text: string,
    options: CompileOptions,
  ): CompiledStatement {
    return compileStatement(parsed, this.#context(text, options));
  }

  #context(text: string, options: CompileOptions): CompileContext {
    return { catalog: this.view(), searchPath: ['public'], text, parser, functions, ...options };
  }
}

/** The error of a statement as people see it. */
export function errorText(error: unknown): string {
  if (!(error instanceof AlopexError)) throw error;
  const lines = [`${error.sqlState} ${error.format()}`];
  if (error.detail !== undefined) lines.push(`detail: ${error.detail}`);
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  return lines.join('\n');
}

/** Runs a function and answers its result, or its error as text. */
export function answerOf(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return errorText(error);
  }
}
