/** Entry `@alopex-db/core/base`: what every package may lean on. */
export { assert, unreachable } from './assert.ts';
export {
  fileId,
  keyspaceId,
  transactionId,
  version,
  type Branded,
  type FileId,
  type KeyspaceId,
  type TransactionId,
  type Version,
} from './brand.ts';
export {
  compareBytes,
  compareRanges,
  concatBytes,
  decodeUtf8,
  decodeUtf8Strict,
  encodeUtf8,
  equalBytes,
  fromHex,
  prefixEnd,
  toHex,
} from './bytes.ts';
export type { Clock } from './clock.ts';
export {
  ERROR_CODES,
  type ErrorCode,
  type ErrorDefinition,
  type ErrorKind,
} from './error-codes.ts';
export { AlopexError, type ErrorDetails } from './errors.ts';
export { silentLogger, type Logger } from './logger.ts';
export { PENDING, type Pending, type Waiter } from './pending.ts';
export { fillRandom, nextBelow, nextFloat, type Random } from './random.ts';
export { VARINT_SIZE_MAX, readVarint, varintSize, writeVarint, type ByteCursor } from './varint.ts';
