/**
 * The bytes of a snapshot file, `.alopex`. Part of the file format, do not change; `docs/formats/snapshot.md` is its manual.
 *
 *   snapshot := header section* index footer
 *   header   := magic "ALPX" (4) | version (4) | checksum kind (4) | compression kind (4) | flags (8) | zeros (36) | checksum (4)
 *   index    := entry*
 *   entry    := kind (4) | zeros (4) | id (8) | offset (8) | size (8) | checksum of the section (4) | zeros (4)
 *   footer   := index offset (8) | index size (8) | file size (8) | timestamp (8) | entries (4) | checksum of the index (4)
 *             | version (4) | zeros (12) | checksum (4) | magic "XPLA" (4)
 *
 * Numbers are little endian. The checksums of header and footer cover the bytes before them. Sections lie one behind the other, the
 * index follows the last one, so that every byte of the file is under some checksum. Header and footer keep their place, size, magic,
 * version and checksum in every version to come: a reader can always say that a file is too new for it.
 */
import type { Checksum } from '../../base/checksum.ts';
import { AlopexError } from '../../base/errors.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../../base/little-endian.ts';

export const SNAPSHOT_VERSION = 1;
export const SNAPSHOT_HEADER_SIZE = 64;
export const SNAPSHOT_FOOTER_SIZE = 64;
export const SNAPSHOT_ENTRY_SIZE = 40;

/** What a section holds. Readers pass over kinds that they do not know. */
export const SNAPSHOT_SECTION = {
  /** A manifest; `id` is its file id. There is one. */
  metadata: 1,
  /** A table; `id` is its file id. */
  table: 2,
  /** The next three are reserved. */
  vectorIndex: 3,
  columnarSegment: 4,
  largeValue: 5,
} as const;

const HEADER_MAGIC = 0x58504c41; // "ALPX"
const FOOTER_MAGIC = 0x414c5058; // "XPLA"
const CHECKSUM_CRC32 = 1;
/** Sections are stored as they are: blocks of tables are compressed one by one. */
const COMPRESSION_NONE = 0;
const HEADER_CHECKSUM_AT = 60;
const FOOTER_CHECKSUM_AT = 56;
const FOOTER_MAGIC_AT = 60;

export interface SnapshotSection {
  readonly kind: number;
  readonly id: number;
  readonly offset: number;
  readonly size: number;
  readonly checksum: number;
}

export interface SnapshotFooter {
  readonly indexOffset: number;
  readonly indexSize: number;
  readonly fileSize: number;
  /** The newest commit version in the snapshot, microseconds since 1970. */
  readonly timestamp: number;
  readonly sectionCount: number;
  readonly indexChecksum: number;
}

export function encodeSnapshotHeader(checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(SNAPSHOT_HEADER_SIZE);
  writeUint32(bytes, 0, HEADER_MAGIC);
  writeUint32(bytes, 4, SNAPSHOT_VERSION);
  writeUint32(bytes, 8, CHECKSUM_CRC32);
  writeUint32(bytes, 12, COMPRESSION_NONE);
  writeUint32(bytes, HEADER_CHECKSUM_AT, checksum(bytes, 0, HEADER_CHECKSUM_AT, 0));
  return bytes;
}

/** Throws ALX_NOT_A_DATABASE, ALX_CORRUPT or ALX_INCOMPATIBLE_VERSION. */
export function checkSnapshotHeader(bytes: Uint8Array, path: string, checksum: Checksum): void {
  if (readUint32(bytes, 0) !== HEADER_MAGIC) {
    throw new AlopexError('ALX_NOT_A_DATABASE', `"${path}" is not a snapshot file`, {
      hint: 'A snapshot begins with the letters ALPX; check the path.',
    });
  }
  if (readUint32(bytes, HEADER_CHECKSUM_AT) !== checksum(bytes, 0, HEADER_CHECKSUM_AT, 0))
    throw corruptSnapshot(path, 0, 'checksum mismatch in the header');
  requireVersion(path, readUint32(bytes, 4));
  const isKnown =
    readUint32(bytes, 8) === CHECKSUM_CRC32 &&
    readUint32(bytes, 12) === COMPRESSION_NONE &&
    readUint64(bytes, 16) === 0;
  if (isKnown) return;
  throw new AlopexError(
    'ALX_INCOMPATIBLE_VERSION',
    `snapshot "${path}" uses checksums, compression or flags that this release does not know`,
    { hint: 'Open it with a newer release.' },
  );
}

export function encodeSnapshotFooter(footer: SnapshotFooter, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(SNAPSHOT_FOOTER_SIZE);
  writeUint64(bytes, 0, footer.indexOffset);
  writeUint64(bytes, 8, footer.indexSize);
  writeUint64(bytes, 16, footer.fileSize);
  writeUint64(bytes, 24, footer.timestamp);
  writeUint32(bytes, 32, footer.sectionCount);
  writeUint32(bytes, 36, footer.indexChecksum);
  writeUint32(bytes, 40, SNAPSHOT_VERSION);
  writeUint32(bytes, FOOTER_CHECKSUM_AT, checksum(bytes, 0, FOOTER_CHECKSUM_AT, 0));
  writeUint32(bytes, FOOTER_MAGIC_AT, FOOTER_MAGIC);
  return bytes;
}

/** `bytes` are the last of a file of `fileSize` bytes. Throws ALX_CORRUPT or ALX_INCOMPATIBLE_VERSION. */
export function decodeSnapshotFooter(
  bytes: Uint8Array,
  path: string,
  fileSize: number,
  checksum: Checksum,
): SnapshotFooter {
  const at = fileSize - SNAPSHOT_FOOTER_SIZE;
  if (readUint32(bytes, FOOTER_MAGIC_AT) !== FOOTER_MAGIC)
    throw corruptSnapshot(path, at + FOOTER_MAGIC_AT, 'it does not end as a snapshot ends');
  if (readUint32(bytes, FOOTER_CHECKSUM_AT) !== checksum(bytes, 0, FOOTER_CHECKSUM_AT, 0))
    throw corruptSnapshot(path, at, 'checksum mismatch in the footer');
  requireVersion(path, readUint32(bytes, 40));
  const footer: SnapshotFooter = {
    indexOffset: readUint64(bytes, 0),
    indexSize: readUint64(bytes, 8),
    fileSize: readUint64(bytes, 16),
    timestamp: readUint64(bytes, 24),
    sectionCount: readUint32(bytes, 32),
    indexChecksum: readUint32(bytes, 36),
  };
  if (footer.fileSize !== fileSize) {
    const why = `it was written with ${footer.fileSize} bytes and has ${fileSize}`;
    throw corruptSnapshot(path, at, why);
  }
  const { indexOffset, indexSize, sectionCount } = footer;
  if (indexSize !== sectionCount * SNAPSHOT_ENTRY_SIZE || indexOffset + indexSize !== at)
    throw corruptSnapshot(path, at, 'the index does not fit between the sections and the footer');
  return footer;
}

export function encodeSnapshotIndex(sections: readonly SnapshotSection[]): Uint8Array {
  const bytes = new Uint8Array(sections.length * SNAPSHOT_ENTRY_SIZE);
  for (const [index, section] of sections.entries()) {
    const at = index * SNAPSHOT_ENTRY_SIZE;
    writeUint32(bytes, at, section.kind);
    writeUint64(bytes, at + 8, section.id);
    writeUint64(bytes, at + 16, section.offset);
    writeUint64(bytes, at + 24, section.size);
    writeUint32(bytes, at + 32, section.checksum);
  }
  return bytes;
}

/** Throws ALX_CORRUPT. The sections fill the file from header to index without gap or overlap. */
export function decodeSnapshotIndex(
  bytes: Uint8Array,
  path: string,
  footer: SnapshotFooter,
  checksum: Checksum,
): SnapshotSection[] {
  const { indexOffset, indexChecksum } = footer;
  if (checksum(bytes, 0, bytes.length, 0) !== indexChecksum)
    throw corruptSnapshot(path, indexOffset, 'checksum mismatch in the index');
  const sections: SnapshotSection[] = [];
  let end = SNAPSHOT_HEADER_SIZE;
  for (let at = 0; at < bytes.length; at += SNAPSHOT_ENTRY_SIZE) {
    const section: SnapshotSection = {
      kind: readUint32(bytes, at),
      id: readUint64(bytes, at + 8),
      offset: readUint64(bytes, at + 16),
      size: readUint64(bytes, at + 24),
      checksum: readUint32(bytes, at + 32),
    };
    if (section.offset !== end)
      throw corruptSnapshot(path, indexOffset + at, 'a section does not follow the one before it');
    end += section.size;
    sections.push(section);
  }
  if (end !== indexOffset)
    throw corruptSnapshot(path, indexOffset, 'the sections do not end where the index begins');
  return sections;
}

export function corruptSnapshot(path: string, offset: number, why: string): AlopexError {
  const message = `snapshot "${path}" is damaged at offset ${offset}: ${why}`;
  return new AlopexError('ALX_CORRUPT', message, { hint: 'Use another copy of the snapshot.' });
}

function requireVersion(path: string, version: number): void {
  if (version === SNAPSHOT_VERSION) return;
  throw new AlopexError(
    'ALX_INCOMPATIBLE_VERSION',
    `snapshot "${path}" has format version ${version}, this release reads version ${SNAPSHOT_VERSION}`,
    { hint: 'Open it with a newer release.' },
  );
}
