/**
 * The scratch block behind an image: what one search, or one insertion, works with. Its parts grow with the breadth of the
 * search; nothing in them outlives a call.
 *
 *   header | query | query code | fresh | selected | pruned | visited | nearest | frontier | found | allowed | heap | row block
 */
import { HEADER_BYTES, SCRATCH, SCRATCH_HEADER_BYTES } from '../../kernels/hnsw-layout.ts';
import type { GraphImage } from './graph-image.ts';

/** Candidates that a filtered walk keeps for later, per row that it looks for, and at least. */
const FRONTIER_PER_EF = 8;
const FRONTIER_MIN = 4096;
/** Rows that a scan takes together, as `assembly/hnsw-scan.ts` says. */
const SCAN_BATCH = 32;
/** Rows that are fetched and scored at a time when they are not in memory. */
export const ROW_BLOCK_ROWS = 64;

export interface ScratchSize {
  /** Entries of the candidate list. */
  readonly ef: number;
  /** Rows in the list of what was found. */
  readonly found: number;
  /** Entries of the heap of hits. */
  readonly heap: number;
}

/** Addresses of the parts that JavaScript writes or reads. */
export interface ScratchParts {
  readonly header: number;
  readonly query: number;
  readonly queryCode: number;
  readonly allowed: number;
  readonly found: number;
  readonly heap: number;
  readonly rowBlock: number;
}

export class Scratch {
  readonly #image: GraphImage;
  #size: ScratchSize = { ef: 0, found: 0, heap: 0 };
  #parts: ScratchParts;

  constructor(image: GraphImage, size: ScratchSize) {
    this.#image = image;
    this.#parts = this.#layOut(size);
  }

  /** Rows that fit into the list of what was found. */
  get foundCapacity(): number {
    return this.#size.found;
  }

  /** The parts, large enough for `size`. Growing keeps no content. */
  partsFor(size: ScratchSize): ScratchParts {
    const has = this.#size;
    if (size.ef > has.ef || size.found > has.found || size.heap > has.heap) {
      this.#parts = this.#layOut({
        ef: Math.max(size.ef, has.ef),
        found: Math.max(size.found, has.found),
        heap: Math.max(size.heap, has.heap),
      });
    }
    return this.#parts;
  }

  #layOut(size: ScratchSize): ScratchParts {
    const { rowCount, rowStride, codeStride, options, residentBytes, hasRows } = this.#image;
    let end = Math.max(residentBytes, HEADER_BYTES);
    const place = (bytes: number): number => {
      const start = Math.ceil(end / 64) * 64;
      end = start + bytes;
      return start;
    };
    // Room to repeat the last row three times, so that rows can be taken by four.
    const listWords = Math.max(2 * options.m, SCAN_BATCH) + 8;
    const frontierCapacity = Math.min(
      Math.max(FRONTIER_MIN, FRONTIER_PER_EF * size.ef),
      rowCount + 1,
    );
    const header = place(SCRATCH_HEADER_BYTES);
    const fields = {
      query: place(rowStride),
      queryCode: place(codeStride),
      fresh: place(listWords * 4),
      selected: place(listWords * 4),
      pruned: place(listWords * 8),
      visited: place(rowCount),
      nearest: place(size.ef * 8),
      frontier: place(frontierCapacity * 8),
      found: place(size.found * 4),
    };
    const allowed = place(((rowCount + 31) >>> 5) * 4);
    const heap = place(size.heap * 8);
    const rowBlock = place(hasRows ? 0 : ROW_BLOCK_ROWS * rowStride);
    this.#image.reserve(end);
    const { graph } = this.#image;
    graph.bytes.fill(0, header, end);
    for (const [name, address] of Object.entries(fields)) {
      graph.setField(header + SCRATCH[name as keyof typeof fields], address);
    }
    graph.setField(header + SCRATCH.frontierCapacity, frontierCapacity);
    this.#size = size;
    const { query, queryCode, found } = fields;
    return { header, query, queryCode, allowed, found, heap, rowBlock };
  }
}
