/** Where the batches of a run go: into rows as users see them, or into whatever else a caller gathers. */
import type { Batch } from '@alopex-db/core/types';
import { BatchRows } from './batch-rows.ts';
import { controlRows, type ControlResult } from './control-result.ts';
import type { OutputForm } from './output-value.ts';
import type { BuiltRow } from './row-shape.ts';
import type { Column } from './session.ts';

/** Takes the batches of a run. `begin` is called again when a lost conflict repeats the statement. */
export interface Sink {
  begin(columns: readonly Column[]): void;
  /** False: enough. */
  take(batch: Batch): boolean;
}

/** Makes rows of batches, up to a number of them. */
export class RowSink implements Sink {
  readonly #form: OutputForm;
  readonly #rowsMax: number;
  #rows: BuiltRow[] = [];
  #taken = 0;
  #builder: BatchRows | undefined;

  constructor(form: OutputForm, rowsMax: number | undefined) {
    this.#form = form;
    this.#rowsMax = rowsMax ?? Number.POSITIVE_INFINITY;
  }

  begin(columns: readonly Column[]): void {
    this.#rows = [];
    this.#taken = 0;
    this.#builder = columns.length === 0 ? undefined : new BatchRows(columns, this.#form);
  }

  take(batch: Batch): boolean {
    const wanted = Math.min(batch.rowCount, this.#rowsMax - this.#taken);
    this.#taken += wanted;
    if (this.#builder === undefined) for (let row = 0; row < wanted; row += 1) this.#rows.push({});
    else if (wanted > 0) this.#builder.append(batch, this.#rows, wanted);
    return this.#taken < this.#rowsMax;
  }

  takeControl(control: ControlResult): void {
    this.#rows = controlRows(control, this.#form);
  }

  drain(): BuiltRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
