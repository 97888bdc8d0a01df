/**
 * A process that writes rounds into a database until it is killed: each sets every key to the number of the round in one
 * transaction. Flushes and compactions follow each other as fast as they can. Argument: the path.
 */
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Database } from '../../src/index.ts';

export const KEY_COUNT = 40;
/** Values differ in length from round to round, so that nothing lies where it lay. */
export const PADDING_MAX = 1500;

async function writeRounds(path: string): Promise<void> {
  const db = await Database.open(path, { memtableSize: 64 * 1024, durability: 'os' });
  for (let round = 1; ; round += 1) {
    await db.transaction(async (transaction) => {
      for (let key = 0; key < KEY_COUNT; key += 1) {
        const padding = '.'.repeat((round * 131 + key * 17) % PADDING_MAX);
        await transaction.kv.put(`key ${key}`, `${round} ${padding}`);
      }
    });
    if (round === 1) writeSync(1, 'first\n');
    if (round % 3 === 0) await db.flush();
    if (round % 20 === 0) await db.compact();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeRounds(process.argv[2]!);
