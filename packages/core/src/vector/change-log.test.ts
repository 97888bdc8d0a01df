import { describe, expect, it } from 'vitest';
import { version } from '../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { ChangeLog } from './change-log.ts';

const [a, b] = [encodeUtf8('a'), encodeUtf8('b')];

function keysAt(log: ChangeLog, snapshot: number): string[] {
  return log.keysAt(version(snapshot)).map((key) => decodeUtf8(key));
}

describe('A change log', () => {
  it('names the rows first changed at or before a snapshot, in whatever order versions arrive', () => {
    const log = new ChangeLog();
    log.note(a, version(30));
    log.note(a, version(10));
    log.note(a, version(20));
    log.note(b, version(15));
    expect(keysAt(log, 9)).toEqual([]);
    expect(keysAt(log, 10)).toEqual(['a']);
    expect(keysAt(log, 15)).toEqual(['a', 'b']);
    expect(log.count).toBe(2);
  });

  it('keeps what is later than a version, and rather too much than too little', () => {
    const log = new ChangeLog();
    for (const at of [10, 20, 30]) log.note(a, version(at));
    log.note(b, version(12));
    const rest = log.after(version(12));
    expect(keysAt(rest, 30)).toEqual(['a']);
    expect(keysAt(rest, 12)).toEqual([]);
    // The truth is 20; the log only knows that a change lies after 12.
    expect(keysAt(rest, 13)).toEqual(['a']);
    expect(log.after(version(30)).count).toBe(0);
  });
});
