/**
 * Order keys of float32: int32 that sort as the floats do, NaN last, -0 with 0. A float's bits, with the magnitude of
 * negatives inverted.
 */
const NAN_KEY = 0x7fffffff;

/** Converts both ways through one pair of views; not to be used from two threads. */
export class OrderKeyF32 {
  readonly #float = new Float32Array(1);
  readonly #bits = new Int32Array(this.#float.buffer);

  encode(value: number): number {
    if (Number.isNaN(value)) return NAN_KEY;
    this.#float[0] = value + 0; // + 0 makes -0 and 0 one key
    const bits = this.#bits[0]!;
    return bits ^ ((bits >> 31) & 0x7fffffff);
  }

  decode(key: number): number {
    if (key === NAN_KEY) return Number.NaN;
    this.#bits[0] = key ^ ((key >> 31) & 0x7fffffff);
    return this.#float[0]!;
  }
}
