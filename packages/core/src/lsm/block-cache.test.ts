import { describe, expect, it } from 'vitest';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { BlockWriter } from '../sstable/block-writer.ts';
import { Block } from '../sstable/block.ts';
import { BlockCache } from './block-cache.ts';

function makeBlock(home: (Block | undefined)[], number: number): Block {
  const writer = new BlockWriter();
  const key = Uint8Array.of(number);
  writer.add(key, 0, 1, 1, ENTRY_KIND.put, new Uint8Array(1000), 0, 1000);
  const block = Block.decode(writer.finish(), home, number)!;
  home[number] = block;
  return block;
}

describe('BlockCache', () => {
  it('stays within its budget and empties the places of what it drops', () => {
    const home: (Block | undefined)[] = [];
    const cache = new BlockCache(10_000);
    for (let number = 0; number < 100; number += 1) {
      cache.admit(makeBlock(home, number));
      expect(cache.sizeBytes).toBeLessThanOrEqual(10_000);
    }
    const resident = home.filter((block) => block !== undefined);
    expect(resident.length).toBe(cache.blockCount);
    expect(cache.sizeBytes).toBe(resident.reduce((sum, block) => sum + block.memoryBytes, 0));
    expect(cache.admittedCount - cache.evictedCount).toBe(resident.length);
  });

  it('spares what was used since the hand last came by', () => {
    const home: (Block | undefined)[] = [];
    const cache = new BlockCache(10_000);
    const hot = makeBlock(home, 0);
    cache.admit(hot);
    for (let number = 1; number < 200; number += 1) {
      hot.used = true;
      cache.admit(makeBlock(home, number));
    }
    expect(home[0]).toBe(hot);
  });

  it('drops everything of a table that closes, and nothing of others', () => {
    const cache = new BlockCache();
    const one: (Block | undefined)[] = [];
    const other: (Block | undefined)[] = [];
    for (let number = 0; number < 10; number += 1) {
      cache.admit(makeBlock(one, number));
      cache.admit(makeBlock(other, number));
    }
    cache.evictAll(one);
    expect(one.every((block) => block === undefined)).toBe(true);
    expect(cache.blockCount).toBe(10);
    cache.evictAll(other);
    expect(cache.sizeBytes).toBe(0);
  });

  it('keeps nothing with a budget of zero', () => {
    const home: (Block | undefined)[] = [];
    const cache = new BlockCache(0);
    cache.admit(makeBlock(home, 0));
    expect(home[0]).toBeUndefined();
    expect(cache.sizeBytes).toBe(0);
  });
});
