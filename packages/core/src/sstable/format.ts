/**
 * The bytes of an SSTable. Part of the file format, do not change; `docs/formats/sstable.md` is its manual.
 *
 *   table    := stored block* (data) stored block* (sections) section directory footer
 *   stored   := payload | codec (1) | size of the payload when decoded (4) | checksum (4)
 *   footer   := directory offset (8) | directory size (8) | version (4) | flags (4) | table size (8) | checksum (4) | reserved (4)
 *             | magic "ALXTABLE" (8)
 *
 * All numbers little endian; "size" of a stored block is that of its payload, without the trailer. A block's checksum is the
 * CRC-32 of its offset in the table (8), payload, codec and decoded size, so that a sound block in a wrong place is found out.
 *
 * A block (decoded) is made for JavaScript: arrays of numbers that typed arrays see in place, no chain that must be decoded
 * from its beginning. Offsets in it are in words of 4 bytes as far as `keys`:
 *
 *   count | prefix | key size | value size | kind | version mode | version base low | version base high     8 words
 *   key ends        count words, absent when all keys have the size in the header (SIZE_VARIES otherwise)
 *   value ends      count words, likewise
 *   versions        none, count words (distance from the base) or 2 x count words (low words, then high words), by the mode
 *   kinds           count bytes, absent when the header names the one kind (KIND_VARIES otherwise)
 *   keys            all user keys, joined; ends count from here. The first `prefix` bytes of all keys are the same
 *   values          likewise
 *
 * Keys keep the prefix they share: zstd takes it out of the file, and a cursor can show every key where it lies. Cutting it
 * off would save about a tenth of the cache and cost every scan a copy of 20 ns per entry, more than all the rest of a step.
 */

export const TABLE_VERSION = 1;
export const TABLE_MAGIC = Uint8Array.of(0x41, 0x4c, 0x58, 0x54, 0x41, 0x42, 0x4c, 0x45);

export const BLOCK_TRAILER_SIZE = 9;
export const BLOCK_HEADER_WORDS = 8;
export const SIZE_VARIES = 0xffff_ffff;
export const KIND_VARIES = 0xff;

/** How the versions of a block are kept. */
export const VERSION_MODE = Object.freeze({ same: 0, distance: 1, full: 2 } as const);
export type VersionMode = (typeof VERSION_MODE)[keyof typeof VERSION_MODE];

/** How a stored block was compressed. */
export const CODEC = Object.freeze({ none: 0, zstd: 1, lz4: 2 } as const);
export type Codec = (typeof CODEC)[keyof typeof CODEC];

/** Kinds of sections. Readers skip kinds that they do not know. */
export const SECTION = Object.freeze({
  index: 1,
  bloom: 2,
  meta: 3,
  vectorIndex: 16,
  columnar: 17,
} as const);
export type SectionKind = (typeof SECTION)[keyof typeof SECTION];

/** kind (4) | reserved (4) | offset (8) | size (8) */
export const SECTION_ENTRY_SIZE = 24;

/** Value of an index entry: offset (8) | size (4) | entries in the block (4). */
export const BLOCK_HANDLE_SIZE = 16;

export const FOOTER_SIZE = 48;
export const FOOTER_CHECKSUM_AT = 32;

/** Bytes of a data block before compression at which the writer ends it. */
export const BLOCK_SIZE_DEFAULT = 16 * 1024;
