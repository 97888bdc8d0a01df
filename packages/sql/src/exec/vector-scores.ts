/** Scores of the vectors of a batch against one query vector: a number, or null where there is no vector. */
import { AlopexError, assert } from '@alopex-db/core/base';
import { BATCH_ROWS_MAX, isValid, type ColumnVector } from '@alopex-db/core/types';
import { VectorDistances } from '@alopex-db/core/vector';
import type { VectorTopK } from '../plan/physical.ts';
import type { StatementContext } from './statement-context.ts';

export class VectorScores {
  readonly #plan: VectorTopK;
  readonly #query: Float32Array | null;
  readonly #distances: VectorDistances;
  #values = new Float64Array(BATCH_ROWS_MAX);

  constructor(plan: VectorTopK, query: Float32Array | null, context: StatementContext) {
    this.#plan = plan;
    this.#query = query;
    this.#distances = new VectorDistances(context.services.kernels);
  }

  /** Computes the scores of a column; read them with `at`. */
  compute(column: ColumnVector): void {
    if (this.#query === null) return;
    const { values, offsets, type } = column;
    assert(values instanceof Float32Array && type.kind === 'vector', 'scores are of vectors');
    if (offsets !== undefined) return this.#computeRagged(column, values, offsets);
    this.#computeRange(values, column.length, this.#values);
  }

  at(column: ColumnVector, row: number): number | null {
    return this.#query === null || !isValid(column, row) ? null : this.#values[row]!;
  }

  #computeRange(right: Float32Array, count: number, out: Float64Array): void {
    const query = this.#query!;
    const { metric, scoreKind: measure } = this.#plan;
    const dimension = query.length;
    this.#distances.compute(
      { metric, measure, dimension, count, left: query, leftIsOne: true, right },
      out,
    );
  }

  /** A column of any dimension: row by row, because lengths may differ. */
  #computeRagged(column: ColumnVector, floats: Float32Array, offsets: Int32Array): void {
    const dimension = this.#query!.length;
    for (let row = 0; row < column.length; row += 1) {
      if (!isValid(column, row)) continue;
      const vector = floats.subarray(offsets[row]!, offsets[row + 1]!);
      if (vector.length !== dimension) {
        throw new AlopexError(
          'ALX_VECTOR_DIMENSION',
          `different vector dimensions ${vector.length} and ${dimension}`,
        );
      }
      this.#computeRange(vector, 1, this.#values.subarray(row, row + 1));
    }
  }
}
