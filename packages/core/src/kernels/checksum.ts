/**
 * CRC-32 by kernel, for where there is no native one: browsers. Bytes are copied into a memory of its own, a piece at a time
 * (2.2 GB/s, the TypeScript twin 1.2); short ranges stay with the twin, which is done before the copy is.
 */
import { crc32, type Checksum } from '../base/checksum.ts';
import { CRC32_TABLE_BYTES, type Kernels } from './kernels.ts';
import { PAGE_BYTES } from './linear-memory.ts';

const PIECE_BYTES_MAX = PAGE_BYTES - CRC32_TABLE_BYTES;
/** Measured: about where both take the same time. */
const KERNEL_BYTES_MIN = 512;

export function kernelChecksum(kernels: Kernels): Checksum {
  if (kernels.kind === 'typescript') return crc32;
  const memory = kernels.createMemory({ initialPages: 1, maximumPages: 1 });
  const functions = kernels.bind(memory);
  functions.fillCrc32Tables(0);
  const piece = new Uint8Array(memory.buffer, CRC32_TABLE_BYTES);
  return (bytes, start, end, seed) => {
    if (end - start < KERNEL_BYTES_MIN) return crc32(bytes, start, end, seed);
    let crc = seed;
    for (let at = start; at < end; at += PIECE_BYTES_MAX) {
      const pieceEnd = Math.min(at + PIECE_BYTES_MAX, end);
      piece.set(bytes.subarray(at, pieceEnd));
      crc = functions.crc32(0, CRC32_TABLE_BYTES, pieceEnd - at, crc);
    }
    return crc;
  };
}
