/** Stored blocks: payload | codec (1) | decoded size (4) | checksum (4). Every byte of a table but its footer lies in one. */
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { readUint32, writeUint32, writeUint64 } from '../base/little-endian.ts';
import type { Compression } from './compression.ts';
import { BLOCK_TRAILER_SIZE, CODEC } from './format.ts';

// A block that shrinks by less than an eighth is stored as it is: reading it then costs no decompression.
const WORTH_KEEPING = 7 / 8;

export interface StoredBlock {
  readonly payload: Uint8Array;
  readonly trailer: Uint8Array;
}

/** Makes the block that goes to `offset` of a table. Without compression the payload is `raw` itself. */
export function storeBlock(
  raw: Uint8Array,
  offset: number,
  compression: Compression | undefined,
  checksum: Checksum,
): StoredBlock {
  const compressed = compression?.compress(raw);
  const keep = compressed !== undefined && compressed.length <= raw.length * WORTH_KEEPING;
  const payload = keep ? compressed : raw;
  const trailer = new Uint8Array(BLOCK_TRAILER_SIZE);
  trailer[0] = keep && compression !== undefined ? compression.codec : CODEC.none;
  writeUint32(trailer, 1, raw.length);
  const ofPayload = checksum(payload, 0, payload.length, offsetSeed(offset, checksum));
  writeUint32(trailer, 5, checksum(trailer, 0, 5, ofPayload));
  return { payload, trailer };
}

/** What is needed to read the stored blocks of one table. */
export interface BlockSource {
  readonly path: string;
  readonly checksum: Checksum;
  readonly compressions: readonly Compression[];
}

/**
 * Verifies and decodes the block that was read from `offset` of a table and lies in `bytes` from `start` on, `size` bytes of
 * payload and a trailer. The result has a buffer of its own, or shares `bytes` where it is nearly all of them.
 */
export function openBlock(
  source: BlockSource,
  bytes: Uint8Array,
  start: number,
  size: number,
  offset: number,
): Uint8Array {
  const { checksum, path } = source;
  const trailerAt = start + size;
  const sum = checksum(bytes, start, trailerAt + 5, offsetSeed(offset, checksum));
  if (sum !== readUint32(bytes, trailerAt + 5))
    throw corruptTable(path, offset, 'checksum mismatch');
  const decodedSize = readUint32(bytes, trailerAt + 1);
  const codec = bytes[trailerAt]!;
  const whole = start === 0 && trailerAt + BLOCK_TRAILER_SIZE === bytes.length;
  if (codec === CODEC.none) return whole ? bytes.subarray(0, size) : bytes.slice(start, trailerAt);
  const compression = source.compressions.find((candidate) => candidate.codec === codec);
  if (compression === undefined) {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      `table "${path}" uses codec ${codec}, which is not available here`,
      {
        hint: 'Open it on a platform that has the codec, or rewrite it without compression.',
      },
    );
  }
  return decompress(compression, bytes.subarray(start, trailerAt), decodedSize, path, offset);
}

function decompress(
  compression: Compression,
  payload: Uint8Array,
  decodedSize: number,
  path: string,
  offset: number,
): Uint8Array {
  let decoded: Uint8Array;
  try {
    decoded = compression.decompress(payload, decodedSize);
  } catch (error) {
    throw corruptTable(path, offset, 'it does not decompress', error);
  }
  if (decoded.length !== decodedSize)
    throw corruptTable(path, offset, 'it decompresses to another size');
  return decoded;
}

export function corruptTable(
  path: string,
  offset: number,
  why: string,
  cause?: unknown,
): AlopexError {
  return new AlopexError('ALX_CORRUPT', `table "${path}" is damaged at offset ${offset}: ${why}`, {
    hint: 'Restore the database from a backup; the damaged file is left as it is.',
    cause,
  });
}

/** CRC of the offset, where a block's checksum starts. */
function offsetSeed(offset: number, checksum: Checksum): number {
  const bytes = new Uint8Array(8);
  writeUint64(bytes, 0, offset);
  return checksum(bytes, 0, 8, 0);
}
