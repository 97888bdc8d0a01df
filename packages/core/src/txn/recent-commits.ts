/**
 * The keys of recent commits, against which SERIALIZABLE transactions check what they have read.
 *
 * The law: a transaction that writes may commit only if no key in what it read was committed after its snapshot. Then its reads
 * hold at its commit as well, and the order of commits is a serial order of all that write; one that writes nothing stands in
 * that order where its snapshot is, and never fails. (Backward validation: Kung and Robinson, "On Optimistic Methods for
 * Concurrency Control", section 3.)
 *
 * - Commits are noted when they are applied, not when they are published: a commit that waits for its sync is in no snapshot and
 *   comes before whatever is committed next. Those under way when the first serializable transaction begins are noted then.
 * - Nothing is noted while no serializable transaction is open.
 * - Memory is bounded. Of what is forgotten the newest version of each keyspace stays: whoever has an older snapshot and has read
 *   of that keyspace conflicts.
 */
import { assert } from '../base/assert.ts';
import type { KeyspaceId } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import type { ReadSpans, SpanSet } from './read-spans.ts';

export interface RecentCommitLimits {
  /** Most keys kept. Default 65536. */
  readonly keyCountMax?: number | undefined;
  /** Most bytes of keys kept. Default 8 MiB. */
  readonly keyBytesMax?: number | undefined;
}

const KEY_COUNT_MAX = 64 * 1024;
const KEY_BYTES_MAX = 8 * 1024 * 1024;

/** The keys that one commit changed in one keyspace. */
interface CommitPart {
  readonly version: number;
  readonly keyspace: KeyspaceId;
  readonly keys: readonly Uint8Array[];
  readonly keyBytes: number;
}

export class RecentCommits {
  readonly #keyCountMax: number;
  readonly #keyBytesMax: number;
  /** Open transactions that will check. */
  #watchers = 0;
  /** By version, ascending. */
  #parts: CommitPart[] = [];
  #keyCount = 0;
  #keyBytes = 0;
  /** Newest version of which keys of a keyspace were forgotten. */
  readonly #forgotten = new Map<KeyspaceId, number>();

  constructor(limits: RecentCommitLimits = {}) {
    this.#keyCountMax = limits.keyCountMax ?? KEY_COUNT_MAX;
    this.#keyBytesMax = limits.keyBytesMax ?? KEY_BYTES_MAX;
  }

  /** Whether commits have to be noted. */
  get isWatched(): boolean {
    return this.#watchers > 0;
  }

  get keyCount(): number {
    return this.#keyCount;
  }

  /** A serializable transaction has begun. */
  watch(): void {
    this.#watchers += 1;
  }

  /** It has ended. */
  unwatch(): void {
    assert(this.#watchers > 0, 'every watcher leaves once');
    this.#watchers -= 1;
    if (this.#watchers > 0) return;
    this.#parts = [];
    this.#keyCount = 0;
    this.#keyBytes = 0;
    this.#forgotten.clear();
  }

  /** Notes what a commit changes. */
  note(writes: WriteSet, version: number): void {
    assert(this.isWatched, 'commits are noted for somebody');
    for (const part of writes.parts) {
      if (part.liveCount === 0) continue;
      const { keyspace } = part;
      if (part.liveCount > this.#keyCountMax / 2 || part.encodedBytes > this.#keyBytesMax) {
        // Among so many keys a reader of the keyspace would hardly have missed all, and copying them would cost the commit.
        this.#forgotten.set(keyspace, version);
        continue;
      }
      const keys: Uint8Array[] = [];
      let keyBytes = 0;
      writes.forEachKey(keyspace, (bytes, start, end) => {
        keys.push(bytes.slice(start, end));
        keyBytes += end - start;
      });
      this.#parts.push({ version, keyspace, keys, keyBytes });
      this.#keyCount += keys.length;
      this.#keyBytes += keyBytes;
    }
    if (this.#keyCount > this.#keyCountMax || this.#keyBytes > this.#keyBytesMax) this.#shrink();
  }

  /** Throws ALX_SERIALIZATION_CONFLICT when something in `reads` was committed after `snapshot`. */
  check(reads: ReadSpans, snapshot: number): void {
    for (const [keyspace, version] of this.#forgotten) {
      if (version > snapshot && reads.of(keyspace) !== undefined) throw readConflict();
    }
    for (let index = this.#parts.length - 1; index >= 0; index -= 1) {
      const part = this.#parts[index]!;
      if (part.version <= snapshot) return;
      const spans = reads.of(part.keyspace);
      if (spans !== undefined && coversAny(spans, part.keys)) throw readConflict();
    }
  }

  /** Forgets the oldest until at most half of what is allowed is in use. */
  #shrink(): void {
    let count = 0;
    while (this.#keyCount > this.#keyCountMax / 2 || this.#keyBytes > this.#keyBytesMax / 2) {
      const part = this.#parts[count]!; // as long as there are keys there are parts
      this.#forgotten.set(part.keyspace, part.version);
      this.#keyCount -= part.keys.length;
      this.#keyBytes -= part.keyBytes;
      count += 1;
    }
    this.#parts.splice(0, count);
  }
}

function coversAny(spans: SpanSet, keys: readonly Uint8Array[]): boolean {
  for (const key of keys) if (spans.covers(key)) return true;
  return false;
}

function readConflict(): AlopexError {
  return new AlopexError(
    'ALX_SERIALIZATION_CONFLICT',
    'something this serializable transaction has read was changed by another transaction after it began',
    {
      hint: 'Repeat the transaction; if it only reads, begin it as READ ONLY.',
    },
  );
}
