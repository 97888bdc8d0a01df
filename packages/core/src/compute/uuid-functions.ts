/** UUIDs made here (RFC 9562): version 4 from random bits, version 7 from the transaction's time and random bits. */
import type { FunctionContext } from './scalar-function.ts';
import { nullableFunction } from './define-function.ts';

export const uuidFunctions = {
  /** () -> uuid */
  genRandomUuid: nullableFunction(
    'gen_random_uuid',
    (_args, context) => stamp(randomBytes(context), 4),
    'volatile',
  ),
  /** () -> uuid; sorts by time */
  uuidV7: nullableFunction('uuidv7', (_args, context) => uuidV7(context), 'volatile'),
} as const;

function randomBytes(context: FunctionContext): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at += 4) {
    const word = context.nextUint32();
    for (let index = 0; index < 4; index += 1) bytes[at + index] = word >>> (index * 8);
  }
  return bytes;
}

function uuidV7(context: FunctionContext): Uint8Array {
  const bytes = randomBytes(context);
  let millis = Math.floor(context.transactionMicros / 1_000);
  for (let at = 5; at >= 0; at -= 1) {
    bytes[at] = millis % 256;
    millis = Math.floor(millis / 256);
  }
  return stamp(bytes, 7);
}

/** Writes version and variant. */
function stamp(bytes: Uint8Array, version: number): Uint8Array {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}
