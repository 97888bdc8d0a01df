import { describe, expect, it } from 'vitest';
import { keyspaceId, type KeyspaceId } from '../base/brand.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { WriteSet } from '../memtable/write-set.ts';
import { ReadSpans } from './read-spans.ts';
import { RecentCommits } from './recent-commits.ts';

const T = keyspaceId(1);
const OTHER = keyspaceId(2);

function note(recent: RecentCommits, version: number, keys: readonly string[], keyspace = T): void {
  const writes = new WriteSet();
  for (const key of keys) {
    writes.locate(keyspace, encodeUtf8(key));
    writes.writeLocated(ENTRY_KIND.put, encodeUtf8(key), encodeUtf8('v'));
  }
  recent.note(writes, version);
}

function conflicts(
  recent: RecentCommits,
  snapshot: number,
  key: string,
  keyspace: KeyspaceId = T,
): boolean {
  const reads = new ReadSpans();
  reads.addKey(keyspace, encodeUtf8(key));
  try {
    recent.check(reads, snapshot);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ALX_SERIALIZATION_CONFLICT', sqlState: '40001' });
    return true;
  }
}

describe('recent commits', () => {
  it('conflict with reads of the same key at older snapshots', () => {
    const recent = new RecentCommits();
    recent.watch();
    note(recent, 10, ['a', 'b']);
    note(recent, 11, ['c']);
    expect(conflicts(recent, 9, 'a')).toBe(true);
    expect(conflicts(recent, 10, 'a')).toBe(false);
    expect(conflicts(recent, 10, 'c')).toBe(true);
    expect(conflicts(recent, 9, 'd')).toBe(false);
    expect(conflicts(recent, 9, 'a', OTHER)).toBe(false);
  });

  it('are forgotten when nobody watches any more', () => {
    const recent = new RecentCommits();
    recent.watch();
    recent.watch();
    note(recent, 10, ['a']);
    recent.unwatch();
    expect(recent.keyCount).toBe(1);
    recent.unwatch();
    expect(recent.keyCount).toBe(0);
    expect(recent.isWatched).toBe(false);
  });

  it('beyond their limit become a conflict with every older reader of the keyspace, and with nobody else', () => {
    const recent = new RecentCommits({ keyCountMax: 100 });
    recent.watch();
    note(recent, 5, ['a'], OTHER);
    for (let version = 10; version < 310; version += 1) {
      note(recent, version, [`k${version}`]);
      expect(recent.keyCount).toBeLessThanOrEqual(100);
    }
    expect(conflicts(recent, 9, 'never written')).toBe(true);
    expect(conflicts(recent, 305, 'never written')).toBe(false);
    expect(conflicts(recent, 305, 'k306')).toBe(true);
    expect(conflicts(recent, 5, 'b', OTHER)).toBe(false);
    note(
      recent,
      400,
      Array.from({ length: 80 }, (_, index) => `bulk${index}`),
    );
    expect(conflicts(recent, 399, 'never written')).toBe(true);
    expect(conflicts(recent, 400, 'never written')).toBe(false);
  });
});
