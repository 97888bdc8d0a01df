/** Codecs of stored blocks, passed in: zstd is native in Node (`node/zstd`) and a library elsewhere. */
import type { Codec } from './format.ts';

export interface Compression {
  readonly codec: Codec;
  /** The result belongs to the caller. */
  compress(bytes: Uint8Array): Uint8Array;
  /** `decodedSize` is the size that the result must have. Throws anything on malformed input; the reader words the error. */
  decompress(bytes: Uint8Array, decodedSize: number): Uint8Array;
}
