/**
 * Writes a frozen memtable into tables of level 0, one per keyspace, a number of bytes at a time. What no snapshot can see any
 * more stays behind. It reads only the frozen memtable and writes only new files; whoever runs it installs the result.
 */
import { keyspaceId, type FileId, type KeyspaceId } from '../../base/brand.ts';
import { MapCursor } from '../../memtable/map-cursor.ts';
import type { Memtable } from '../../memtable/memtable.ts';
import type { Compression } from '../../sstable/compression.ts';
import { LevelWriter } from '../level-writer.ts';
import type { TablePlace } from '../table.ts';
import type { TableJob } from '../table-run.ts';
import { OLDER_EVERYWHERE, OLDER_NOWHERE, VersionGc } from '../version-gc.ts';

export interface FlushTask {
  readonly place: TablePlace;
  readonly compression: Compression | undefined;
  readonly memtable: Memtable;
  /** No snapshot reads below it. */
  readonly horizon: number;
  /** Whether a keyspace is gone. */
  readonly isDropped: (keyspace: KeyspaceId) => boolean;
  /** Whether a keyspace has tables already. */
  readonly hasTables: (keyspace: KeyspaceId) => boolean;
  readonly newFileId: () => FileId;
}

/** What a table costs beside its entries: a file made and made durable. */
const TABLE_OVERHEAD_BYTES = 16 * 1024;
/** Of a memtable that recovery has frozen with nothing in it. */
const NO_KEYSPACE = keyspaceId(0);

export class FlushJob implements TableJob {
  readonly output: LevelWriter;
  readonly #task: FlushTask;
  /** Keyspaces that have not been begun, the next one last. */
  readonly #waiting: KeyspaceId[];
  #cursor: MapCursor | undefined;
  #gc: VersionGc;

  constructor(task: FlushTask) {
    const { place, compression, memtable, newFileId } = task;
    const keyspaces = memtable.keyspaces();
    this.#task = task;
    this.#waiting = keyspaces.toReversed();
    this.#gc = new VersionGc([task.horizon], OLDER_EVERYWHERE);
    this.output = new LevelWriter({
      place,
      compression,
      keyspace: keyspaces[0] ?? NO_KEYSPACE,
      level: 0,
      newFileId,
    });
  }

  advance(budgetBytes: number): boolean {
    for (let budget = budgetBytes; budget > 0;) {
      const cursor = this.#cursor ?? this.#nextKeyspace();
      if (cursor === undefined) return false;
      budget -= this.#writeEntries(cursor, budget);
      if (cursor.valid) continue;
      if (this.output.tableBytes > 0) budget -= TABLE_OVERHEAD_BYTES;
      this.output.endTable();
      this.#cursor = undefined;
    }
    return this.#cursor !== undefined || this.#waiting.length > 0;
  }

  close(): void {
    this.#cursor = undefined;
    this.#waiting.length = 0;
  }

  #nextKeyspace(): MapCursor | undefined {
    const { memtable, isDropped, hasTables, horizon } = this.#task;
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const map = memtable.mapOf(next);
      if (map === undefined || isDropped(next)) continue;
      this.#gc = new VersionGc([horizon], hasTables(next) ? OLDER_EVERYWHERE : OLDER_NOWHERE);
      this.output.beginKeyspace(next);
      this.#cursor = new MapCursor(map);
      this.#cursor.seekFirst();
      return this.#cursor;
    }
    return undefined;
  }

  /** Returns the bytes of the entries it has passed. */
  #writeEntries(cursor: MapCursor, budgetBytes: number): number {
    const gc = this.#gc;
    let bytes = 0;
    for (; cursor.valid && bytes < budgetBytes; cursor.next()) {
      bytes += cursor.keyEnd - cursor.keyStart + (cursor.valueEnd - cursor.valueStart) + 1;
      if (gc.keepsEntry(cursor)) this.output.add(cursor);
    }
    return bytes;
  }
}
