/**
 * Golden scripts of transactions: what each of several sees and may do, step by step. A command line is `<name> <verb> ...`,
 * where the name is that of a transaction, or `store flush`. Run with ALOPEX_REWRITE_GOLDEN=1 to rewrite the results, and read the
 * difference.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../../src/base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../../src/base/bytes.ts';
import { AlopexError } from '../../src/base/errors.ts';
import { PENDING } from '../../src/base/pending.ts';
import { Store } from '../../src/store/store.ts';
import { parseGolden, rewriteGolden } from '../../src/testing/golden.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import type { IsolationLevel, Transaction } from '../../src/txn/transaction.ts';
import { MemoryVfs } from '../../src/vfs/memory-vfs.ts';

const DIRECTORY = path.join(import.meta.dirname, 'mvcc');
const T = keyspaceId(1);

class ScriptRunner {
  readonly #store = Store.open({ clock: new ManualClock(), vfs: new MemoryVfs() });
  readonly #transactions = new Map<string, Transaction>();
  /** Names of transactions whose wait has ended since the last command. */
  #woken: string[] = [];

  /** The command with its result. */
  async run(command: string): Promise<string> {
    const result = await this.#attempt(command.split(' '));
    // A wait ends a few turns after the lock is released.
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    const woken = this.#woken.map((name) => `\n  ${name} may go on`).join('');
    this.#woken = [];
    return `${command}: ${result}${woken}`;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #attempt(words: readonly string[]): Promise<string> {
    try {
      return await this.#execute(words);
    } catch (error) {
      if (error instanceof AlopexError) return `${error.code} (${error.sqlState})`;
      throw error;
    }
  }

  async #execute(words: readonly string[]): Promise<string> {
    const [name = '', verb = '', first = '', second = ''] = words;
    if (name === 'store') {
      this.#store.flush();
      return 'ok';
    }
    if (verb === 'begin') {
      const isolation = words.slice(2).join(' ') || 'snapshot';
      this.#transactions.set(name, this.#store.begin({ isolation: isolation as IsolationLevel })); // the script says one
      return 'ok';
    }
    const transaction = this.#transactions.get(name)!;
    const key = encodeUtf8(first);
    const value = encodeUtf8(second);
    switch (verb) {
      case 'get': {
        const found = transaction.get(T, key);
        return found instanceof Uint8Array ? decodeUtf8(found) : 'nothing';
      }
      case 'scan':
        return scan(transaction, words.includes('reverse'));
      case 'put':
        return this.#outcome(name, transaction, transaction.put(T, key, value));
      case 'insert':
        return this.#outcome(name, transaction, transaction.insert(T, key, value));
      case 'delete':
        return this.#outcome(name, transaction, transaction.delete(T, key));
      case 'lock':
        return this.#outcome(name, transaction, transaction.lock(T, key));
      case 'savepoint':
        return `savepoint ${transaction.savepoint()}`;
      case 'rollback-to':
        transaction.rollbackTo(Number(first));
        return 'ok';
      case 'refresh':
        transaction.refreshSnapshot();
        return 'ok';
      case 'commit':
        await transaction.commit();
        return 'ok';
      case 'rollback':
        transaction.rollback();
        return 'ok';
      default:
        return 'unknown command';
    }
  }

  #outcome(name: string, transaction: Transaction, result: unknown): string {
    if (result === PENDING) {
      void transaction.waiter.ready().then(() => this.#woken.push(name));
      return 'waits';
    }
    return result === false ? 'exists' : 'ok';
  }
}

function scan(transaction: Transaction, reverse: boolean): string {
  const cursor = transaction.scan(T, { reverse });
  const pairs: string[] = [];
  while (cursor.advance() === true) {
    const { key, value } = cursor;
    const name = decodeUtf8(key.bytes, key.start, key.end);
    pairs.push(`${name}=${decodeUtf8(value.bytes, value.start, value.end)}`);
  }
  return pairs.length === 0 ? 'nothing' : pairs.join(' ');
}

describe('golden scripts of transactions', () => {
  for (const file of fs.readdirSync(DIRECTORY).toSorted((left, right) => (left < right ? -1 : 1))) {
    it(`${file} comes out as written`, async () => {
      const fullPath = path.join(DIRECTORY, file);
      const text = fs.readFileSync(fullPath, 'utf8');
      const blocks = parseGolden(text);
      const runner = new ScriptRunner();
      const results: string[] = [];
      for (const block of blocks) {
        const lines: string[] = [];
        for (const command of block.commands) lines.push(await runner.run(command));
        results.push(lines.join('\n'));
      }
      await runner.close();
      if (process.env['ALOPEX_REWRITE_GOLDEN'] === '1')
        fs.writeFileSync(fullPath, rewriteGolden(text, results));
      else
        for (const [index, block] of blocks.entries())
          expect(results[index], `${file}:${block.line}`).toBe(block.expected);
    });
  }
});
