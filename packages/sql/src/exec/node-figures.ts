/** What EXPLAIN ANALYZE measures: rows, batches and time of every plan node. Costs nothing when nobody asked for it. */
import { PENDING, type Clock } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import type { IndexSearchMeasure, NodeMeasure } from '../plan/explain.ts';
import type { PhysicalPlan } from '../plan/physical.ts';

interface NodeFigure extends NodeMeasure {
  rows: number;
  loops: number;
  timeMs: number;
  indexSearch?: IndexSearchMeasure | undefined;
}

export class NodeFigures {
  readonly #clock: Clock;
  readonly byNode = new Map<PhysicalPlan, NodeFigure>();

  readonly #startMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** Since measuring began. */
  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  /** The same operator, measured. */
  *watch(plan: PhysicalPlan, operator: BatchIterator): BatchIterator {
    const figure = this.#figureOf(plan);
    figure.loops += 1;
    try {
      for (;;) {
        const start = this.#clock.monotonicMs();
        const next = operator.next();
        figure.timeMs += this.#clock.monotonicMs() - start;
        if (next.done === true) return;
        if (next.value !== PENDING) figure.rows += next.value.rowCount;
        yield next.value;
      }
    } finally {
      operator.return();
    }
  }

  noteIndexSearch(plan: PhysicalPlan, search: IndexSearchMeasure): void {
    const figure = this.#figureOf(plan);
    const before = figure.indexSearch;
    figure.indexSearch = {
      ...search,
      visited: search.visited + (before?.visited ?? 0),
      distances: search.distances + (before?.distances ?? 0),
      rescored: search.rescored + (before?.rescored ?? 0),
    };
  }

  #figureOf(plan: PhysicalPlan): NodeFigure {
    let figure = this.byNode.get(plan);
    if (figure === undefined) {
      figure = { rows: 0, loops: 0, timeMs: 0 };
      this.byNode.set(plan, figure);
    }
    return figure;
  }
}
