/**
 * Merges tables into new ones, a number of bytes at a time. Reads its inputs, writes new files, changes nothing else: whoever runs
 * it installs the result. It needs no lock and no thread of its own, so a worker may do the same.
 *
 * - Of each key it leaves out the versions that no snapshot can see, and deletes that hide nothing (`version-gc`).
 * - A table ends between two keys only, so that the tables of a level are disjoint (I3): once it has reached its size, or
 *   overlaps so much of the level two below that merging it there would be too much at once.
 */
import { assert } from '../../base/assert.ts';
import type { FileId } from '../../base/brand.ts';
import { compareRanges } from '../../base/bytes.ts';
import { PENDING, type Pending } from '../../base/pending.ts';
import type { EntryCursor } from '../../memtable/entry.ts';
import type { Compression } from '../../sstable/compression.ts';
import type { PassingBlocks } from '../../sstable/passing-blocks.ts';
import { TableCursor } from '../../sstable/table-cursor.ts';
import { LevelBlocks, type LevelPart } from '../level-blocks.ts';
import { mergeCursors } from '../merge-cursor.ts';
import type { Table, TablePlace } from '../table.ts';
import type { TableCompanion } from '../table-companion.ts';
import type { TableDescription } from '../version-edit.ts';
import { VersionGc, type OlderEntries } from '../version-gc.ts';
import { grandparentBytesMax, type LeveledOptions } from './leveled.ts';
import { LevelWriter } from '../level-writer.ts';
import type { Work } from './picker.ts';

export interface CompactionTask {
  readonly place: TablePlace;
  readonly compression: Compression | undefined;
  readonly options: LeveledOptions;
  readonly work: Work<Table> & { readonly kind: 'merge' };
  /** Tables of the level below the one that is written, in key order. */
  readonly grandparents: readonly TableDescription[];
  /** As `VersionGc` takes them. */
  readonly snapshots: readonly number[];
  readonly elsewhere: OlderEntries;
  readonly newFileId: () => FileId;
  /** Contributes sections to the one table that is then written. */
  readonly companion?: TableCompanion | undefined;
}

export class CompactionJob {
  readonly output: LevelWriter;
  readonly #fileSizeBytes: number;
  readonly #grandparents: GrandparentOverlap;
  readonly #gc: VersionGc;
  readonly #cursor: EntryCursor;
  readonly #companion: TableCompanion | undefined;
  #begun = false;
  #entriesRead = 0;
  #entriesWritten = 0;
  /** Number of the key that was written last. */
  #writtenKey = 0;

  constructor(task: CompactionTask) {
    const { place, compression, options, work, newFileId } = task;
    const { keyspace, into, upper, lower } = work;
    this.output = new LevelWriter({ place, compression, keyspace, level: into, newFileId });
    this.#companion = task.companion;
    this.#fileSizeBytes = options.fileSizeBytes;
    this.#grandparents = new GrandparentOverlap(task.grandparents, grandparentBytesMax(options));
    this.#gc = new VersionGc(task.snapshots, task.elsewhere);
    const runs = work.from === 0 ? [...upper.map((table) => [table]), lower] : [upper, lower];
    this.#cursor = mergeCursors(runs.filter((run) => run.length > 0).map(passingCursor));
  }

  get entriesRead(): number {
    return this.#entriesRead;
  }

  get entriesWritten(): number {
    return this.#entriesWritten;
  }

  /** Merges about as many bytes of entries; false when none is left and the last table has ended. */
  advance(budgetBytes: number): boolean {
    const cursor = this.#cursor;
    const gc = this.#gc;
    if (!this.#begun) local(cursor.seekFirst());
    this.#begun = true;
    let bytes = 0;
    while (cursor.valid) {
      if (bytes >= budgetBytes) return true;
      const { keyStart, keyEnd } = cursor;
      this.#entriesRead += 1;
      bytes += keyEnd - keyStart + (cursor.valueEnd - cursor.valueStart) + ENTRY_OVERHEAD_BYTES;
      if (gc.keepsEntry(cursor)) {
        if (gc.keyNumber !== this.#writtenKey) this.#beginKey();
        this.output.add(cursor);
        this.#companion?.add(cursor);
        this.#entriesWritten += 1;
      }
      local(cursor.next());
    }
    if (this.#companion?.advance(budgetBytes) === false) return true;
    this.output.endTable(this.#companion?.finish());
    return false;
  }

  /** Forgets the inputs. */
  close(): void {
    this.#cursor.close();
  }

  #beginKey(): void {
    this.#writtenKey = this.#gc.keyNumber;
    if (this.#companion !== undefined) return;
    const { output } = this;
    const isFar = this.#grandparents.isFull(this.#cursor, output.tableBytes > 0);
    if (output.tableBytes < this.#fileSizeBytes && !isFar) return;
    output.endTable();
    this.#grandparents.beginTable();
  }
}

/** What an entry costs beside its bytes, as large as small entries, so that a step over many of them takes no longer. */
const ENTRY_OVERHEAD_BYTES = 32;

/** A store that is written to lies on a disk that answers at once. */
function local(moved: void | Pending): void {
  assert(moved !== PENDING, 'the tables of a compaction lie on a disk that answers at once');
}

/** One cursor over a sorted run of tables that takes no place in the cache. */
function passingCursor(run: readonly Table[]): TableCursor {
  return new TableCursor(new LevelBlocks(run.map(passingPart)));
}

function passingPart(table: Table): LevelPart {
  let blocks: PassingBlocks | undefined;
  return {
    metadata: table.metadata,
    blocks: () => {
      const reader = table.reader();
      if (reader === PENDING) return PENDING;
      blocks ??= reader.passingBlocks();
      return blocks;
    },
  };
}

/** How much of the level two below a table in the making overlaps. Keys come ascending. */
class GrandparentOverlap {
  readonly #tables: readonly TableDescription[];
  readonly #bytesMax: number;
  #at = 0;
  #bytes = 0;

  constructor(tables: readonly TableDescription[], bytesMax: number) {
    this.#tables = tables;
    this.#bytesMax = bytesMax;
  }

  /** Whether the table would overlap too much with the key at the cursor; tables passed between two outputs do not count. */
  isFull({ keyBytes, keyStart, keyEnd }: EntryCursor, isInTable: boolean): boolean {
    while (this.#at < this.#tables.length) {
      const { fileSizeBytes, metadata } = this.#tables[this.#at]!;
      const { maxKey } = metadata;
      if (compareRanges(keyBytes, keyStart, keyEnd, maxKey, 0, maxKey.length) <= 0) break;
      if (isInTable) this.#bytes += fileSizeBytes;
      this.#at += 1;
    }
    return this.#bytes > this.#bytesMax;
  }

  beginTable(): void {
    this.#bytes = 0;
  }
}
