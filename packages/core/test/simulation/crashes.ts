/** Ends of a store: closed, killed with its process, or gone with the machine; and its next opening, which may be disturbed too. */
import { AlopexError } from '../../src/base/errors.ts';
import type { FaultVfs } from '../../src/testing/fault-vfs.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { faultsMet, type World } from './world.ts';
import { compareAll, survivorOf } from './survival.ts';
import { settle } from './settle.ts';

export type End = 'close' | 'process' | 'machine';

/** Ends the store and opens it again on what is left. */
export async function endAndReopen(world: World, end: End): Promise<void> {
  const { random } = world;
  world.trace.note(`end: ${end}, ${world.disk.changeCount} changes`);
  let mustHold = end === 'machine' ? world.durableCount : world.writtenCount;
  world.disk.makePeace();
  if (end === 'close' && (await closeStore(world))) mustHold = world.commits.length;
  world.disk = end === 'machine' ? world.disk.crash(random.nextUint32()) : world.disk.restart();
  // Tasks of the old store stay with its clock. The new one may be behind: clocks are set.
  const jumpMs = random.chance(0.1) ? -random.below(10_000) : random.below(50);
  world.clock = new ManualClock(world.nowMicros + jumpMs * 1000);
  reopen(world);
  const { history, commits } = survivorOf(world, world.store, mustHold);
  for (const commit of commits) commit.outcome = 'yes';
  world.history = history;
  world.survivors = commits;
  world.history.lastVersion = world.store.visible;
  world.commits = [];
  world.durableCount = 0;
  world.writtenCount = 0;
  compareAll(world, world.store, world.history, `after the end by ${end}`);
}

/** True when it closed without a complaint: then everything is durable. */
async function closeStore(world: World): Promise<boolean> {
  world.disk.releaseSyncs();
  const hadFailed = world.hasFailedLog;
  try {
    await world.store.close();
    await settle();
    return !hadFailed;
  } catch (error) {
    world.judge(error, faultsMet(world.counts));
    return false;
  }
}

/** Opens the store; the disk may fail meanwhile, or the machine stop: then once more. */
function reopen(world: World): void {
  const { random } = world;
  for (let isDisturbed = random.chance(0.3); isDisturbed; isDisturbed = random.chance(0.3)) {
    disturbOpening(world, world.disk);
    const before = faultsMet(world.counts);
    try {
      world.adoptStore(world.openStore(world.disk));
      world.disk.makePeace();
      if (!world.disk.isOff) return;
    } catch (error) {
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
      if (faultsMet(world.counts) === before)
        throw world.wrong(`opening has failed without a cause: ${error.message}`);
      world.trace.note(`opening: ${error.code}`);
    }
    world.disk.makePeace();
    world.disk = world.disk.isOff ? world.disk.crash(random.nextUint32()) : world.disk.restart();
  }
  world.adoptStore(world.openStore(world.disk));
}

function disturbOpening(world: World, disk: FaultVfs): void {
  const { random } = world;
  const kind = random.pick(['power', 'write', 'full', 'read', 'short'] as const);
  const at = 1 + random.below(12);
  if (kind === 'power') disk.cutPower(disk.changeCount + at);
  else if (kind === 'write') disk.failChange(disk.changeCount + at, 'ALX_IO');
  else if (kind === 'full') disk.failChange(disk.changeCount + at, 'ALX_DISK_FULL');
  else disk.failRead(at, kind === 'short' ? 'short' : 'ALX_IO');
}
