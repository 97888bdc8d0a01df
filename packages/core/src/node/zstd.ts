/** zstd by Node's own library. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Compression } from '../sstable/compression.ts';
import { CODEC } from '../sstable/format.ts';

// Level 1: measured on blocks of rows, level 3 took 1.5x to 2x the time for 1 to 3 % less space.
const LEVEL_DEFAULT = 1;

const CHUNK_SIZE_MIN = 64;

/** zstd at a level from 1 (fast) to 19 (small). */
export function zstdCompression(level: number = LEVEL_DEFAULT): Compression {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return {
    codec: CODEC.zstd,
    compress: (bytes) =>
      ownBytes(zstdCompressSync(bytes, { params, chunkSize: bytes.length + CHUNK_SIZE_MIN })),
    // One output chunk of exactly the right size spares the library a copy.
    decompress: (bytes, decodedSize) =>
      ownBytes(
        zstdDecompressSync(bytes, {
          chunkSize: Math.max(decodedSize, CHUNK_SIZE_MIN),
          maxOutputLength: Math.max(decodedSize, 1),
        }),
      ),
  };
}

/** Small buffers of Node are slices of a pool, which a resident block must not keep alive as a whole. */
function ownBytes(buffer: Buffer): Uint8Array {
  if (buffer.byteOffset % 4 === 0 && buffer.buffer.byteLength <= buffer.length * 1.25) {
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  }
  return new Uint8Array(buffer);
}
