import { describe, expect, it } from 'vitest';
import { Arena, offsetOf, slabOf } from './arena.ts';

const make = (): Arena => new Arena({ shared: true, firstSlabSizeBytes: 1024 });

describe('Arena', () => {
  it('places small pieces one behind the other and starts a larger slab when one is full', () => {
    const arena = make();
    const first = arena.allocate(1000);
    const second = arena.allocate(24);
    const third = arena.allocate(1);
    expect([slabOf(first), offsetOf(first)]).toEqual([0, 0]);
    expect([slabOf(second), offsetOf(second)]).toEqual([0, 1000]);
    expect([slabOf(third), offsetOf(third)]).toEqual([1, 0]);
    expect(arena.slabs[1]!.length).toBe(4096);
    expect(arena.allocatedBytes).toBe(1024 + 4096);
  });

  it('gives a large piece a slab of its own and goes on in the current one', () => {
    const arena = make();
    arena.allocate(10);
    const large = arena.allocate(3_000_000);
    const small = arena.allocate(10);
    expect([slabOf(large), offsetOf(large)]).toEqual([1, 0]);
    expect([slabOf(small), offsetOf(small)]).toEqual([0, 10]);
  });

  it('takes back the unused end of the newest piece', () => {
    const arena = make();
    const piece = arena.allocate(100);
    arena.shrinkLast(piece, 60);
    expect(offsetOf(arena.allocate(1))).toBe(60);
    expect(arena.usedOf(0)).toBe(61);
  });

  it('takes over a slab of another arena', () => {
    const slab = new Uint8Array(50_000).fill(7);
    const arena = make();
    const reference = arena.adopt(slab, 40_000);
    expect(arena.slabs[slabOf(reference)]).toBe(slab);
    expect(offsetOf(arena.allocate(10))).toBe(0);
  });

  it('forgets everything but the first slab', () => {
    const arena = make();
    const first = arena.allocate(1000);
    const slab = arena.slabs[slabOf(first)];
    arena.allocate(5000);
    arena.clear();
    expect(arena.allocatedBytes).toBe(1024);
    expect(arena.slabs[slabOf(arena.allocate(1024))]).toBe(slab);
    expect(arena.slabCount).toBe(1);
  });

  it('refuses more slabs than references can name', () => {
    const arena = make();
    const slab = new Uint8Array(1);
    for (let count = 0; count < 4096; count += 1) arena.adopt(slab, 1);
    expect(arena.hasRoomForSlabs(1)).toBe(false);
    expect(() => arena.allocate(1)).toThrow(/arena is full/);
  });
});
