/** Randomness, passed in. `node/system-random` is the real one, `testing/seeded-random` the replayable one. */
export interface Random {
  /** A uniform integer in [0, 2^32). */
  nextUint32(): number;
}

/** A uniform float in [0, 1) with 53 random bits. */
export function nextFloat(random: Random): number {
  return ((random.nextUint32() >>> 5) * 0x4000000 + (random.nextUint32() >>> 6)) / 0x20000000000000;
}

/** A uniform integer in [0, bound); `bound` is at most 2^32, so the bias of the multiplication stays below 2^-21. */
export function nextBelow(random: Random, bound: number): number {
  return Math.floor(nextFloat(random) * bound);
}

/** Fills `target` with random bytes. */
export function fillRandom(random: Random, target: Uint8Array): void {
  for (let at = 0; at < target.length;) {
    let word = random.nextUint32();
    for (const end = Math.min(at + 4, target.length); at < end; at += 1, word >>>= 8) {
      target[at] = word & 0xff;
    }
  }
}
