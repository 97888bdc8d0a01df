/**
 * Compiled statements by text. An entry holds for one catalog view and for the types its parameters were hinted to have; a
 * bounded number is kept, the least recently used go first (a Map remembers the order of insertion).
 */
import type { DataType } from '@alopex-db/core/types';
import type { ParsedStatement } from '../ast/statement.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import type { CompiledStatement } from '../plan/compiled-statement.ts';
import type { FastPath } from './fast-path.ts';
import type { RowCounts } from './row-counts.ts';

const ENTRIES_MAX = 1_000;
/** Longer texts are parsed again: they are written once (a bulk INSERT), and would crowd out the others. */
const TEXT_LENGTH_MAX = 32_768;

export interface CachedStatement {
  readonly parsed: ParsedStatement;
  readonly view: CatalogView;
  readonly searchPath: string;
  readonly compiled: CompiledStatement;
  /** The hints that `compiled` rests on; undefined when it used none. */
  readonly hints: readonly (DataType | undefined)[] | undefined;
  /** The row counts that its plan was chosen by. */
  readonly rowCounts: RowCounts;
  /** Set on first use: the short way to run this statement, or null where there is none. */
  fastPath: FastPath | null | undefined;
}

export class StatementCache {
  readonly #entries = new Map<string, CachedStatement>();
  /** The entry used last stands at the end of the order already. */
  #latestText = '';
  #latest: CachedStatement | undefined;

  get(text: string): CachedStatement | undefined {
    if (text === this.#latestText && this.#latest !== undefined) return this.#latest;
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    this.#latestText = text;
    this.#latest = entry;
    return entry;
  }

  set(text: string, entry: CachedStatement): void {
    if (text.length > TEXT_LENGTH_MAX) return;
    this.#latestText = text;
    this.#latest = entry;
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    if (this.#entries.size <= ENTRIES_MAX) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  get size(): number {
    return this.#entries.size;
  }
}
