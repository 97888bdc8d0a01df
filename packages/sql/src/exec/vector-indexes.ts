/**
 * The vector indexes of a store that can be searched: those that the newest committed catalog knows. Each registers with the
 * store, so that compaction builds its graph; what a transaction has defined and not committed is not among them, because its
 * keyspace may yet become something else's.
 */
import { keyspaceId, type KeyspaceId, type Random } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import type { Kernels } from '@alopex-db/core/kernels';
import { SegmentCache, VectorKeyspace } from '@alopex-db/core/vector';
import type { CatalogView } from '../catalog/catalog.ts';
import { vectorIndexLayouts } from '../catalog/vector-index-layout.ts';

export interface VectorIndexesOptions {
  readonly store: Store;
  readonly kernels: Kernels;
  /** Draws the levels of graphs. */
  readonly random: Random;
  /** Bytes for loaded segments of all indexes; default 512 MiB. */
  readonly memoryBytesMax: number | undefined;
}

export class VectorIndexes {
  readonly #options: VectorIndexesOptions;
  readonly #cache: SegmentCache;
  readonly #known = new Map<KeyspaceId, VectorKeyspace>();

  constructor(options: VectorIndexesOptions) {
    this.#options = options;
    this.#cache = new SegmentCache(options.memoryBytesMax);
  }

  /** To be called with the catalog of each commit that changed it, and once after opening. */
  follow(view: CatalogView): void {
    const { store, kernels, random } = this.#options;
    for (const layout of view.tables().flatMap(vectorIndexLayouts)) {
      const keyspace = keyspaceId(layout.keyspace);
      if (this.#known.has(keyspace)) continue;
      const { dimension, metric, m, efConstruction, quantization } = layout;
      const hnsw = { dimension, metric, m, efConstruction, quantization };
      const options = { ...hnsw, keyspace, random, cache: this.#cache };
      this.#known.set(keyspace, new VectorKeyspace(store, kernels, options));
    }
  }

  find(keyspace: KeyspaceId): VectorKeyspace | undefined {
    return this.#known.get(keyspace);
  }

  /** The index was dropped by a commit. */
  forget(keyspace: KeyspaceId): void {
    this.#known.delete(keyspace);
  }
}
