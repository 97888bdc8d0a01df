/**
 * Shows a range of a keyspace as it is at a version: of every key the newest entry at or below it, without deleted and expired keys.
 *
 * - Forward the newest version comes first, so the first entry that counts decides and the rest of the key is passed over.
 * - Backward the oldest comes first, so the last entry that counts decides. The source has moved on by then, but the bytes it
 *   showed stay as they are.
 *
 * Entries of kind lock come from the transaction's own write set and count for nothing.
 */
import type { KeyspaceId } from '../base/brand.ts';
import { compareRanges } from '../base/bytes.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import { emptyCursor } from '../lsm/empty-cursor.ts';
import { FIRST_PENDING_KIND } from '../memtable/entry-codec.ts';
import { ENTRY_KIND, VERSION_MAX, type EntryCursor } from '../memtable/entry.ts';
import { EXPIRY_SIZE, hasExpired } from '../memtable/expiry.ts';
import { isLarge } from '../memtable/large-value.ts';
import { successorOf, type Span } from './read-spans.ts';
import type { Cursor, KeyRange, ValueSlot } from './transaction.ts';

const NO_BYTES = new Uint8Array(0);

/** What a cursor must not outlive. */
export interface CursorOwner {
  /** Throws once it has ended. */
  check(): void;
  /** The moment at which it looks at values that expire. */
  momentMicros(): number;
  /** Puts the whole value into the slot that shows an entry of a large kind; after `PENDING` the slot is as it was. */
  loadLarge(keyspace: KeyspaceId, kind: number, slot: ValueSlot): true | Pending;
}

export class VisibleCursor implements Cursor {
  readonly key: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
  readonly value: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
  /** Version of the entry shown. */
  version = 0;

  readonly #owner: CursorOwner;
  readonly #keyspace: KeyspaceId;
  readonly #open: () => EntryCursor | Pending;
  readonly #leave: () => void;
  #source: EntryCursor = emptyCursor;
  readonly #snapshot: number;
  readonly #start: Uint8Array | undefined;
  readonly #end: Uint8Array | undefined;
  readonly #reverse: boolean;
  /** Going backward: whether a key is being decided, and the kind of its newest entry that counts so far. */
  #deciding = false;
  #decided: number = ENTRY_KIND.delete;
  /** Going backward: the value of the key that was decided is still to be loaded. */
  #isOwed = false;
  readonly #keysOnly: boolean;
  /** With keys only: the kind of a large value that was not loaded, of which the value shows the place; else put. */
  #unloaded: number = ENTRY_KIND.put;
  /** fresh: not placed yet; before: the source stands before what is to be shown next; shown: it stands on the entry shown. */
  #state: 'fresh' | 'before' | 'shown' | 'ended' = 'fresh';
  /** Whether the whole range was walked. */
  #exhausted = false;

  /**
   * `open` makes the source when the cursor is first advanced; the cursor owns it then. `leave` is called when nothing more is read
   * from it, at the end of the range or when the cursor is closed, and may be called again.
   */
  constructor(
    owner: CursorOwner,
    keyspace: KeyspaceId,
    open: () => EntryCursor | Pending,
    leave: () => void,
    snapshot: number,
    range: KeyRange,
  ) {
    this.#owner = owner;
    this.#keyspace = keyspace;
    this.#open = open;
    this.#leave = leave;
    this.#snapshot = snapshot;
    this.#start = range.start;
    this.#end = range.end;
    this.#reverse = range.reverse === true;
    this.#keysOnly = range.keysOnly === true;
  }

  advance(): boolean | Pending {
    this.#owner.check();
    if (this.#state === 'ended') return false;
    this.#unloaded = ENTRY_KIND.put;
    if (this.#state === 'fresh') {
      if (this.#place() === PENDING) return PENDING;
      this.#state = 'before';
    }
    return this.#reverse ? this.#advanceBackward() : this.#advanceForward();
  }

  close(): void {
    this.#state = 'ended';
    // Leaving first: the key shown last is asked for then, and lies in the source.
    this.#leave();
    this.#source.close();
  }

  /**
   * The part of the range that has been walked, up to the key passed last, or undefined when nothing was learned yet. A copy.
   * Until the cursor is closed.
   */
  walked(): Span | undefined {
    const { bytes, start, end } = this.key;
    const rangeStart = this.#start?.slice() ?? NO_BYTES;
    const rangeEnd = this.#end?.slice();
    if (this.#exhausted) return { start: rangeStart, end: rangeEnd };
    if (bytes === NO_BYTES) return undefined;
    return this.#reverse
      ? { start: bytes.slice(start, end), end: rangeEnd }
      : { start: rangeStart, end: successorOf(bytes, start, end) };
  }

  #place(): void | Pending {
    if (this.#source === emptyCursor) {
      const source = this.#open();
      if (source === PENDING) return PENDING;
      this.#source = source;
    }
    if (this.#reverse)
      return this.#end === undefined ? this.#source.seekLast() : this.#source.seekBefore(this.#end);
    return this.#start === undefined
      ? this.#source.seekFirst()
      : this.#source.seek(this.#start, VERSION_MAX);
  }

  #advanceForward(): boolean | Pending {
    const source = this.#source;
    if (this.#state === 'shown') {
      if (this.#passKey() === PENDING) return PENDING;
      this.#state = 'before';
    }
    while (source.valid) {
      const version = source.version;
      const kind: number = source.kind;
      if ((version > this.#snapshot && version !== VERSION_MAX) || kind >= FIRST_PENDING_KIND) {
        if (source.next() === PENDING) return PENDING;
        continue;
      }
      if (this.#isBehindEnd()) break;
      this.#showKey();
      if (kind !== ENTRY_KIND.put && this.#isGone(kind)) {
        this.#state = 'shown';
        if (this.#passKey() === PENDING) return PENDING;
        this.#state = 'before';
        continue;
      }
      this.version = version;
      this.#showValue(kind);
      if (kind !== ENTRY_KIND.put && this.#showWhole(kind) === PENDING) return PENDING;
      this.#state = 'shown';
      return true;
    }
    this.#state = 'ended';
    this.#exhausted = true;
    this.#leave();
    return false;
  }

  /** Moves the source behind all entries of the key decided last. */
  #passKey(): void | Pending {
    const source = this.#source;
    do {
      if (source.next() === PENDING) return PENDING;
    } while (source.valid && this.#isSameKey());
  }

  #advanceBackward(): boolean | Pending {
    const source = this.#source;
    while (this.#deciding || this.#isOwed || source.valid) {
      if (!this.#deciding && !this.#isOwed) {
        if (this.#isBeforeStart()) break;
        this.#showKey();
        this.#decided = ENTRY_KIND.delete;
        this.#deciding = true;
      }
      if (!this.#isOwed) {
        if (this.#decideBackward() === PENDING) return PENDING;
        this.#deciding = false;
        if (this.#decided === ENTRY_KIND.delete) continue;
      }
      this.#isOwed = this.#showWhole(this.#decided) === PENDING;
      return this.#isOwed ? PENDING : true;
    }
    this.#state = 'ended';
    this.#exhausted = true;
    this.#leave();
    return false;
  }

  /** Takes in all entries of the current key. After `PENDING` it goes on at an entry it may have seen, which does no harm. */
  #decideBackward(): void | Pending {
    const source = this.#source;
    do {
      const kind: number = source.kind;
      if (
        (source.version <= this.#snapshot || source.version === VERSION_MAX) &&
        kind < FIRST_PENDING_KIND
      ) {
        this.#decided = kind !== ENTRY_KIND.put && this.#isGone(kind) ? ENTRY_KIND.delete : kind;
        this.version = source.version;
        this.#showValue(kind);
      }
      if (source.previous() === PENDING) return PENDING;
    } while (source.valid && this.#isSameKey());
  }

  /** Whether the source's entry, which is no plain put, leaves its key without a value. */
  #isGone(kind: number): boolean {
    if (kind === ENTRY_KIND.delete) return true;
    const { valueBytes, valueStart } = this.#source;
    return hasExpired(kind, valueBytes, valueStart, this.#owner.momentMicros());
  }

  #showValue(kind: number): void {
    const { value } = this;
    const source = this.#source;
    value.bytes = source.valueBytes;
    value.start = source.valueStart + (kind === ENTRY_KIND.putExpiring ? EXPIRY_SIZE : 0);
    value.end = source.valueEnd;
  }

  loadValue(): void | Pending {
    if (this.#unloaded === ENTRY_KIND.put) return;
    if (this.#owner.loadLarge(this.#keyspace, this.#unloaded, this.value) === PENDING)
      return PENDING;
    this.#unloaded = ENTRY_KIND.put;
  }

  /** A large value takes the place of what its entry holds, unless it is to be asked for. */
  #showWhole(kind: number): void | Pending {
    if (!isLarge(kind)) return;
    this.#unloaded = kind;
    if (!this.#keysOnly) return this.loadValue();
  }

  #showKey(): void {
    const { key } = this;
    const source = this.#source;
    key.bytes = source.keyBytes;
    key.start = source.keyStart;
    key.end = source.keyEnd;
  }

  /** Whether the source stands on the key shown last. */
  #isSameKey(): boolean {
    const { bytes, start, end } = this.key;
    const { keyBytes, keyStart, keyEnd } = this.#source;
    const length = end - start;
    if (keyEnd - keyStart !== length) return false;
    // From the end: neighbours differ there.
    for (let index = length - 1; index >= 0; index -= 1)
      if (keyBytes[keyStart + index] !== bytes[start + index]) return false;
    return true;
  }

  #isBehindEnd(): boolean {
    const end = this.#end;
    if (end === undefined) return false;
    const { keyBytes, keyStart, keyEnd } = this.#source;
    return compareRanges(keyBytes, keyStart, keyEnd, end, 0, end.length) >= 0;
  }

  #isBeforeStart(): boolean {
    const start = this.#start;
    if (start === undefined) return false;
    const { keyBytes, keyStart, keyEnd } = this.#source;
    return compareRanges(keyBytes, keyStart, keyEnd, start, 0, start.length) < 0;
  }
}
