/** Rounds of the kill test: start a writer, kill it at a random time, open what it left and judge it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { KeyspaceId } from '../../src/base/brand.ts';
import { AlopexError } from '../../src/base/errors.ts';
import { equalBytes } from '../../src/base/bytes.ts';
import { systemChecksum } from '../../src/node/checksum.ts';
import { NodeVfs } from '../../src/node/node-vfs.ts';
import { zstdCompression } from '../../src/node/zstd.ts';
import type { Store } from '../../src/store/store.ts';
import { verifyStore } from '../../src/store/verify.ts';
import type { SeededRandom } from '../../src/testing/seeded-random.ts';
import type { Durability, Transaction } from '../../src/txn/transaction.ts';
import { COUNTER, KEYSPACES, SLOT_COUNT, slotKey, slotsAfter, valueOf } from './kill-state.ts';
import { openKillStore } from './kill-writer.ts';

const WRITER = path.join(import.meta.dirname, 'kill-writer.ts');

export interface KillRound {
  readonly directory: string;
  readonly durability: Durability;
  readonly random: SeededRandom;
  /** Longest life of the writer after its first acknowledged commit. */
  readonly lifeMsMax: number;
}

/** Number of commits found. Throws when an acknowledged one is missing or one is there in part. */
export async function runKillRound(round: KillRound): Promise<number> {
  const acknowledged = await writeUntilKilled(round);
  const store = openKillStore(round.directory, round.durability);
  let found = 0;
  for (const [writer, keyspace] of KEYSPACES.entries())
    found += judge(store, keyspace, acknowledged[writer]!);
  await store.close();
  await requireSound(round.directory);
  return found;
}

async function requireSound(directory: string): Promise<void> {
  const { problems } = await verifyStore({
    vfs: new NodeVfs(directory),
    directory: '',
    checksum: systemChecksum,
    compressions: [zstdCompression()],
    pause: async () => undefined,
  });
  require(problems.length === 0, `the store is sound: ${JSON.stringify(problems)}`);
}

/** The last number that each writer has acknowledged. */
async function writeUntilKilled(round: KillRound): Promise<number[]> {
  const args = ['--conditions=@alopex-db/source', WRITER, round.directory, round.durability];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), round.random.below(round.lifeMsMax));
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await new Promise((resolve) => {
    child.on('close', resolve);
  });
  if (child.signalCode !== 'SIGKILL') {
    throw new AlopexError('ALX_INTERNAL', `the writer ended by itself: ${errors}`);
  }
  // The last line may be cut off: it counts only when its end was seen.
  const acknowledged = KEYSPACES.map(() => 0);
  for (const line of output.slice(0, output.lastIndexOf('\n')).split('\n')) {
    const [writer, number] = line.split(' ').map(Number);
    acknowledged[writer!] = number!;
  }
  return acknowledged;
}

function judge(store: Store, keyspace: KeyspaceId, acknowledged: number): number {
  const transaction = store.begin({ readOnly: true });
  const counter = readValue(transaction, keyspace, COUNTER);
  const found = counter === undefined ? 0 : Number(new TextDecoder().decode(counter));
  require(found >=
    acknowledged, `commit ${acknowledged} was acknowledged, the last one there is ${found}`);
  const expected = slotsAfter(found);
  for (let slot = 0; slot < SLOT_COUNT; slot += 1) {
    const value = readValue(transaction, keyspace, slotKey(slot));
    const wanted = expected[slot]!;
    if (wanted === 0) require(value === undefined, `slot ${slot} is empty after commit ${found}`);
    else {
      const right = value !== undefined && equalBytes(value, valueOf(wanted));
      require(right, `slot ${slot} holds the value of commit ${wanted} after commit ${found}`);
    }
  }
  transaction.rollback();
  return found;
}

function readValue(
  transaction: Transaction,
  keyspace: KeyspaceId,
  key: Uint8Array,
): Uint8Array | undefined {
  const value = transaction.get(keyspace, key);
  return value instanceof Uint8Array ? value : undefined;
}

function require(condition: boolean, sentence: string): void {
  if (!condition) throw new AlopexError('ALX_INTERNAL', `not so: ${sentence}`);
}
