/**
 * A process that lives to be killed: commits as fast as it can and says on its standard output, number by number, what was
 * acknowledged. Arguments: folder, durability. What commit n writes follows from n alone, so the reader can tell every state.
 */
import fs from 'node:fs';
import { NodeVfs } from '../../src/node/node-vfs.ts';
import { systemChecksum } from '../../src/node/checksum.ts';
import { systemClock } from '../../src/node/system-clock.ts';
import { zstdCompression } from '../../src/node/zstd.ts';
import { Store } from '../../src/store/store.ts';
import type { Durability } from '../../src/txn/transaction.ts';
import { COUNTER, KEYSPACE, SLOT_COUNT, slotKey, valueOf } from './kill-state.ts';

export function openKillStore(directory: string, durability: Durability): Store {
  return Store.open({
    clock: systemClock,
    vfs: new NodeVfs(directory),
    checksum: systemChecksum,
    compression: zstdCompression(),
    durability,
    // Small, so that rounds end in the middle of flushes, rotations and compactions, too.
    memtableSizeBytes: 500_000,
    segmentSizeBytes: 300_000,
    compaction: { level0Trigger: 2, baseLevelBytes: 40_000, levelFactor: 2, fileSizeBytes: 20_000 },
  });
}

async function main(directory: string, durability: Durability): Promise<void> {
  const store = openKillStore(directory, durability);
  const known = store.begin({ readOnly: true }).get(KEYSPACE, COUNTER);
  let number = known instanceof Uint8Array ? Number(new TextDecoder().decode(known)) : 0;
  for (;;) {
    number += 1;
    const transaction = store.begin();
    transaction.put(KEYSPACE, COUNTER, new TextEncoder().encode(String(number)));
    transaction.put(KEYSPACE, slotKey(number % SLOT_COUNT), valueOf(number));
    transaction.delete(KEYSPACE, slotKey((number * 7) % SLOT_COUNT));
    if (number % 2 === 0) transaction.commitNow();
    else await transaction.commit();
    fs.writeSync(1, `${number}\n`);
  }
}

const [, entry, directory, durability] = process.argv;
if (entry === import.meta.filename) await main(directory!, durability === 'os' ? 'os' : 'fsync');
