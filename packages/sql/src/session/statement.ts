/**
 * A statement by its text: parsed once, compiled for a catalog view, and compiled again when the catalog or the hinted
 * types of its parameters have changed. Compiled forms are shared through the engine's cache.
 */
import type { Query } from '../ast/query.ts';
import type { ParsedStatement, Statement as StatementNode } from '../ast/statement.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import type { CompiledStatement } from '../plan/compiled-statement.ts';
import { fastPathOf, type FastPath } from './fast-path.ts';
import { orderParameters } from './parameters.ts';
import type { Params, SqlValue } from './session.ts';
import type { Settings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { CachedStatement } from './statement-cache.ts';
import type { StatementHost } from './statement-host.ts';
import type { TransactionBlock } from './transaction-block.ts';

export interface CompiledCall {
  readonly entry: CachedStatement;
  /** Parameter values in the order of the statement. */
  readonly values: readonly SqlValue[];
}

export class Statement {
  readonly text: string;
  /** False for a piece of a script, whose text is the whole script. */
  readonly isCacheable: boolean;
  readonly #engine: SqlEngine;
  #parsed: ParsedStatement | undefined;
  /** What `fastPath` looked at last, and for which search path. */
  #entry: CachedStatement | undefined;
  #searchPath: readonly string[] | undefined;

  constructor(engine: SqlEngine, text: string, piece?: ParsedStatement) {
    this.#engine = engine;
    this.text = text;
    this.isCacheable = piece === undefined;
    this.#parsed = piece;
  }

  /** Needs the parser loaded; throws syntax errors. */
  get parsed(): ParsedStatement {
    return (this.#parsed ??= this.#engine.parseOne(this.text));
  }

  /** With `bind` false only the plan is wanted, and no parameters are needed. */
  compile(
    block: TransactionBlock,
    settings: Settings,
    params: Params | undefined,
    bind = true,
  ): CompiledCall {
    const values = bind ? orderParameters(params, this.parsed.parameters) : [];
    const view = this.#engine.viewOf(block);
    block.timeZone = settings.resolved.timeZone;
    const entry = this.#engine.compile(this, view, settings.resolved.searchPath, values);
    return { entry, values };
  }

  /**
   * The short way of this statement against the newest committed catalog; undefined where there is none, and before the
   * statement ran once.
   */
  fastPath(settings: Settings): FastPath | undefined {
    const view = this.#engine.catalog.latestView();
    if (view === undefined) return undefined;
    const entry = this.#entryFor(view, settings.resolved.searchPath);
    return entry === undefined ? undefined : fastPathOf(entry, this.#engine);
  }

  #entryFor(view: CatalogView, searchPath: readonly string[]): CachedStatement | undefined {
    const entry = this.#entry;
    if (entry?.view === view && this.#searchPath === searchPath) return entry;
    const found = this.#engine.cached(this, view, searchPath);
    this.#entry = found;
    this.#searchPath = searchPath;
    return found;
  }

  /** The compiled form for the catalog that a new statement of the host would see. */
  compileNow(host: StatementHost): CompiledStatement {
    const { engine, settings } = host;
    const block =
      host.currentBlock ?? engine.begin({ settings: settings.resolved, readOnly: true });
    try {
      const view = engine.viewOf(block);
      return engine.compile(this, view, settings.resolved.searchPath, undefined).compiled;
    } finally {
      if (block !== host.currentBlock) block.rollback();
    }
  }
}

/**
 * Whether a statement only reads. `streaming` asks more: whether its rows may be shown while it runs, which leaves out what
 * has its answer only at the end.
 */
export function isReadOnly(statement: StatementNode, purpose: 'running' | 'streaming'): boolean {
  if (statement.kind === 'query') return queryIsReadOnly(statement);
  if (statement.kind === 'pragma') return true;
  if (statement.kind !== 'explain' || purpose === 'streaming') return false;
  return !statement.analyze || isReadOnly(statement.statement, purpose);
}

function queryIsReadOnly(query: Query): boolean {
  if (query.locking.length > 0) return false;
  return (query.with?.tables ?? []).every(({ statement }) => statement.kind === 'query');
}
