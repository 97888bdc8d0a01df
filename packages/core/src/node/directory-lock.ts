/**
 * The writer lock of a folder. Node offers no advisory locks, so the lock is a file `LOCK` that names its holder:
 * pid, start time of the process and boot of the machine, which together tell a live holder from a dead one whose pid
 * was given away again.
 *
 * Taking the lock (each step leaves the folder right when the process dies in the middle):
 *   1. write a claim `LOCK.<token>.tmp`, rename it to `LOCK.<token>`: it appears whole
 *   2. list the other claims, then read `LOCK`: if any of them names a live holder, withdraw the claim and fail.
 *      Everybody claims before looking, so of two contenders at least one sees the other
 *   3. remove what dead holders left, rename the claim to `LOCK`
 * A claim only ever turns into `LOCK`, never back, so looking at claims first and at `LOCK` second misses nobody.
 *
 * Limits: holders on two machines or in two process namespaces that share a folder cannot see each other alive.
 */
import fs from 'node:fs';
import nodePath from 'node:path';
import { alreadyOpen } from '../vfs/file-errors.ts';
import type { DirectoryLock } from '../vfs/vfs.ts';
import { systemCode } from './system-errors.ts';
import { systemRandom } from './system-random.ts';

const LOCK_NAME = 'LOCK';
const CLAIM = /^LOCK\.[0-9a-f]+$/;

/** Who holds a lock. Fields that the system does not tell are empty and then compare as unknown. */
interface Holder {
  readonly pid: number;
  readonly startTime: string;
  readonly boot: string;
}

/** Locks the folder at `full`; `shownAs` is how messages call it. Throws ALX_ALREADY_OPEN, or Node's own errors. */
export function lockDirectory(full: string, shownAs: string): DirectoryLock {
  const token = systemRandom.nextUint32().toString(16) + systemRandom.nextUint32().toString(16);
  const claim = nodePath.join(full, `${LOCK_NAME}.${token}`);
  const lock = nodePath.join(full, LOCK_NAME);
  const own = describe(process.pid);
  const text = `${JSON.stringify({ ...own, token })}\n`;
  fs.writeFileSync(`${claim}.tmp`, text, { flag: 'wx' });
  fs.renameSync(`${claim}.tmp`, claim);
  try {
    for (const path of [...otherClaims(full, claim), lock]) refuseLive(path, own, shownAs);
    fs.renameSync(claim, lock);
  } catch (error) {
    removeIfThere(claim);
    throw error;
  }
  return { release: () => releaseLock(lock, text) };
}

/** Claims of others; a claim may become `LOCK` or be withdrawn while we look, which its reader notices. */
function otherClaims(full: string, own: string): string[] {
  const claims: string[] = [];
  for (const name of fs.readdirSync(full)) {
    const path = nodePath.join(full, name);
    if (CLAIM.test(name) && path !== own) claims.push(path);
  }
  return claims;
}

/** Throws when the file names a live holder, removes it when its holder is dead. */
function refuseLive(path: string, own: Holder, shownAs: string): void {
  const text = readIfThere(path);
  if (text === undefined) return;
  const holder = parseHolder(text);
  if (holder !== undefined && isAlive(holder, own)) {
    const who =
      holder.pid === own.pid ? `this process (pid ${holder.pid})` : `process ${holder.pid}`;
    throw alreadyOpen(shownAs, who);
  }
  // The final rename replaces LOCK itself; only dead claims need removing.
  if (nodePath.basename(path) !== LOCK_NAME) removeIfThere(path);
}

function isAlive(holder: Holder, own: Holder): boolean {
  if (holder.boot !== '' && own.boot !== '' && holder.boot !== own.boot) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: the process exists but belongs to somebody else.
    if (systemCode(error) !== 'EPERM') return false;
  }
  const startTime = processStartTime(holder.pid);
  return holder.startTime === '' || startTime === '' || holder.startTime === startTime;
}

function describe(pid: number): Holder {
  return { pid, startTime: processStartTime(pid), boot: bootId() };
}

/** Start of a process in clock ticks since boot: field 22 of its stat line, counted behind the name, which may hold spaces. */
function processStartTime(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`) ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function bootId(): string {
  return (readIfThere('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

/** A file that does not parse was torn by the end of the machine, since files appear whole: its holder is gone. */
function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // torn text, see above
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('pid' in value) ||
    typeof value.pid !== 'number'
  )
    return undefined;
  const startTime =
    'startTime' in value && typeof value.startTime === 'string' ? value.startTime : '';
  const boot = 'boot' in value && typeof value.boot === 'string' ? value.boot : '';
  return { pid: value.pid, startTime, boot };
}

function releaseLock(lock: string, text: string): void {
  // The file is ours only while it still holds our text: after a release somebody else may have taken the lock.
  if (readIfThere(lock) === text) removeIfThere(lock);
}

function readIfThere(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
