/**
 * What must be there after a crash, read from the store itself: every commit has written its number to the ledger.
 *
 *   1. every commit that was acknowledged as durably as this crash asks for is there
 *   2. one that is there has all earlier ones of the log with it; of those that failed either may be true
 *   3. one that failed before the log took it is not there
 *   4. everything in the store is what those commits wrote, whole
 */
import { fromHex } from '../../src/base/bytes.ts';
import { Account, difference, History, keyOf } from './history.ts';
import { KEYSPACES, LEDGER, walk, type Commit, type World } from './world.ts';
import type { Store } from '../../src/store/store.ts';
import { chunkKeyspace } from '../../src/memtable/large-value.ts';

export function ledgerKey(number: number): string {
  return number.toString(16).padStart(8, '0');
}

export interface Survivor {
  readonly history: History;
  /** In the order of the log. */
  readonly commits: readonly Commit[];
}

/** What is there; of the commits since the last opening the first `mustHold` are, and all that were there then. */
export function survivorOf(world: World, store: Store, mustHold: number): Survivor {
  const all = [...world.survivors, ...world.commits];
  return findSurvivor(world, store, all, world.survivors.length + mustHold);
}

/** The same where damage cannot be told from a torn end, so that any end of the log may be missing. */
export function survivorOfDamage(world: World, store: Store): Survivor {
  return findSurvivor(world, store, [...world.survivors, ...world.commits], 0);
}

function findSurvivor(
  world: World,
  store: Store,
  all: readonly Commit[],
  mustHold: number,
): Survivor {
  const reader = store.begin({ readOnly: true });
  const { pairs } = walk(reader, LEDGER, {});
  reader.rollback();
  const found = new Set(pairs.map((pair) => pair.key));
  const isThere = (commit: Commit): boolean => found.has(keyOf(LEDGER, ledgerKey(commit.number)));
  const lastFound = all.findLastIndex(isThere);
  const history = new History();
  for (const [index, commit] of all.entries()) {
    const { number, outcome } = commit;
    const there = isThere(commit);
    if (there && outcome === 'no') throw world.wrong(`commit ${number} had failed and is there`);
    if (!there && outcome === 'yes' && index < mustHold)
      throw world.wrong(`commit ${number} was acknowledged and is lost`);
    if (!there && outcome !== 'open' && outcome !== 'no' && index < lastFound)
      throw world.wrong(`commit ${number} is lost and a later one is there`);
    if (there) history.commit(commit.account.writes, 0);
  }
  return { history, commits: all.filter(isThere) };
}

/** Compares everything in a store with a history, seen from now. */
export function compareAll(world: World, store: Store, history: History, when: string): void {
  const reader = store.begin({ readOnly: true });
  const account = new Account(reader, history, 'os', world.nowMicros);
  for (const keyspace of [...KEYSPACES, LEDGER]) {
    const span = { keyspace, start: undefined, end: undefined };
    const expected = account.scan(span, world.nowMicros);
    const wrong = difference(walk(reader, keyspace, {}).pairs, expected);
    if (wrong !== undefined) throw world.wrong(`${when}, everything in ${keyspace}: ${wrong}`);
  }
  reader.rollback();
}

/** What is visible and asked for a sync would be there if the machine stopped now. */
export function requireSurvival(world: World, number: number): void {
  const store = world.openStore(world.disk.copyAfterCrash(world.random.nextUint32()));
  const reader = store.begin({ readOnly: true });
  const value = reader.get(LEDGER, fromHex(ledgerKey(number))!);
  reader.rollback();
  if (value === undefined) throw world.wrong(`commit ${number} is visible and not durable`);
}

/** Chunks of large values end with their keys: deletes all keys and looks. */
export function requireNoOrphans(world: World, store: Store): void {
  const remover = store.begin();
  for (const keyspace of KEYSPACES) {
    for (const { key } of walk(remover, keyspace, {}).pairs)
      remover.delete(keyspace, fromHex(key.slice(key.indexOf('/') + 1))!);
  }
  remover.commitNow();
  const reader = store.begin({ readOnly: true });
  for (const keyspace of KEYSPACES) {
    const [orphan] = walk(reader, chunkKeyspace(keyspace), {}).pairs;
    if (orphan !== undefined) throw world.wrong(`chunk ${orphan.key} belongs to no key`);
  }
  reader.rollback();
}
