/** Turns texts into vectors. The demo and `alopex` commands take any implementation; vectors come back in input order. */
export interface Embedder {
  /** What it is, for people: shown beside results so that nobody mistakes one model's scores for another's. */
  readonly name: string;
  /** Length of every vector. */
  readonly dimension: number;
  embed(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array[]>;
}
