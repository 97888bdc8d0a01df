/** What a keyspace of the kill test holds after n commits of its writer: a pure function of n, for the writers and their judge. */
import { keyspaceId } from '../../src/base/brand.ts';

/** One for each of the writers, which commit beside each other. */
export const KEYSPACES = [7, 8, 9, 10].map(keyspaceId);
export const COUNTER = Uint8Array.of(0xff);
export const SLOT_COUNT = 64;

export function slotKey(slot: number): Uint8Array {
  return Uint8Array.of(slot >>> 4, slot & 15);
}

/** The value that commit n writes: of any size up to 4 KB, different for every n. */
export function valueOf(n: number): Uint8Array {
  const value = new Uint8Array(8 + (Math.imul(n, 2654435761) >>> 20));
  value.fill(n & 0xff);
  new DataView(value.buffer).setFloat64(0, n);
  return value;
}

/** For every slot the number of the commit whose value it holds, or 0. */
export function slotsAfter(n: number): number[] {
  const slots = new Array<number>(SLOT_COUNT).fill(0);
  // Every slot is written once in SLOT_COUNT commits, so older ones leave no trace.
  for (let commit = Math.max(1, n - 2 * SLOT_COUNT); commit <= n; commit += 1) {
    slots[commit % SLOT_COUNT] = commit;
    slots[(commit * 7) % SLOT_COUNT] = 0;
  }
  return slots;
}
