/**
 * The value of an entry of kind `putExpiring` or `putLargeExpiring`: when it ends, and what it holds until then.
 *
 *   value := end (8, little endian: microseconds since 1970) | value as written
 *
 * Part of the file format, do not change. Versions are microseconds of the same clock, so an entry that ended at or before the
 * oldest snapshot is absent for everyone, now and later: to compaction it is a delete, and compaction needs no clock.
 */
import { readUint64, writeUint64 } from '../base/little-endian.ts';
import { ENTRY_KIND } from './entry.ts';

export const EXPIRY_SIZE = 8;
/** The end of a value whose time to live goes beyond what numbers hold. */
const EXPIRY_MAX = Number.MAX_SAFE_INTEGER;

/** When a value that is written now ends. */
export function expiryOf(nowMicros: number, ttlMs: number): number {
  return Math.min(nowMicros + Math.round(ttlMs * 1000), EXPIRY_MAX);
}

export function encodeExpiring(endMicros: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(EXPIRY_SIZE + value.length);
  writeUint64(bytes, 0, endMicros);
  bytes.set(value, EXPIRY_SIZE);
  return bytes;
}

/** Whether an entry has ended at a time; only entries of the expiring kinds ever do. */
export function hasExpired(
  kind: number,
  bytes: Uint8Array,
  start: number,
  micros: number,
): boolean {
  return isExpiring(kind) && readUint64(bytes, start) <= micros;
}

export function isExpiring(kind: number): boolean {
  return kind === ENTRY_KIND.putExpiring || kind === ENTRY_KIND.putLargeExpiring;
}
