/**
 * What a blocking operator holds against its budget. Over it the statement fails with ALX_MEMORY_LIMIT: spilling is the
 * seam `resize` will ask before it throws, when the operators learn to spill.
 */
import { AlopexError } from '../base/errors.ts';
import type { ExecContext } from './operator.ts';

export class MemoryAccount {
  readonly #context: ExecContext;
  readonly #operator: string;

  /** `operator` names the holder in the message: "sort", "hash join". */
  constructor(context: ExecContext, operator: string) {
    this.#context = context;
    this.#operator = operator;
  }

  /** States the bytes held now. */
  resize(byteLength: number): void {
    const { memoryBytesMax } = this.#context;
    if (byteLength <= memoryBytesMax) return;
    throw new AlopexError(
      'ALX_MEMORY_LIMIT',
      `${this.#operator} needs more than the ${memoryBytesMax} bytes that an operator may hold`,
      { hint: 'Raise the memory budget of statements, or filter and aggregate before this step.' },
    );
  }
}
