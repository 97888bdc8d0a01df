/**
 * A process that lives to be killed: several writers commit as fast as they can, their commits under way together, and say on its
 * standard output, writer and number, what was acknowledged. Arguments: folder, durability. What commit n of a writer writes follows
 * from n alone, so the reader can tell every state.
 */
import fs from 'node:fs';
import type { KeyspaceId } from '../../src/base/brand.ts';
import { NodeVfs } from '../../src/node/node-vfs.ts';
import { systemChecksum } from '../../src/node/checksum.ts';
import { systemClock } from '../../src/node/system-clock.ts';
import { systemPause } from '../../src/node/system-pause.ts';
import { zstdCompression } from '../../src/node/zstd.ts';
import { Store } from '../../src/store/store.ts';
import type { Durability } from '../../src/txn/transaction.ts';
import { COUNTER, KEYSPACES, SLOT_COUNT, slotKey, valueOf } from './kill-state.ts';

export function openKillStore(directory: string, durability: Durability): Store {
  return Store.open({
    clock: systemClock,
    vfs: new NodeVfs(directory),
    checksum: systemChecksum,
    compression: zstdCompression(),
    durability,
    pause: async () => systemPause(0),
    // Small, so that rounds end in the middle of flushes, rotations and compactions, too.
    memtableSizeBytes: 500_000,
    segmentSizeBytes: 300_000,
    compaction: { level0Trigger: 2, baseLevelBytes: 40_000, levelFactor: 2, fileSizeBytes: 20_000 },
  });
}

async function main(directory: string, durability: Durability): Promise<void> {
  const store = openKillStore(directory, durability);
  await Promise.all(
    KEYSPACES.map(async (keyspace, writer) => commitForEver(store, keyspace, writer)),
  );
}

async function commitForEver(store: Store, keyspace: KeyspaceId, writer: number): Promise<void> {
  const reader = store.begin({ readOnly: true });
  const known = reader.get(keyspace, COUNTER);
  reader.rollback();
  let number = known instanceof Uint8Array ? Number(new TextDecoder().decode(known)) : 0;
  for (;;) {
    number += 1;
    const transaction = store.begin();
    transaction.put(keyspace, COUNTER, new TextEncoder().encode(String(number)));
    transaction.put(keyspace, slotKey(number % SLOT_COUNT), valueOf(number));
    transaction.delete(keyspace, slotKey((number * 7) % SLOT_COUNT));
    // One of them blocks at times, while commits of the others are under way.
    if (writer === 0 && number % 8 === 0) transaction.commitNow();
    else await transaction.commit();
    fs.writeSync(1, `${writer} ${number}\n`);
    // Commits under "os" wait for nothing: merges and the other writers get their turn.
    if (number % 16 === 0) await systemPause(0);
  }
}

const [, entry, directory, durability] = process.argv;
if (entry === import.meta.filename) await main(directory!, durability === 'os' ? 'os' : 'fsync');
