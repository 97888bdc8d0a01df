/**
 * CRC-32 (polynomial 0xedb88320, as in zlib), slicing by 16; TypeScript twin of `assembly/crc32.ts`. `tables` is where the
 * sixteen tables of 256 words begin.
 */
export function fillCrc32Tables(words: Int32Array, tables: number): void {
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (0xedb88320 & -(value & 1));
    words[tables + byte] = value;
  }
  for (let entry = 256; entry < 16 * 256; entry += 1) {
    const before = words[tables + entry - 256]!;
    words[tables + entry] = (before >>> 8) ^ words[tables + (before & 0xff)]!;
  }
}

/** Bytes are read one by one: data need not be aligned, and typed arrays know no unaligned words. */
export function crc32(
  words: Int32Array,
  tables: number,
  bytes: Uint8Array,
  start: number,
  length: number,
  seed: number,
): number {
  let crc = ~seed;
  const end = start + length;
  let at = start;
  for (const end16 = start + (length & ~15); at < end16; at += 16) {
    let next = 0;
    for (let lane = 0; lane < 16; lane += 1) {
      const byte = lane < 4 ? bytes[at + lane]! ^ ((crc >>> (8 * lane)) & 0xff) : bytes[at + lane]!;
      next ^= words[tables + ((15 - lane) << 8) + byte]!;
    }
    crc = next;
  }
  for (; at < end; at += 1) crc = words[tables + ((crc ^ bytes[at]!) & 0xff)]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
