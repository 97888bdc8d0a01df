/**
 * Bit rot, tried on a copy of the disk: one bit of one file is another. Whatever is then asked of the store is answered rightly or
 * refused as damaged with file and place, before a compaction and after it: what is damaged is never copied as if it were sound.
 */
import { AlopexError } from '../../src/base/errors.ts';
import { keyspaceId } from '../../src/base/brand.ts';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import type { Store } from '../../src/store/store.ts';
import type { FaultVfs } from '../../src/testing/fault-vfs.ts';
import { Account, type History } from './history.ts';
import { KEYSPACES, LEDGER, type World } from './world.ts';
import { survivorOf, survivorOfDamage } from './survival.ts';

/** What became of flipped bits. */
export interface RotCounts {
  detected: number;
  harmless: number;
}

/** One bit of a file in use; the run goes on with the disk as it was. */
export async function tryBitRot(world: World, counts: RotCounts): Promise<void> {
  const { random } = world;
  const before = world.disk.copy();
  const names = before.list('').filter((name) => name !== 'LOCK' && before.size(name) > 0);
  if (names.length === 0) return;
  const name = random.pick(names);
  const offset = random.below(before.size(name));
  const rotten = before.copy();
  world.counts.flippedBits += 1;
  rotten.flipBit(name, offset, random.below(8));
  const sound = world.openStore(before);
  // Nothing but the log says what was committed last.
  const right = survivorOf(world, sound, world.writtenCount).history;
  await sound.close();
  const where = `bit rot in "${name}" at ${offset}`;
  const refused = await judge(world, rotten, name.endsWith('.wal') ? undefined : right, where);
  world.trace.note(`${where}: ${refused ? 'detected' : 'harmless'}`);
  if (refused) counts.detected += 1;
  else counts.harmless += 1;
}

/** True when the damage was met and named. `right` is undefined where a damaged end looks like one that a crash tore. */
async function judge(
  world: World,
  disk: FaultVfs,
  right: History | undefined,
  where: string,
): Promise<boolean> {
  let store: Store;
  try {
    store = world.openStore(disk);
  } catch (error) {
    requireNamed(world, error, where);
    return true;
  }
  const history = right ?? survivorOfDamage(world, store).history;
  let refused = readAll(world, store, history, where);
  try {
    store.compactNow();
  } catch (error) {
    requireNamed(world, error, where);
    refused = true;
  }
  refused = readAll(world, store, history, `${where}, compacted`) || refused;
  try {
    await store.close();
  } catch (error) {
    requireNamed(world, error, where);
  }
  return refused;
}

/** Reads every key of a history by itself; true when one was refused. */
function readAll(world: World, store: Store, history: History, where: string): boolean {
  const reader = store.begin({ readOnly: true });
  const account = new Account(reader, history, 'os', world.nowMicros);
  let refused = false;
  for (const keyspace of [...KEYSPACES, LEDGER]) {
    for (const name of history.keysIn({ keyspace, start: undefined, end: undefined })) {
      const slash = name.indexOf('/');
      const key = fromHex(name.slice(slash + 1))!;
      const expected = account.see(name, world.nowMicros);
      try {
        const value = reader.get(keyspaceId(Number(name.slice(0, slash))), key);
        const shown = value instanceof Uint8Array ? toHex(value) : undefined;
        const isRight =
          shown === undefined
            ? expected.presence !== 'present'
            : expected.presence !== 'absent' && shown === expected.value;
        if (!isRight) throw world.wrong(`${where}: ${name} is ${shown}, not ${expected.value}`);
      } catch (error) {
        requireNamed(world, error, where);
        refused = true;
      }
    }
  }
  reader.rollback();
  return refused;
}

/** An error of the store tells that and where something is damaged; anything else is passed on. */
function requireNamed(world: World, error: unknown, where: string): void {
  if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
  const isNamed =
    (error.code === 'ALX_CORRUPT' || error.code === 'ALX_INCOMPATIBLE_VERSION') &&
    /offset \d+|missing|version/u.test(error.message);
  if (!isNamed) throw world.wrong(`${where} shows as ${error.code}: ${error.message}`);
}
