/**
 * CRC-32 (polynomial 0xedb88320, as in zlib) sixteen bytes a step: slicing by 16 (Kounavis and Berry, 2005).
 * AssemblyScript, twin of `src/base/checksum.ts`. The caller owns the 16 KiB of tables and fills them once.
 */
export function fillCrc32Tables(tables: usize): void {
  for (let byte: u32 = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1)
      value = (value >>> 1) ^ ((value & 1) != 0 ? 0xedb88320 : 0);
    store<u32>(tables + ((<usize>byte) << 2), value);
  }
  for (let entry: u32 = 256; entry < 16 * 256; entry += 1) {
    const before = load<u32>(tables + ((<usize>(entry - 256)) << 2));
    store<u32>(
      tables + ((<usize>entry) << 2),
      (before >>> 8) ^ load<u32>(tables + ((<usize>(before & 0xff)) << 2)),
    );
  }
}

/** The four table look-ups of one 32-bit word whose first byte has `table` tables after it. */
function slice(tables: usize, table: u32, word: u32): u32 {
  const base = tables + ((<usize>table) << 10);
  return (
    load<u32>(base + ((<usize>(word & 0xff)) << 2)) ^
    load<u32>(base + ((<usize>((word >>> 8) & 0xff)) << 2) - 1024) ^
    load<u32>(base + ((<usize>((word >>> 16) & 0xff)) << 2) - 2048) ^
    load<u32>(base + ((<usize>(word >>> 24)) << 2) - 3072)
  );
}

/** Continues from `crc`, the checksum of what came before (0 at the start). */
export function crc32(tables: usize, data: usize, length: u32, crc: u32): u32 {
  crc = ~crc;
  const end = data + <usize>length;
  const end16 = data + <usize>(length & ~15);
  for (; data < end16; data += 16) {
    crc =
      slice(tables, 15, load<u32>(data) ^ crc) ^
      slice(tables, 11, load<u32>(data, 4)) ^
      slice(tables, 7, load<u32>(data, 8)) ^
      slice(tables, 3, load<u32>(data, 12));
  }
  for (; data < end; data += 1) {
    crc = load<u32>(tables + ((<usize>((crc ^ load<u8>(data)) & 0xff)) << 2)) ^ (crc >>> 8);
  }
  return ~crc;
}
