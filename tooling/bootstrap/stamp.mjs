/**
 * Stamps: a step of set-up is skipped when the hash of its inputs equals the one written after it last succeeded.
 * A stamp is written only then, so an interrupted or failed step repeats. Node 18 syntax, no dependencies.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Hash of the names and contents of the files, in the given order; `salt` are further inputs of the step. */
export function hashFiles(root, files, salt = []) {
  const hash = createHash('sha256').update(JSON.stringify(salt));
  for (const file of files) {
    const content = readFileSync(file);
    const name = relative(root, file).split(sep).join('/');
    hash.update(`\n${name} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** All files below `folder` that `accept` takes, sorted; a folder that does not exist holds none. */
export function filesBelow(folder, accept) {
  const found = [];
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') found.push(...filesBelow(path, accept));
    } else if (accept(entry.name)) found.push(path);
  }
  return found;
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

export function stampMatches(stamp, hash) {
  try {
    return readFileSync(stamp, 'utf8') === hash;
  } catch (error) {
    if (error.code === 'ENOENT') return false; // the step never succeeded
    throw error;
  }
}

export function writeStamp(stamp, hash) {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

export function dropStamp(stamp) {
  rmSync(stamp, { force: true });
}
