/** The log of one store: write sets become batch records. */
import { batchSize, encodeBatch } from '../lsm/write-batch.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import type { CommitLog } from '../txn/committer.ts';
import { RECORD_TYPE } from '../wal/record.ts';
import type { WalWriter } from '../wal/writer.ts';

export class BatchLog implements CommitLog {
  readonly #writer: WalWriter;
  readonly #storeId: number;

  constructor(writer: WalWriter, storeId: number) {
    this.#writer = writer;
    this.#storeId = storeId;
  }

  get bufferedBytes(): number {
    return this.#writer.bufferedBytes;
  }

  append(writes: WriteSet, version: number): void {
    const size = batchSize(writes);
    const at = this.#writer.beginRecord(size);
    encodeBatch(this.#writer.buffer, at, this.#storeId, version, writes);
    this.#writer.endRecord(RECORD_TYPE.batch, size);
  }

  flush(): void {
    this.#writer.flush();
  }

  async sync(): Promise<void> {
    return this.#writer.sync();
  }

  syncNow(): void {
    this.#writer.syncNow();
  }

  rotate(): number {
    return this.#writer.rotate();
  }

  async close(): Promise<void> {
    return this.#writer.close();
  }
}
