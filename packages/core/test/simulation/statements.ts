/** What one transaction of a simulation does between its begin and its end, each statement beside what the model says of it. */
import { keyspaceId } from '../../src/base/brand.ts';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import { PENDING } from '../../src/base/pending.ts';
import { difference, keyOf, type Account, type Span } from './history.ts';
import { KEYSPACES, walk, type World } from './world.ts';

const WRITES = ['put', 'put', 'put', 'expiring', 'insert', 'insert', 'delete', 'lock'] as const;
type WriteKind = (typeof WRITES)[number];

interface WriteStatement {
  readonly kind: WriteKind;
  readonly keyspace: (typeof KEYSPACES)[number];
  readonly key: string;
  readonly value: string;
  readonly ttlMs: number;
}

/** One statement of a transaction that waits for nothing. */
export function runStatement(world: World, account: Account): void {
  const { random } = world;
  if (account.isolation.startsWith('read') && random.chance(0.5)) refresh(world, account);
  const roll = random.below(100);
  if (roll < 45) write(world, account);
  else if (roll < 70) get(world, account);
  else if (roll < 88) scan(world, account);
  else moveSavepoints(world, account);
}

export function refresh(world: World, account: Account): void {
  account.real.refreshSnapshot();
  account.refreshed(world.nowMicros);
}

/** Everything that a transaction sees, range by range and key by key. */
export function readAll(world: World, account: Account): void {
  for (const keyspace of KEYSPACES) {
    scanRange(world, account, { keyspace, start: undefined, end: undefined });
    for (const name of world.history.keysIn({ keyspace, start: undefined, end: undefined }))
      getKey(world, account, keyspace, name.slice(name.indexOf('/') + 1));
  }
}

function get(world: World, account: Account): void {
  getKey(world, account, world.random.pick(KEYSPACES), world.drawKey());
}

function getKey(
  world: World,
  account: Account,
  keyspace: (typeof KEYSPACES)[number],
  key: string,
): void {
  const name = keyOf(keyspace, key);
  const outcome = world.attempt(() => account.real.get(keyspace, fromHex(key)!));
  if (outcome.code !== undefined) {
    world.trace.note(`get ${name}: ${outcome.code}`);
    return;
  }
  const shown = outcome.value instanceof Uint8Array ? toHex(outcome.value) : undefined;
  world.trace.note(`get ${name}: ${shown ?? 'nothing'}`);
  const { value, presence } = account.see(name, world.nowMicros);
  const isRight =
    shown === undefined ? presence !== 'present' : presence !== 'absent' && shown === value;
  if (!isRight)
    throw world.wrong(`${name} at ${account.snapshot} is ${shown}, but ${value} is ${presence}`);
  if (!account.writes.has(name)) account.readKeys.add(name);
}

function scan(world: World, account: Account): void {
  const { random } = world;
  const keyspace = random.pick(KEYSPACES);
  const start = random.chance(0.5) ? world.drawKey() : undefined;
  const end = random.chance(0.5) ? world.drawKey() : undefined;
  const reverse = random.chance(0.5);
  const limit = random.chance(0.5) ? Infinity : 1 + random.below(4);
  scanRange(world, account, { keyspace, start, end }, reverse, limit);
}

function scanRange(
  world: World,
  account: Account,
  { keyspace, start, end }: Span,
  reverse = false,
  limit = Infinity,
): void {
  const range = { start, end, reverse };
  const outcome = world.attempt(() => walk(account.real, keyspaceId(keyspace), range, limit));
  const text = JSON.stringify({ keyspace, ...range });
  if (outcome.code !== undefined) {
    world.trace.note(`scan ${text}: ${outcome.code}`);
    return;
  }
  const { pairs, isWhole } = outcome.value;
  world.trace.note(`scan ${text}: ${pairs.length} ${pairs.map((pair) => pair.key).join(' ')}`);
  const span = seenSpan({ keyspace, start, end }, reverse, pairs, isWhole);
  const expected = account.scan(span, world.nowMicros);
  // The last key seen lies on the open end of what was seen going forward.
  const last = isWhole || reverse ? undefined : pairs.at(-1);
  const wanted =
    last === undefined ? expected : [...expected, account.see(last.key, world.nowMicros)];
  const wrong = difference(pairs, wanted);
  if (wrong !== undefined) throw world.wrong(`scan ${text} at ${account.snapshot}: ${wrong}`);
  account.readSpans.push(span);
  if (last !== undefined && !account.writes.has(last.key)) account.readKeys.add(last.key);
}

/** The part of a range that a cursor has certainly looked at. */
function seenSpan(
  span: Span,
  reverse: boolean,
  pairs: readonly { readonly key: string }[],
  isWhole: boolean,
): Span {
  if (isWhole) return span;
  const plain = (name: string): string => name.slice(name.indexOf('/') + 1);
  // Pairs ascend; a cursor that went backward stopped at the first of them.
  return reverse
    ? { ...span, start: plain(pairs[0]!.key) }
    : { ...span, end: plain(pairs.at(-1)!.key) };
}

function moveSavepoints(world: World, account: Account): void {
  if (account.savepointCount > 0 && world.random.chance(0.5)) {
    const savepoint = world.random.below(account.savepointCount);
    world.trace.note(`rollback to ${savepoint}`);
    account.real.rollbackTo(savepoint);
    account.rollbackTo(savepoint);
    return;
  }
  world.trace.note('savepoint');
  account.real.savepoint();
  account.savepoint();
}

function write(world: World, account: Account): void {
  if (account.real.readOnly) return;
  const statement: WriteStatement = {
    kind: world.random.pick(WRITES),
    keyspace: world.random.pick(KEYSPACES),
    key: world.drawKey(),
    value: world.drawValue(),
    ttlMs: world.random.pick([1, 5, 3000]),
  };
  const again = (): boolean => tryWrite(world, account, statement);
  if (again()) return;
  const blocked = { again, isReady: false };
  account.blocked = blocked;
  const ready = (): void => {
    blocked.isReady = true;
  };
  void account.real.waiter.ready().then(ready, ready);
}

/** False when it has to wait for a lock. */
function tryWrite(world: World, account: Account, statement: WriteStatement): boolean {
  const name = keyOf(statement.keyspace, statement.key);
  const { nowMicros } = world;
  const outcome = world.attempt(() => callWrite(account, statement));
  const text = outcome.code ?? (outcome.value === PENDING ? 'waits' : String(outcome.value));
  world.trace.note(`${statement.kind} ${name}: ${text}`);
  const waits = outcome.code === undefined && outcome.value === PENDING;
  if (waits || text === 'ALX_LOCK_NOT_AVAILABLE') requireHolder(world, account, name);
  account.touched.add(name);
  if (outcome.code === 'ALX_SERIALIZATION_CONFLICT') {
    // Behind a log that has failed lie versions that nobody will ever see.
    const isFailed = world.hasFailedLog;
    if (!isFailed && world.history.newestVersion(name) <= account.snapshot)
      throw world.wrong(
        `a conflict on ${name}, which nobody has written since ${account.snapshot}`,
      );
  }
  if (outcome.code === 'ALX_DEADLOCK') {
    if (!world.accounts.some((other) => other !== account && other.blocked !== undefined))
      throw world.wrong('a deadlock while nobody else waits');
    account.isVictim = true;
  }
  if (outcome.code !== undefined) return true;
  if (waits) return false;
  requireAlone(world, account, name);
  if (!account.writes.has(name) && !(statement.kind === 'insert' && outcome.value === false))
    requireNewest(world, account, name);
  adopt(world, account, statement, { name, outcome: outcome.value, nowMicros });
  return true;
}

function callWrite({ real }: Account, statement: WriteStatement): unknown {
  const { kind, keyspace, ttlMs } = statement;
  const key = fromHex(statement.key)!;
  const value = fromHex(statement.value)!;
  if (kind === 'put') return real.put(keyspace, key, value);
  if (kind === 'expiring') return real.putExpiring(keyspace, key, value, ttlMs);
  if (kind === 'insert') return real.insert(keyspace, key, value);
  return kind === 'delete' ? real.delete(keyspace, key) : real.lock(keyspace, key);
}

/** The write has happened: the model follows. */
function adopt(
  world: World,
  account: Account,
  statement: WriteStatement,
  done: { readonly name: string; readonly outcome: unknown; readonly nowMicros: number },
): void {
  const { kind, value, ttlMs } = statement;
  const { name, outcome, nowMicros } = done;
  if (kind === 'lock') {
    account.locks.add(name);
    return;
  }
  if (kind === 'insert') {
    const { presence } = account.see(name, nowMicros);
    const impossible = outcome === true ? 'present' : 'absent';
    if (presence === impossible)
      throw world.wrong(`insert of ${name} is ${String(outcome)}, it is ${presence}`);
    if (outcome !== true) {
      if (!account.writes.has(name)) account.readKeys.add(name);
      return;
    }
  }
  const endMicros = kind === 'expiring' ? nowMicros + ttlMs * 1000 : Infinity;
  account.writes.set(name, { value: kind === 'delete' ? undefined : value, endMicros });
}

/** Whoever has to wait waits for somebody: an open transaction that touched the row, or one whose commit is under way. */
function requireHolder(world: World, account: Account, name: string): void {
  const isHeld =
    world.hasFailedLog || othersThan(world, account).some((other) => other.touched.has(name));
  if (!isHeld) throw world.wrong(`${name} is locked by nobody`);
}

/** Two transactions never hold the same row. */
function requireAlone(world: World, account: Account, name: string): void {
  for (const other of othersThan(world, account)) {
    if (other.writes.has(name) || other.locks.has(name))
      throw world.wrong(`${name} is locked by two transactions`);
  }
}

/** The first updater wins. */
function requireNewest(world: World, account: Account, name: string): void {
  const newest = world.history.newestVersion(name);
  if (newest > account.snapshot)
    throw world.wrong(`${name} was written at ${newest}, after the snapshot ${account.snapshot}`);
}

function othersThan(world: World, account: Account): Account[] {
  // A log that has failed ends the transactions that wait for it, who may learn of it later.
  const underWay = world.hasFailedLog
    ? []
    : world.commits.filter((commit) => commit.outcome === 'flight');
  const all = [...world.accounts, ...underWay.map((commit) => commit.account)];
  return all.filter((other) => other !== account && !other.hasEnded);
}
