import { describe, expect, it } from 'vitest';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { OLDER_EVERYWHERE, OLDER_NOWHERE, VersionGc } from './version-gc.ts';

const KEY = Uint8Array.of(1, 2, 3);

function kept(gc: VersionGc, versions: readonly number[], kind: number = ENTRY_KIND.put): number[] {
  return versions.filter((version) => gc.keeps(KEY, 0, KEY.length, version, kind));
}

describe('What is kept of a key', () => {
  it('is one version for each snapshot, and all that are newer than every snapshot', () => {
    const gc = new VersionGc([3, 7], OLDER_EVERYWHERE);
    expect(kept(gc, [9, 8, 7, 6, 5, 3, 2])).toEqual([9, 8, 7, 3]);
  });

  it('is the newest one where only the present is read', () => {
    expect(kept(new VersionGc([10], OLDER_EVERYWHERE), [9, 8, 1])).toEqual([9]);
  });

  it('is a delete only while it hides something', () => {
    const versions = [9, 4];
    expect(kept(new VersionGc([10], OLDER_EVERYWHERE), versions, ENTRY_KIND.delete)).toEqual([9]);
    expect(kept(new VersionGc([10], OLDER_NOWHERE), versions, ENTRY_KIND.delete)).toEqual([]);
  });

  it('is no delete at the very version that the only reader reads at', () => {
    expect(kept(new VersionGc([10], OLDER_NOWHERE), [10], ENTRY_KIND.delete)).toEqual([]);
    expect(kept(new VersionGc([10], OLDER_NOWHERE), [11], ENTRY_KIND.delete)).toEqual([11]);
  });

  it('is a delete that a snapshot sees above an older version that another one sees', () => {
    const gc = new VersionGc([5, 10], OLDER_NOWHERE);
    expect(gc.keeps(KEY, 0, 3, 9, ENTRY_KIND.delete)).toBe(true);
    expect(gc.keeps(KEY, 0, 3, 4, ENTRY_KIND.put)).toBe(true);
  });

  it('is one of two equal entries, whoever may still read there', () => {
    expect(kept(new VersionGc([3], OLDER_EVERYWHERE), [9, 9, 2, 2])).toEqual([9, 2]);
  });

  it('is counted anew for every key', () => {
    const gc = new VersionGc([10], OLDER_EVERYWHERE);
    const bytes = Uint8Array.of(1, 1, 2);
    const results = [
      gc.keeps(bytes, 0, 1, 5, ENTRY_KIND.put),
      gc.keeps(bytes, 0, 2, 5, ENTRY_KIND.put),
      gc.keeps(bytes, 0, 2, 4, ENTRY_KIND.put),
      gc.keeps(bytes, 2, 3, 4, ENTRY_KIND.put),
    ];
    expect(results).toEqual([true, true, false, true]);
    expect(gc.keyNumber).toBe(3);
  });
});

describe('What every snapshot sees', () => {
  const seen = (
    entries: readonly { version: number; kind: number }[],
    snapshot: number,
  ): number | undefined => {
    const entry = entries.find(({ version }) => version <= snapshot);
    return entry?.kind === ENTRY_KIND.delete ? undefined : entry?.version;
  };

  it('is the same without what was dropped (200 seeds)', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const snapshots = [
        ...new Set(Array.from({ length: 1 + random.below(6) }, () => random.below(40))),
      ];
      snapshots.sort((left, right) => left - right);
      const versions = [
        ...new Set(Array.from({ length: random.below(20) }, () => random.below(50))),
      ];
      versions.sort((left, right) => right - left);
      const entries = versions.map((version) => ({ version, kind: random.below(2) }));
      const gc = new VersionGc(snapshots, random.chance(0.5) ? OLDER_NOWHERE : OLDER_EVERYWHERE);
      const rest = entries.filter(({ version, kind }) => gc.keeps(KEY, 0, 3, version, kind));
      const newest = snapshots.at(-1)!;
      for (const snapshot of [
        ...snapshots,
        ...Array.from({ length: 60 }, (_, at) => newest + at),
      ]) {
        expect(seen(rest, snapshot), `seed ${seed} at ${snapshot}`).toBe(seen(entries, snapshot));
      }
      const old = rest.filter(({ version }) => version <= newest);
      expect(old.length, `seed ${seed}: one each`).toBeLessThanOrEqual(snapshots.length);
    }
  });
});
