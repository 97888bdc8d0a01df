/** The footer of a table and the directory of its sections (`format` draws both). */
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';
import {
  FOOTER_CHECKSUM_AT,
  FOOTER_SIZE,
  SECTION_ENTRY_SIZE,
  TABLE_MAGIC,
  TABLE_VERSION,
  type SectionKind,
} from './format.ts';
import { corruptTable } from './stored-block.ts';

/** Where a stored block lies; `size` is that of its payload. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

export interface Section extends Extent {
  readonly kind: SectionKind;
}

const MAGIC_AT = FOOTER_SIZE - TABLE_MAGIC.length;

export function encodeFooter(directory: Extent, tableSize: number, checksum: Checksum): Uint8Array {
  const footer = new Uint8Array(FOOTER_SIZE);
  writeUint64(footer, 0, directory.offset);
  writeUint64(footer, 8, directory.size);
  writeUint32(footer, 16, TABLE_VERSION);
  writeUint64(footer, 24, tableSize);
  writeUint32(footer, FOOTER_CHECKSUM_AT, checksum(footer, 0, FOOTER_CHECKSUM_AT, 0));
  footer.set(TABLE_MAGIC, MAGIC_AT);
  return footer;
}

/** Where the section directory lies. `footer` are the last FOOTER_SIZE bytes of a file of `fileSize` bytes. */
export function decodeFooter(
  footer: Uint8Array,
  path: string,
  fileSize: number,
  checksum: Checksum,
): Extent {
  const at = fileSize - FOOTER_SIZE;
  if (TABLE_MAGIC.some((byte, index) => footer[MAGIC_AT + index] !== byte)) {
    throw corruptTable(path, at + MAGIC_AT, 'it does not end as a table ends');
  }
  if (checksum(footer, 0, FOOTER_CHECKSUM_AT, 0) !== readUint32(footer, FOOTER_CHECKSUM_AT)) {
    throw corruptTable(path, at, 'checksum mismatch in the footer');
  }
  if (readUint32(footer, FOOTER_CHECKSUM_AT + 4) !== 0)
    throw corruptTable(path, at + FOOTER_CHECKSUM_AT + 4, 'reserved bytes are set');
  const version = readUint32(footer, 16);
  if (version !== TABLE_VERSION) {
    throw new AlopexError(
      'ALX_INCOMPATIBLE_VERSION',
      `table "${path}" has format version ${version}, this release reads version ${TABLE_VERSION}`,
      { hint: 'Open the database with a newer release.' },
    );
  }
  const tableSize = readUint64(footer, 24);
  if (tableSize !== fileSize)
    throw corruptTable(path, at, `it was written with ${tableSize} bytes and has ${fileSize}`);
  return { offset: readUint64(footer, 0), size: readUint64(footer, 8) };
}

export function encodeDirectory(sections: readonly Section[]): Uint8Array {
  const bytes = new Uint8Array(sections.length * SECTION_ENTRY_SIZE);
  for (const [index, section] of sections.entries()) {
    const at = index * SECTION_ENTRY_SIZE;
    writeUint32(bytes, at, section.kind);
    writeUint64(bytes, at + 8, section.offset);
    writeUint64(bytes, at + 16, section.size);
  }
  return bytes;
}

export function decodeDirectory(bytes: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_ENTRY_SIZE <= bytes.length; at += SECTION_ENTRY_SIZE) {
    // A codec: kinds of newer releases pass through and are not asked for.
    const kind = readUint32(bytes, at) as SectionKind;
    sections.push({ kind, offset: readUint64(bytes, at + 8), size: readUint64(bytes, at + 16) });
  }
  return sections;
}
