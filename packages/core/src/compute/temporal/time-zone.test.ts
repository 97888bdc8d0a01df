import { describe, expect, it } from 'vitest';
import { assert } from '../../base/assert.ts';
import { parseTimestamp } from '../../types/timestamp.ts';
import { createTimeZoneProvider, localFromUtc, utcFromLocal } from './time-zone.ts';

const findZone = createTimeZoneProvider();

function zone(name: string) {
  const found = findZone(name);
  assert(found !== undefined, 'the zone is one of the host');
  return found;
}

describe('time zones', () => {
  it('move the clock at the second at which the law says so', () => {
    const paris = zone('Europe/Paris');
    const change = parseTimestamp('2024-03-31 01:00:00');
    expect(paris.offsetSeconds(change - 1)).toBe(3_600);
    expect(paris.offsetSeconds(change)).toBe(7_200);
    expect(zone('Asia/Kolkata').offsetSeconds(change)).toBe(19_800);
  });

  it('read skipped local times with the offset before, repeated ones with the offset after', () => {
    const newYork = zone('America/New_York');
    const at = (local: string) => utcFromLocal(parseTimestamp(local), newYork);
    expect(at('2024-03-10 02:30:00')).toBe(parseTimestamp('2024-03-10 07:30:00'));
    expect(at('2024-11-03 01:30:00')).toBe(parseTimestamp('2024-11-03 06:30:00'));
  });

  it('give back every local time that exists once', () => {
    const names = [
      'Europe/Paris',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'UTC',
    ];
    const start = parseTimestamp('2011-06-01 00:30:00');
    for (const name of names) {
      for (let hour = 0; hour < 24 * 400; hour += 7) {
        const utc = start + hour * 3_600_000_000;
        const local = localFromUtc(utc, zone(name));
        const back = utcFromLocal(local, zone(name));
        // An hour that occurs twice has two moments; the later one is read.
        expect([utc, utc + 3_600_000_000, utc + 1_800_000_000], `${name}, hour ${hour}`).toContain(
          back,
        );
        expect(localFromUtc(back, zone(name))).toBe(local);
      }
    }
  });

  it('take fixed offsets in the form of POSIX, which counts west', () => {
    expect(zone('EST5').offsetSeconds(0)).toBe(-18_000);
    expect(zone('<+05>-05').offsetSeconds(0)).toBe(18_000);
    expect(findZone('Mars/Olympus')).toBeUndefined();
  });
});
