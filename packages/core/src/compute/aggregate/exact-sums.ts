/** Sums of integers by group that never round: doubles while they are exact, with what does not fit carried to bigints. */
import { growFloat64 } from '../../types/growable.ts';

export class ExactSums {
  #small: Float64Array = new Float64Array(0);
  readonly #large = new Map<number, bigint>();

  resize(groupCount: number): void {
    this.#small = growFloat64(this.#small, groupCount);
  }

  /** `value` is a safe integer. */
  add(group: number, value: number): void {
    const sum = this.#small[group]! + value;
    if (Number.isSafeInteger(sum)) {
      this.#small[group] = sum;
      return;
    }
    this.addLarge(group, BigInt(value));
  }

  addLarge(group: number, value: bigint): void {
    this.#large.set(group, this.sum(group) + value);
    this.#small[group] = 0;
  }

  set(group: number, value: bigint): void {
    this.#large.set(group, value);
    this.#small[group] = 0;
  }

  sum(group: number): bigint {
    return (this.#large.get(group) ?? 0n) + BigInt(this.#small[group]!);
  }

  get byteLength(): number {
    return this.#small.byteLength + this.#large.size * LARGE_BYTES;
  }
}

/** A map entry with a bigint of a few words. */
const LARGE_BYTES = 96;
