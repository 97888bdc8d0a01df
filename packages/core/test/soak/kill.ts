/**
 * The kill test as a soak: `node --conditions=@alopex-db/source test/soak/kill.ts --rounds 200 [--seed n]`.
 * Half of the rounds run under `fsync`, half under `os`, each kind in one folder all the time.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemRandom } from '../../src/node/system-random.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { runKillRound } from './kill-rounds.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string' } },
});
const random = new SeededRandom(Number(values.seed ?? systemRandom.nextUint32()));
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alopex-kill-'));
process.stdout.write(`seed ${random.seed}\n`);
for (let round = 0; round < Number(values.rounds); round += 1) {
  const durability = round % 2 === 0 ? 'fsync' : 'os';
  const directory = path.join(root, durability);
  fs.mkdirSync(directory, { recursive: true });
  const found = await runKillRound({ directory, durability, random, lifeMsMax: 400 });
  process.stdout.write(`round ${round + 1}, ${durability}: ${found} commits, all there\n`);
}
fs.rmSync(root, { recursive: true });
