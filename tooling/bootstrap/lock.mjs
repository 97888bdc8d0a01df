/**
 * One set-up at a time in a working tree: two commands started together must not install or build into each other.
 * The lock is a file that names the process; a lock whose process is gone is taken over. Node 18 syntax.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const POLL_MS = 200;

/** Runs `work` while holding the lock; `work` must look again at what is still to do, the one before may have done it. */
export async function holding(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!tryTake(file)) {
    if (!told) process.stderr.write('set-up: waiting for another set-up in this folder\n');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (ownerIsAlive(file)) return false;
  rmSync(file, { force: true });
  return false;
}

function ownerIsAlive(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner > 0) process.kill(owner, 0);
    return true; // an empty file: its owner is about to write the number
  } catch (error) {
    return error.code === 'EPERM'; // ENOENT: just released; ESRCH: the owner died
  }
}
