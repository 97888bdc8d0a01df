/**
 * CRC-32 by zlib's native code. A native call costs about 150 ns, so short ranges take the TypeScript twin: measured on
 * Node 24 the two meet near 256 bytes.
 */
import { crc32 as nativeCrc32 } from 'node:zlib';
import { crc32, type Checksum } from '../base/checksum.ts';

const NATIVE_FROM_BYTES = 256;

export const systemChecksum: Checksum = (bytes, start, end, seed) => {
  if (end - start < NATIVE_FROM_BYTES) return crc32(bytes, start, end, seed);
  const whole = start === 0 && end === bytes.length;
  return nativeCrc32(whole ? bytes : bytes.subarray(start, end), seed);
};
