/**
 * The bytes of a manifest. Part of the file format, do not change; `docs/formats/manifest.md` is its manual.
 *
 *   manifest := header record*
 *   header   := magic "ALXMAN\r\n" (8) | version (4) | file id (8) | checksum of the 20 bytes before (4)
 *   record   := length (4) | checksum (4) | edit (length)
 *
 * Numbers are little endian. A record's checksum is the CRC-32 of file id (8), length and edit. Every record is synced before
 * anything rests on it, so only the last one can be torn, and then it never counted. Once it is synced a seal follows, an edit
 * of no bytes: a damaged record with a sound one behind it was in force and is corruption.
 */
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';

export const MANIFEST_VERSION = 1;
export const MANIFEST_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 8;
const MAGIC = Uint8Array.of(0x41, 0x4c, 0x58, 0x4d, 0x41, 0x4e, 0x0d, 0x0a);
const VERSION_AT = 8;
const FILE_ID_AT = 12;
const CHECKSUM_AT = 20;

export function encodeManifestHeader(fileId: number, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(MANIFEST_HEADER_SIZE);
  bytes.set(MAGIC, 0);
  writeUint32(bytes, VERSION_AT, MANIFEST_VERSION);
  writeUint64(bytes, FILE_ID_AT, fileId);
  writeUint32(bytes, CHECKSUM_AT, checksum(bytes, 0, CHECKSUM_AT, 0));
  return bytes;
}

export function encodeManifestRecord(
  edit: Uint8Array,
  fileId: number,
  checksum: Checksum,
): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_SIZE + edit.length);
  writeUint32(bytes, 0, edit.length);
  bytes.set(edit, RECORD_HEADER_SIZE);
  writeUint32(bytes, 4, recordChecksum(bytes, 0, edit.length, fileId, checksum));
  return bytes;
}

/** A record without an edit: says that everything before it was synced. */
export function encodeManifestSeal(fileId: number, checksum: Checksum): Uint8Array {
  return encodeManifestRecord(new Uint8Array(0), fileId, checksum);
}

export interface ManifestRecords {
  readonly edits: readonly Uint8Array[];
  /** Offset of each edit's record. */
  readonly offsets: readonly number[];
  /** Where the last whole record ends: less than the file's size when its tail is torn. */
  readonly end: number;
}

/** The edits of a manifest. Throws ALX_CORRUPT with file and offset, or ALX_INCOMPATIBLE_VERSION. */
export function decodeManifest(
  bytes: Uint8Array,
  path: string,
  fileId: number,
  checksum: Checksum,
): ManifestRecords {
  checkHeader(bytes, path, fileId, checksum);
  const edits: Uint8Array[] = [];
  const offsets: number[] = [];
  let at = MANIFEST_HEADER_SIZE;
  while (at < bytes.length && recordIsSound(bytes, at, fileId, checksum)) {
    const start = at + RECORD_HEADER_SIZE;
    const end = start + readUint32(bytes, at);
    edits.push(bytes.subarray(start, end));
    offsets.push(at);
    at = end;
  }
  if (edits.length === 0) throw corruptManifest(path, at, 'its first record is damaged');
  for (let later = at + 1; later < bytes.length; later += 1) {
    if (recordIsSound(bytes, later, fileId, checksum)) {
      throw corruptManifest(path, at, `a sound record follows at ${later}`);
    }
  }
  return { edits, offsets, end: at };
}

export function corruptManifest(path: string, offset: number, why: string): AlopexError {
  return new AlopexError(
    'ALX_CORRUPT',
    `manifest "${path}" is damaged at offset ${offset}: ${why}`,
    {
      hint: 'Restore the database from a backup; the damaged files are left as they are.',
    },
  );
}

function checkHeader(bytes: Uint8Array, path: string, fileId: number, checksum: Checksum): void {
  const whole = bytes.length >= MANIFEST_HEADER_SIZE;
  if (!whole || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw corruptManifest(path, 0, 'it does not begin like a manifest');
  }
  if (readUint32(bytes, CHECKSUM_AT) !== checksum(bytes, 0, CHECKSUM_AT, 0)) {
    throw corruptManifest(path, 0, 'the checksum of its header does not hold');
  }
  const version = readUint32(bytes, VERSION_AT);
  if (version !== MANIFEST_VERSION) {
    throw new AlopexError(
      'ALX_INCOMPATIBLE_VERSION',
      `manifest "${path}" has format version ${version}, this release reads version ${MANIFEST_VERSION}`,
      { hint: 'Open the database with a newer release.' },
    );
  }
  if (readUint64(bytes, FILE_ID_AT) !== fileId) {
    throw corruptManifest(path, FILE_ID_AT, 'it was written under another name');
  }
}

function recordIsSound(bytes: Uint8Array, at: number, fileId: number, checksum: Checksum): boolean {
  if (at + RECORD_HEADER_SIZE > bytes.length) return false;
  const length = readUint32(bytes, at);
  if (length > bytes.length - at - RECORD_HEADER_SIZE) return false;
  return readUint32(bytes, at + 4) === recordChecksum(bytes, at, length, fileId, checksum);
}

function recordChecksum(
  bytes: Uint8Array,
  at: number,
  length: number,
  fileId: number,
  checksum: Checksum,
): number {
  const seed = new Uint8Array(8);
  writeUint64(seed, 0, fileId);
  const ofLength = checksum(bytes, at, at + 4, checksum(seed, 0, 8, 0));
  return checksum(bytes, at + RECORD_HEADER_SIZE, at + RECORD_HEADER_SIZE + length, ofLength);
}
