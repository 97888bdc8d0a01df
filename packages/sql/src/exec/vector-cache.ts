/**
 * The resident vector columns of a store, kept true by its commits. `ResidentVectors` must hear of every key that changes in
 * a keyspace it holds; this listens, and passes on only what concerns keyspaces that have been asked for, so that a bulk
 * load of other tables costs nothing.
 */
import type { KeyspaceId, Version } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import type { Kernels } from '@alopex-db/core/kernels';
import {
  ResidentVectors,
  type ResidentColumn,
  type ResidentColumnBuild,
  type ResidentColumnPlan,
} from '@alopex-db/core/vector';

export class VectorCache {
  readonly #store: Store;
  readonly #resident: ResidentVectors;
  readonly #watched = new Set<KeyspaceId>();
  readonly #endListening: () => void;

  constructor(store: Store, kernels: Kernels, memoryBytesMax: number | undefined) {
    this.#store = store;
    this.#resident = new ResidentVectors(kernels, { memoryBytesMax });
    this.#endListening = store.onCommit((writes, version) => {
      for (const keyspace of this.#watched) {
        writes.forEachKey(keyspace, (bytes, start, end) =>
          this.#resident.noteChange(keyspace, bytes.subarray(start, end), version),
        );
      }
    });
  }

  get byteLength(): number {
    return this.#resident.byteLength;
  }

  find(keyspace: KeyspaceId, columnId: number, snapshot: Version): ResidentColumn | undefined {
    return this.#resident.find(keyspace, columnId, snapshot);
  }

  /** Starts a copy, unless commits that nobody noted have passed the snapshot. */
  begin(plan: ResidentColumnPlan): ResidentColumnBuild | undefined {
    if (this.#store.lastCommit(plan.keyspace) > plan.version) return undefined;
    this.#watched.add(plan.keyspace);
    return this.#resident.begin(plan);
  }

  /** The keyspace was dropped, or emptied wholesale, by a commit. */
  drop(keyspace: KeyspaceId, version: Version): void {
    this.#watched.delete(keyspace);
    this.#resident.drop(keyspace, version);
  }

  close(): void {
    this.#endListening();
  }
}
