/** The snapshots that open transactions read at. What the oldest of them cannot see any more may be dropped by flushes. */
export interface SnapshotHolder {
  readonly snapshot: number;
  /** Place in the registry; belongs to it. */
  registrySlot: number;
}

export class SnapshotRegistry<Holder extends SnapshotHolder> {
  /** In no order. Invariant: `holders[i].registrySlot === i`. */
  readonly #holders: Holder[] = [];

  get size(): number {
    return this.#holders.length;
  }

  add(holder: Holder): void {
    holder.registrySlot = this.#holders.length;
    this.#holders.push(holder);
  }

  /** Idempotent. */
  remove(holder: Holder): void {
    const slot = holder.registrySlot;
    if (slot < 0) return;
    const last = this.#holders.pop()!;
    if (last !== holder) {
      this.#holders[slot] = last;
      last.registrySlot = slot;
    }
    holder.registrySlot = -1;
  }

  /** The oldest snapshot held, at most `newest`. */
  oldest(newest: number): number {
    let oldest = newest;
    for (const holder of this.#holders) if (holder.snapshot < oldest) oldest = holder.snapshot;
    return oldest;
  }

  /** The snapshots held that are older than `newest`, and `newest`: each once, ascending. */
  versions(newest: number): number[] {
    const versions = new Set([newest]);
    for (const { snapshot } of this.#holders) if (snapshot < newest) versions.add(snapshot);
    return [...versions].toSorted((left, right) => left - right);
  }

  /** A copy, so that holders may leave while it is walked. */
  all(): Holder[] {
    return [...this.#holders];
  }
}
