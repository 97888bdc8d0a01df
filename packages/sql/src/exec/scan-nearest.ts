/** Exact search without a copy in memory: scores every row that passes the filter, and keeps the nearest. */
import { PENDING, keyspaceId, type Pending } from '@alopex-db/core/base';
import { compilePredicate, referencedColumns } from '@alopex-db/core/exec';
import type { ValueSlot } from '@alopex-db/core';
import { BATCH_ROWS_MAX } from '@alopex-db/core/types';
import { NearestRows, type NearRow } from './nearest-rows.ts';
import { RowDecoder } from './row-decoder.ts';
import type { StatementContext } from './statement-context.ts';
import { VectorScores } from './vector-scores.ts';
import type { NearestRequest } from './vector-top-k.ts';

export function* scanNearest(
  request: NearestRequest,
  context: StatementContext,
): Generator<Pending, NearRow[], void> {
  const scorer = new RowScorer(request, context);
  const cursor = context.transaction.scan(keyspaceId(request.plan.table.id));
  try {
    for (let found: boolean | Pending = true; found !== false;) {
      context.check();
      if (context.wantsPause) yield PENDING;
      while (!scorer.isFull) {
        found = cursor.advance();
        if (found === false) break;
        if (found === PENDING) yield PENDING;
        else scorer.push(cursor.key, cursor.value);
      }
      scorer.flush();
    }
  } finally {
    cursor.close();
  }
  return scorer.nearest();
}

/** Filters and scores rows a batch at a time. */
export class RowScorer {
  readonly #decoder: RowDecoder;
  readonly #filter;
  readonly #filtered: readonly number[];
  readonly #scores: VectorScores;
  readonly #nearest: NearestRows;
  readonly #selection = new Int32Array(BATCH_ROWS_MAX);
  readonly #vectorPosition: number;

  constructor({ plan, query, count }: NearestRequest, context: StatementContext) {
    const at = plan.ordinals.indexOf(plan.vectorOrdinal);
    this.#vectorPosition = at >= 0 ? at : plan.ordinals.length;
    const ordinals = at >= 0 ? plan.ordinals : [...plan.ordinals, plan.vectorOrdinal];
    // Columns that neither the filter nor the score reads are decoded for the final rows alone.
    this.#decoder = new RowDecoder(plan.table, ordinals, true);
    this.#filter = plan.filter === undefined ? undefined : compilePredicate(plan.filter, context);
    this.#filtered = plan.filter === undefined ? [] : referencedColumns(plan.filter);
    this.#scores = new VectorScores(plan, query, context);
    this.#nearest = new NearestRows(count, plan.scoreKind === 'similarity');
  }

  get isFull(): boolean {
    return this.#decoder.count === BATCH_ROWS_MAX;
  }

  /** The bytes behind the slots must stay until `flush`. */
  push(key: ValueSlot, value: ValueSlot): void {
    this.#decoder.push(key, value);
  }

  flush(): void {
    const decoder = this.#decoder;
    const passed = this.#selected();
    const slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
    if (passed > 0) {
      const column = decoder.decodeColumn(this.#vectorPosition, this.#selection, passed);
      this.#scores.compute(column);
      for (let index = 0; index < passed; index += 1) {
        decoder.keyInto(this.#selection[index]!, slot);
        this.#nearest.offer(this.#scores.at(column, index), slot);
      }
    }
    decoder.clear();
  }

  nearest(): NearRow[] {
    return this.#nearest.sorted();
  }

  #selected(): number {
    const decoder = this.#decoder;
    if (decoder.count === 0) return 0;
    if (this.#filter !== undefined) {
      return decoder.select(this.#filtered, this.#filter, this.#selection);
    }
    for (let row = 0; row < decoder.count; row += 1) this.#selection[row] = row;
    return decoder.count;
  }
}
