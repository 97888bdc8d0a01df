/**
 * Checks large values against their keys (`memtable/large-value`), as the newest snapshot sees both: every key that has one finds all
 * of its chunks, with the size and the checksum that it names, and no chunk is there without a key. Chunks of a value that was never
 * finished are left over. Looks at what recovery makes of the files, which have been found sound.
 */
import type { KeyspaceId } from '../base/brand.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import { EpochList } from '../lsm/epoch.ts';
import { mergeCursors } from '../lsm/merge-cursor.ts';
import { recover } from '../lsm/recovery.ts';
import { openCursors, type SuperVersion } from '../lsm/super-version.ts';
import type { TablePlace } from '../lsm/table.ts';
import { tablesOf } from '../lsm/version.ts';
import type { EntryCursor } from '../memtable/entry.ts';
import {
  CHUNK_KEY_SIZE,
  chunkCount,
  decodeChunkKey,
  decodePlace,
  decodeUnfinishedKey,
  isChunkKeyspace,
  ownerOfChunks,
} from '../memtable/large-value.ts';
import type { ValueSlot } from '../txn/transaction.ts';
import { VisibleCursor } from '../txn/visible-cursor.ts';
import type { VerifyFindings } from './verify-findings.ts';

/** What the chunks of a value are together. */
interface Chunks {
  count: number;
  sizeBytes: number;
  checksum: number;
}

const MEMTABLE_SIZE = 64 * 1024 * 1024;

export function verifyLargeValues(place: TablePlace, findings: VerifyFindings): void {
  const { version, memtables, newestVersion } = recover({
    place,
    memtableSizeBytes: MEMTABLE_SIZE,
    readOnly: true,
  });
  const view: SuperVersion = { version, memtables, epoch: new EpochList().current };
  const keyspaces = new Set(version.trees.keys());
  for (const memtable of memtables)
    for (const keyspace of memtable.keyspaces()) keyspaces.add(keyspace);
  try {
    for (const chunks of keyspaces) {
      if (!isChunkKeyspace(chunks) || version.dropped.has(chunks)) continue;
      new KeyspaceCheck(place, view, newestVersion, findings).run(chunks);
    }
  } finally {
    for (const table of tablesOf(version)) table.close();
  }
}

class KeyspaceCheck {
  readonly #place: TablePlace;
  readonly #view: SuperVersion;
  readonly #newest: number;
  readonly #findings: VerifyFindings;
  /** Of values whose key was not met yet. */
  readonly #chunks = new Map<number, Chunks>();
  readonly #unfinished = new Set<number>();

  constructor(place: TablePlace, view: SuperVersion, newest: number, findings: VerifyFindings) {
    this.#place = place;
    this.#view = view;
    this.#newest = newest;
    this.#findings = findings;
  }

  run(chunks: KeyspaceId): void {
    const owner = ownerOfChunks(chunks);
    this.#walk(chunks, (key, value) => this.#chunk(key, value), undefined);
    this.#walk(owner, undefined, (kind, value) => this.#value(owner, kind, value));
    for (const id of this.#chunks.keys()) {
      const what = `value ${id} of keyspace ${owner}`;
      if (this.#unfinished.has(id)) this.#leftover(`${what} was never finished`);
      else this.#problem(`${what} belongs to no key`);
    }
  }

  #chunk(key: ValueSlot, { bytes, start, end }: ValueSlot): void {
    const encoded = key.bytes.slice(key.start, key.end);
    if (encoded.length !== CHUNK_KEY_SIZE) {
      this.#unfinished.add(decodeUnfinishedKey(encoded));
      return;
    }
    const { id, number } = decodeChunkKey(encoded);
    const known = this.#chunks.get(id) ?? { count: 0, sizeBytes: 0, checksum: 0 };
    if (number !== known.count) this.#problem(`value ${id} has no chunk ${known.count}`);
    this.#chunks.set(id, {
      count: number + 1,
      sizeBytes: known.sizeBytes + end - start,
      checksum: this.#place.checksum(bytes, start, end, known.checksum),
    });
  }

  #value(owner: KeyspaceId, kind: number, { bytes, start, end }: ValueSlot): void {
    const place = decodePlace(kind, bytes, start, end);
    if (place === undefined) {
      this.#problem(`a key of keyspace ${owner} has a large value without a place`);
      return;
    }
    const found = this.#chunks.get(place.id);
    const isWhole =
      found?.count === chunkCount(place) &&
      found.sizeBytes === place.sizeBytes &&
      found.checksum === place.checksum;
    if (!isWhole) this.#problem(`the chunks of value ${place.id} are not those that its key names`);
    this.#chunks.delete(place.id);
  }

  /** Shows keys with their values, or the places of large values alone. */
  #walk(
    keyspace: KeyspaceId,
    visit: ((key: ValueSlot, value: ValueSlot) => void) | undefined,
    visitLarge: ((kind: number, value: ValueSlot) => void) | undefined,
  ): void {
    const owner = {
      check: (): void => undefined,
      momentMicros: () => this.#newest,
      loadLarge: (_keyspace: KeyspaceId, kind: number, value: ValueSlot): true => {
        visitLarge?.(kind, value);
        return true;
      },
    };
    const open = (): EntryCursor | Pending => {
      const sources = openCursors(this.#view, keyspace, this.#newest);
      return sources === PENDING ? PENDING : mergeCursors(sources);
    };
    const leave = (): void => undefined;
    const cursor = new VisibleCursor(owner, keyspace, open, leave, this.#newest, {});
    while (cursor.advance() === true) visit?.(cursor.key, cursor.value);
    cursor.close();
  }

  #problem(what: string): void {
    this.#findings.problem(this.#place.directory, undefined, what);
  }

  #leftover(what: string): void {
    this.#findings.leftover(this.#place.directory, undefined, what);
  }
}
