/**
 * The short way of writers that touch one row: parameters are converted and the row is written, without operators or
 * batches. `direct-insert`, `keyed-update` and `keyed-delete` are the three.
 */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import { childrenOf, type Expression, type ExpressionRuntime } from '@alopex-db/core/exec';
import type { TimeZone, TimeZoneProvider } from '@alopex-db/core/compute';
import type { DataType, Scalar } from '@alopex-db/core/types';
import { convertParameter, wrongCount } from './parameters.ts';
import type { SqlValue } from './session.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { TransactionBlock } from './transaction-block.ts';

export interface DirectWrite {
  readonly kind: 'direct-write';
  readonly command: 'INSERT' | 'UPDATE' | 'DELETE';
  /** For rows of one transaction; give it back with `close`. */
  open(block: TransactionBlock): RowWrite;
}

export interface RowWrite {
  /** Takes the parameters of the next row. */
  prepare(params: readonly SqlValue[]): void;
  /** Writes it and answers the number of rows affected. To be called again after PENDING. */
  write(): number | Pending;
  /** Only after a row was written to its end. */
  close(): void;
}

export function holdsSubquery(expression: Expression): boolean {
  return expression.kind === 'subquery' || childrenOf(expression).some(holdsSubquery);
}

/** What expressions of a direct write may ask for. */
export class RowRuntime implements ExpressionRuntime {
  readonly parameters: Scalar[] = [];
  readonly outer: readonly Scalar[] = [];
  readonly transactionMicros: number;
  readonly statementMicros: number;
  readonly timeZone: TimeZone;
  readonly findZone: TimeZoneProvider;
  readonly #engine: SqlEngine;
  readonly #types: readonly DataType[];

  constructor(engine: SqlEngine, block: TransactionBlock, types: readonly DataType[]) {
    this.#engine = engine;
    this.#types = types;
    this.transactionMicros = block.transactionMicros;
    this.statementMicros = engine.services.clock.nowMicros();
    this.timeZone = block.timeZone;
    this.findZone = engine.services.findZone;
  }

  setParameters(params: readonly SqlValue[]): void {
    const types = this.#types;
    if (params.length !== types.length) throw wrongCount(params.length, types.length);
    for (let index = 0; index < types.length; index += 1) {
      this.parameters[index] = convertParameter(params[index], types[index]!, index, this);
    }
  }

  nowMicros(): number {
    return this.#engine.services.clock.nowMicros();
  }

  nextUint32(): number {
    return this.#engine.services.random.nextUint32();
  }

  openSubquery(): never {
    throw new AlopexError('ALX_INTERNAL', 'broken invariant: a direct write holds no subquery');
  }
}
