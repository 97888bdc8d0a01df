/** The graph's kernels in plain TypeScript over one memory; twin of the exports of `assembly/hnsw-*.ts`. */
import type { HnswFunctions } from './hnsw-functions.ts';
import type { LinearMemory } from './linear-memory.ts';
import { GraphMemory } from './hnsw-layout.ts';
import { encodeVector, scoreRows } from './hnsw-score.ts';
import { insertRow } from './hnsw-insert.ts';
import { scanGraph } from './hnsw-scan.ts';
import { searchGraph } from './hnsw-search.ts';

export class BoundTypeScriptHnsw implements HnswFunctions {
  readonly #graph: GraphMemory;

  constructor(memory: LinearMemory) {
    this.#graph = new GraphMemory(memory);
  }

  hnswInsert(scratch: number, row: number): number {
    this.#graph.refresh();
    return insertRow(this.#graph, scratch, row);
  }

  hnswSearch(scratch: number, ef: number, wanted: number, allowed: number): number {
    this.#graph.refresh();
    return searchGraph(this.#graph, scratch, ef, wanted, allowed);
  }

  hnswScan(scratch: number, wanted: number, allowed: number): number {
    this.#graph.refresh();
    return scanGraph(this.#graph, scratch, wanted, allowed);
  }

  hnswScore(
    query: number,
    list: number,
    count: number,
    heap: number,
    heapCount: number,
    k: number,
  ): number {
    this.#graph.refresh();
    return scoreRows(this.#graph, query, list, count, heap, heapCount, k);
  }

  hnswEncode(
    vectors: number,
    vectorStride: number,
    dim: number,
    count: number,
    factors: number,
    centres: number,
    inverseStep: number,
    out: number,
    outStride: number,
  ): number {
    this.#graph.refresh();
    let clamped = 0;
    for (let index = 0; index < count; index += 1) {
      const factor = factors === 0 ? 1 : this.#graph.floats[(factors >>> 2) + index]!;
      clamped += encodeVector(
        this.#graph,
        (vectors + index * vectorStride) >>> 2,
        dim,
        factor,
        centres >>> 2,
        inverseStep,
        out + index * outStride,
      );
    }
    return clamped;
  }
}
