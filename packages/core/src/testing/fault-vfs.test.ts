import { describe, expect, it } from 'vitest';
import { FaultVfs } from './fault-vfs.ts';
import { SeededRandom } from './seeded-random.ts';
import { VFS_CONTRACT } from './vfs-contract.ts';

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);

describe('FaultVfs in peace', () => {
  for (const { title, run } of VFS_CONTRACT) it(title, () => run(new FaultVfs()));
});

describe('FaultVfs', () => {
  it('keeps synced bytes of synced names in every crash, and draws every kind of loss of the rest', () => {
    const synced = new SeededRandom(1).bytes(700);
    const unsynced = new SeededRandom(2).bytes(2000);
    const vfs = new FaultVfs();
    const file = vfs.create('a');
    vfs.syncDirectory('');
    file.append(synced);
    file.syncNow();
    file.append(unsynced);
    const sizes = new Set<number>();
    let holes = 0;
    for (const seed of SEEDS) {
      const found = vfs.crash(seed).content('a');
      expect(found.subarray(0, 700)).toEqual(synced);
      sizes.add(found.length);
      if (found.subarray(1024, 1536).every((byte) => byte === 0) && found.length >= 1536)
        holes += 1;
    }
    expect(sizes.size).toBeGreaterThan(50);
    expect(Math.min(...sizes)).toBeLessThan(800);
    expect(Math.max(...sizes)).toBe(2700);
    expect(holes).toBeGreaterThan(5);
  });

  it('may lose any name that was created or renamed without a sync of its folder', () => {
    const vfs = new FaultVfs();
    vfs.create('first').syncNow();
    vfs.create('second').syncNow();
    const seen = new Set(SEEDS.map((seed) => vfs.crash(seed).list('').toSorted().join()));
    expect(seen).toEqual(new Set(['', 'first', 'second', 'first,second']));
  });

  it('replaces by rename all or nothing', () => {
    const vfs = new FaultVfs();
    const old = vfs.create('current');
    old.append(Uint8Array.of(1));
    old.syncNow();
    vfs.syncDirectory('');
    const next = vfs.create('next');
    next.append(Uint8Array.of(2));
    next.syncNow();
    vfs.syncDirectory('');
    vfs.rename('next', 'current');
    const seen = new Set(SEEDS.map((seed) => vfs.crash(seed).content('current')[0]));
    expect(seen).toEqual(new Set([1, 2]));
    vfs.syncDirectory('');
    expect(new Set(SEEDS.map((seed) => vfs.crash(seed).content('current')[0]))).toEqual(
      new Set([2]),
    );
  });

  it('keeps everything when only the process ends', () => {
    const vfs = new FaultVfs();
    vfs.create('a').append(Uint8Array.of(1, 2, 3));
    expect(vfs.restart().content('a')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('fails the n-th change once, part of the bytes written', () => {
    const vfs = new FaultVfs(7);
    const file = vfs.create('a');
    file.append(Uint8Array.of(1));
    vfs.failChange(vfs.changeCount + 1, 'ALX_DISK_FULL');
    expect(() => file.append(new Uint8Array(100))).toThrow(
      expect.objectContaining({ code: 'ALX_DISK_FULL' }),
    );
    expect(file.position).toBe(1);
    file.append(Uint8Array.of(2));
    expect(vfs.content('a').subarray(0, 2)).toEqual(Uint8Array.of(1, 2));
    file.truncate(file.position);
    expect(vfs.content('a')).toEqual(Uint8Array.of(1, 2));
  });

  it('stays dead after a power cut until it is looked at as crashed', () => {
    const vfs = new FaultVfs();
    const file = vfs.create('a');
    file.syncNow();
    vfs.syncDirectory('');
    vfs.cutPower(vfs.changeCount + 1);
    expect(() => file.append(Uint8Array.of(1))).toThrow();
    expect(() => file.append(Uint8Array.of(1))).toThrow();
    expect(() => vfs.exists('a')).toThrow();
    expect(vfs.crash(1).exists('a')).toBe(true);
  });

  it('poisons a file whose sync failed', async () => {
    const vfs = new FaultVfs();
    const file = vfs.create('a');
    vfs.syncDirectory('');
    file.append(Uint8Array.of(1));
    vfs.failNextSync();
    await expect(file.sync()).rejects.toMatchObject({ code: 'ALX_IO' });
    await expect(file.sync()).rejects.toMatchObject({ code: 'ALX_IO' });
    expect(() => file.syncNow()).toThrow(expect.objectContaining({ code: 'ALX_IO' }));
    expect(SEEDS.some((seed) => vfs.crash(seed).size('a') === 0)).toBe(true);
  });
});
