/**
 * The whole store in one thread, from one seed: many open transactions at all levels, commits under way while syncs are held back,
 * flushes and merges a step at a time, time, and a disk and a machine that fail. After every step the model says what may be seen;
 * after every end of the store, what must be there (`survival`).
 *
 * Nothing here may depend on anything but the seed: no clock but the world's, no order but that of calls and of the microtasks that
 * they leave. So a seed is a whole run, to be had again.
 */
import { fromHex } from '../../src/base/bytes.ts';
import type { Version } from '../../src/base/brand.ts';
import { AlopexError } from '../../src/base/errors.ts';
import { verifyStore } from '../../src/store/verify.ts';
import { crc32 } from '../../src/base/checksum.ts';
import type { FaultCounts } from '../../src/testing/fault-counts.ts';
import type { KeyTransactionOptions } from '../../src/txn/transaction.ts';
import { tryBitRot, type RotCounts } from './bit-rot.ts';
import { endAndReopen, type End } from './crashes.ts';
import { Account } from './history.ts';
import { readAll, refresh, runStatement } from './statements.ts';
import { settle } from './settle.ts';
import { compareAll, ledgerKey, requireNoOrphans, requireSurvival } from './survival.ts';
import { faultsMet, LEDGER, World, type Commit } from './world.ts';

export interface SimulationReport {
  readonly seed: number;
  readonly traceHash: string;
  readonly operations: number;
  readonly commits: number;
  readonly faults: FaultCounts & RotCounts;
}

const OPEN_MAX = 6;
const LEVELS = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'snapshot',
  'serializable',
] as const;
const DURABILITIES = ['fsync', 'fsync', 'os', 'memory'] as const;

export async function simulate(seed: number, steps: number): Promise<SimulationReport> {
  return new Simulation(seed).run(steps);
}

class Simulation {
  readonly #world: World;
  readonly #rot: RotCounts = { detected: 0, harmless: 0 };

  constructor(seed: number) {
    this.#world = new World(seed);
  }

  async run(steps: number): Promise<SimulationReport> {
    const world = this.#world;
    world.adoptStore(world.openStore(world.disk));
    this.#listen();
    for (world.step = 1; world.step <= steps; world.step += 1) {
      world.clock.advance(world.random.pick([0, 0, 1, 2, 30]));
      await this.#step();
      world.operations += 1;
      await settle();
      if (world.failure !== undefined) throw world.failure;
      if (world.disk.isOff) await this.#end('machine');
      else if (world.hasFailedLog && world.random.chance(0.3))
        await this.#end(world.random.pick(['close', 'process', 'machine']));
    }
    await this.#finish();
    return {
      seed: world.seed,
      traceHash: world.trace.hash,
      operations: world.operations,
      commits: world.nextNumber - 1,
      faults: { ...world.counts, ...this.#rot },
    };
  }

  async #step(): Promise<void> {
    const { random, accounts } = this.#world;
    const roll = random.below(1000);
    if (accounts.length === 0 || (roll < 100 && accounts.length < OPEN_MAX)) this.#begin();
    else if (roll < 700) this.#statement();
    else if (roll < 850) this.#endTransaction(random.pick(accounts));
    else if (roll < 930) this.#maintain();
    else if (roll < 975) this.#disturb();
    else if (roll < 985) await tryBitRot(this.#world, this.#rot);
    else
      await this.#end(
        random.pick(['close', 'process', 'process', 'machine', 'machine', 'machine']),
      );
  }

  /** Follows what becomes visible, at the moment it does. */
  #listen(): void {
    const world = this.#world;
    const { store } = world;
    store.onCommit((_writes, version) => {
      if (world.store !== store) return;
      const commit = world.commits.find(
        (other) => other.outcome === 'flight' && !other.account.hasEnded,
      );
      if (commit === undefined)
        throw world.wrong(`version ${version} is visible and nobody committed it`);
      this.#published(commit, version);
    });
  }

  #published(commit: Commit, version: Version): void {
    const world = this.#world;
    const { account } = commit;
    if (version <= world.history.lastVersion)
      throw world.wrong(`version ${version} does not ascend`);
    if (account.isolation === 'serializable') {
      const stale = account.staleRead();
      if (stale !== undefined)
        throw world.wrong(`commit ${commit.number} has read ${stale}, which is older than it`);
    }
    world.history.commit(account.writes, version);
    account.hasEnded = true;
    if (account.durability === 'fsync' && world.random.chance(0.1))
      requireSurvival(world, commit.number);
  }

  #begin(): void {
    const world = this.#world;
    const { random } = world;
    const options = {
      isolation: random.pick(LEVELS),
      durability: random.pick(DURABILITIES),
      wait: random.pick(['queue', 'never'] as const),
      readOnly: random.chance(0.1),
    } satisfies KeyTransactionOptions;
    const real = world.store.begin(options);
    world.accounts.push(new Account(real, world.history, options.durability, world.nowMicros));
    world.trace.note(`begin ${options.isolation} at ${real.snapshot}`);
  }

  #statement(): void {
    const world = this.#world;
    const account = world.random.pick(world.accounts);
    const { blocked } = account;
    if (blocked === undefined) runStatement(world, account);
    else if (blocked.isReady) this.#resume(account, blocked);
    if (account.isVictim) this.#rollback(account);
  }

  #resume(account: Account, blocked: NonNullable<Account['blocked']>): void {
    account.blocked = undefined;
    if (account.isolation.startsWith('read')) refresh(this.#world, account);
    if (blocked.again()) return;
    blocked.isReady = false;
    account.blocked = blocked;
    const ready = (): void => {
      blocked.isReady = true;
    };
    void account.real.waiter.ready().then(ready, ready);
  }

  #endTransaction(account: Account): void {
    if (account.blocked !== undefined) {
      if (this.#world.random.chance(0.1)) this.#rollback(account);
      return;
    }
    if (account.writes.size === 0 || this.#world.random.chance(0.2)) this.#rollback(account);
    else this.#commit(account);
  }

  #rollback(account: Account): void {
    const world = this.#world;
    world.trace.note('rollback');
    account.hasEnded = true;
    world.accounts = world.accounts.filter((other) => other !== account);
    account.real.rollback();
  }

  #commit(account: Account): void {
    const world = this.#world;
    const number = world.nextNumber;
    const value = number.toString(16).padStart(4, '0');
    const key = ledgerKey(number);
    const noted = world.attempt(() => account.real.put(LEDGER, fromHex(key)!, fromHex(value)!));
    if (noted.code !== undefined) {
      this.#rollback(account);
      return;
    }
    account.writes.set(`${LEDGER}/${key}`, { value, endMicros: Infinity });
    world.nextNumber += 1;
    const commit: Commit = { number, account, outcome: 'flight' };
    world.commits.push(commit);
    world.accounts = world.accounts.filter((other) => other !== account);
    world.trace.note(`commit ${number} ${account.durability}`);
    if (world.random.chance(0.4)) this.#commitNow(commit);
    else this.#commitBehind(commit);
  }

  #commitNow(commit: Commit): void {
    const outcome = this.#world.attempt(() => commit.account.real.commitNow());
    if (outcome.code === undefined) this.#acknowledged(commit, outcome.value);
    else this.#failed(commit, outcome.code);
  }

  #commitBehind(commit: Commit): void {
    const world = this.#world;
    const { store, disk } = world;
    const before = faultsMet(world.counts);
    const isCurrent = (): boolean => world.store === store && world.disk === disk;
    const told = commit.account.real.commit().then(
      (version) => {
        if (isCurrent()) this.#acknowledged(commit, version);
      },
      (error: unknown) => {
        if (isCurrent()) this.#failed(commit, world.judge(error, before).code);
      },
    );
    // Of a law that was broken the next step learns.
    void told.catch((error: unknown) => world.fail(error));
  }

  #acknowledged(commit: Commit, version: Version): void {
    const world = this.#world;
    world.trace.note(`acknowledged ${commit.number} at ${version}`);
    if (!commit.account.hasEnded)
      throw world.wrong(`commit ${commit.number} was acknowledged unseen`);
    commit.outcome = 'yes';
    const count = world.commits.indexOf(commit) + 1;
    const { durability } = commit.account;
    if (durability === 'fsync') world.durableCount = Math.max(world.durableCount, count);
    if (durability !== 'memory') world.writtenCount = Math.max(world.writtenCount, count);
  }

  #failed(commit: Commit, code: string): void {
    const world = this.#world;
    world.trace.note(`failed ${commit.number}: ${code}`);
    if (commit.account.hasEnded)
      throw world.wrong(`commit ${commit.number} is visible and has failed`);
    commit.account.hasEnded = true;
    const mayBeThere = world.disk.isOff || world.hasFailedLog;
    commit.outcome = mayBeThere ? 'open' : 'no';
  }

  #maintain(): void {
    const world = this.#world;
    const { random, store } = world;
    const kind = random.pick([
      'flush',
      'compact',
      'now',
      'sync',
      'time',
      'time',
      'hold',
      'release',
      'one',
    ] as const);
    world.trace.note(kind);
    if (kind === 'flush' || kind === 'now' || kind === 'sync') this.#makeDurable(kind);
    else if (kind === 'compact') void this.#attemptLater(async () => store.compact());
    else if (kind === 'time') world.clock.advance(random.pick([10, 300, 3000, 90_000]));
    else if (kind === 'hold') world.disk.holdSyncs();
    else if (kind === 'release') world.disk.releaseSyncs();
    else if (world.disk.heldSyncCount > 0)
      world.disk.releaseSync(random.below(world.disk.heldSyncCount));
  }

  #makeDurable(kind: 'flush' | 'now' | 'sync'): void {
    const world = this.#world;
    const { store } = world;
    const outcome = world.attempt(() => {
      if (kind === 'sync') store.syncNow();
      else if (kind === 'flush') store.flush();
      else store.compactNow();
    });
    world.trace.note(outcome.code ?? 'done');
    if (outcome.code !== undefined) return;
    world.durableCount = world.commits.length;
    world.writtenCount = world.commits.length;
    for (const account of world.accounts)
      if (account.blocked === undefined && world.random.chance(0.5)) readAll(world, account);
  }

  /** The store may end under it. */
  async #attemptLater(action: () => Promise<void>): Promise<void> {
    await action().catch((error: unknown) => {
      const isOurs = !(error instanceof AlopexError) || error.kind === 'Internal';
      if (isOurs) this.#world.fail(error);
      else this.#world.trace.note(`later: ${error.code}`);
    });
  }

  #disturb(): void {
    const { random, disk, trace } = this.#world;
    const kind = random.pick(['power', 'power', 'write', 'full', 'sync', 'read', 'short'] as const);
    const at = random.below(kind === 'power' ? 40 : 15) + 1;
    trace.note(`fault: ${kind} in ${at}`);
    if (kind === 'power') disk.cutPower(disk.changeCount + at);
    else if (kind === 'write') disk.failChange(disk.changeCount + at, 'ALX_IO');
    else if (kind === 'full') disk.failChange(disk.changeCount + at, 'ALX_DISK_FULL');
    else if (kind === 'sync') disk.failNextSync();
    else disk.failRead(at, kind === 'short' ? 'short' : 'ALX_IO');
  }

  async #end(end: End): Promise<void> {
    const world = this.#world;
    for (const account of world.accounts.splice(0)) account.hasEnded = true;
    await endAndReopen(world, end);
    this.#listen();
  }

  /** Ends what is open, so that whoever waits must get his turn, and looks at everything once more. */
  async #finish(): Promise<void> {
    const world = this.#world;
    world.disk.makePeace();
    world.disk.releaseSyncs();
    await settle();
    while (world.accounts.length > 0) {
      const account = world.accounts.find((other) => other.blocked?.isReady !== false);
      if (account === undefined)
        throw world.wrong('everybody waits for a lock and nobody holds one');
      account.blocked = undefined;
      this.#rollback(account);
      await settle();
    }
    await endAndReopen(world, 'close');
    compareAll(world, world.store, world.history, 'at the end');
    world.store.compactNow();
    compareAll(world, world.store, world.history, 'compacted');
    requireNoOrphans(world, world.store);
    await world.store.close();
    await this.#verify();
  }

  async #verify(): Promise<void> {
    const { disk } = this.#world;
    const pause = async (): Promise<void> => undefined;
    const report = await verifyStore({
      vfs: disk,
      directory: '',
      checksum: crc32,
      compressions: [],
      pause,
    });
    const [problem] = report.problems;
    if (problem !== undefined)
      throw this.#world.wrong(`the store is damaged: ${JSON.stringify(problem)}`);
  }
}
