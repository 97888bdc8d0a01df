/**
 * The newest changes of keys, for `kv.watch`: a window in memory over the commits of one database. It is recorded from the first
 * watch on, so that who never watches pays nothing, and given to every watcher of the same database; each has its place in it.
 *
 *   dropped | oldest kept ... newest |         positions count all changes ever recorded
 *           ^floor                            versions below the floor are not in the window
 *
 * Bounded by number and by bytes: a watcher that falls behind the window fails, and never holds memory or commits up.
 */
import { AlopexError, keyspaceId } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import { KV_KEYSPACE } from '@alopex-db/sql';
import type { KvEvent } from '@alopex-db/sql/session';

const KEYSPACE = keyspaceId(KV_KEYSPACE);
const EVENTS_MAX = 65_536;
const BYTES_MAX = 64 * 1024 * 1024;
/** Larger values are left out of their events. */
const VALUE_BYTES_MAX = 16 * 1024 * 1024;
/** What an event costs beside its bytes. */
const EVENT_BYTES = 128;

export class KvHistory {
  readonly #store: Store;
  #events: KvEvent[] = [];
  /** Position of the first event in `#events`; those before `#dropped` are given up. */
  #base = 0;
  #dropped = 0;
  #bytes = 0;
  /** Changes of versions from here on are in the window. */
  #floor = 0n;
  #stop: (() => void) | undefined;
  #isClosed = false;
  readonly #wakers = new Set<() => void>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Where a watcher begins that wants changes from a version on, or from now on. Throws ALX_OUT_OF_RANGE for what is gone. */
  begin(fromVersion: bigint | undefined): number {
    this.#record();
    if (fromVersion === undefined) return this.#end;
    if (fromVersion < this.#floor) {
      throw new AlopexError(
        'ALX_OUT_OF_RANGE',
        `changes of keys are kept from version ${this.#floor} on; version ${fromVersion} is older`,
        { hint: 'Scan the keys for their present state and watch from now on.' },
      );
    }
    let position = this.#dropped;
    while (position < this.#end && this.#at(position).version < fromVersion) position += 1;
    return position;
  }

  /** The event at a position, or undefined where none is yet. Throws ALX_RESOURCES when it was dropped. */
  read(position: number): KvEvent | undefined {
    if (position < this.#dropped) {
      throw new AlopexError(
        'ALX_RESOURCES',
        `the watch has fallen behind: more than ${EVENTS_MAX} changes or ${BYTES_MAX} bytes of them wait for it`,
        {
          hint: 'Read faster, watch a narrower prefix, or scan for the present state and watch again.',
        },
      );
    }
    return position < this.#end ? this.#at(position) : undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Calls `wake` at every commit to keys and at the end; the returned function ends that. */
  onChange(wake: () => void): () => void {
    this.#wakers.add(wake);
    return () => this.#wakers.delete(wake);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop?.();
    this.#events = [];
    for (const wake of this.#wakers) wake();
  }

  get #end(): number {
    return this.#base + this.#events.length;
  }

  #at(position: number): KvEvent {
    return this.#events[position - this.#base]!; // callers stay between #dropped and #end
  }

  #record(): void {
    if (this.#stop !== undefined) return;
    this.#floor = BigInt(this.#store.visible) + 1n;
    this.#stop = this.#store.onCommit((writes, committed) => {
      const before = this.#end;
      const version = BigInt(committed);
      writes.forEachChange(KEYSPACE, (key, change) => {
        if (change === undefined) this.#events.push({ type: 'delete', key, version });
        else {
          const value = change instanceof Uint8Array ? change : this.#largeValue(key, change);
          this.#events.push({ type: 'put', key, value, version });
        }
        this.#bytes += sizeOf(this.#events.at(-1)!);
      });
      if (this.#end === before) return;
      this.#drop();
      for (const wake of this.#wakers) wake();
    });
  }

  /** The value out of line that the commit being told of has given to a key. */
  #largeValue(
    key: Uint8Array,
    { sizeBytes }: { readonly sizeBytes: number },
  ): Uint8Array | undefined {
    if (sizeBytes > VALUE_BYTES_MAX) return undefined;
    const slot = { bytes: key, start: 0, end: 0 };
    const found = this.#store.readLatest(KEYSPACE, key, slot);
    // It may have expired in the meantime; and only a remote store, which takes no commits, lets reads wait.
    return found === true ? slot.bytes.slice(slot.start, slot.end) : undefined;
  }

  /** Gives up the oldest changes beyond the bounds; the list itself is cut when half of it is gone. */
  #drop(): void {
    while (this.#end - this.#dropped > EVENTS_MAX || this.#bytes > BYTES_MAX) {
      const event = this.#at(this.#dropped);
      this.#bytes -= sizeOf(event);
      // The rest of the commit may still be there, but not all of it.
      this.#floor = event.version + 1n;
      this.#dropped += 1;
    }
    const gone = this.#dropped - this.#base;
    if (gone * 2 <= this.#events.length) return;
    this.#events = this.#events.slice(gone);
    this.#base = this.#dropped;
  }
}

function sizeOf(event: KvEvent): number {
  return EVENT_BYTES + event.key.length + (event.type === 'put' ? (event.value?.length ?? 0) : 0);
}
