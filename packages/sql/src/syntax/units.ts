/** Classes of UTF-16 units, and the cut of long identifiers. */

const SPACE = 1;
const START = 2;
const PART = 4;
const OPERATOR = 8;

const CLASSES = new Uint8Array(128);
mark(' \t\n\r\f\v', SPACE);
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', START | PART);
mark('0123456789$', PART);
mark('+-*/<>=~!@#%^&|', OPERATOR);

function mark(units: string, flags: number): void {
  for (let i = 0; i < units.length; i++) CLASSES[units.charCodeAt(i)]! |= flags;
}

export function isSpace(unit: number): boolean {
  return unit < 128 && (CLASSES[unit]! & SPACE) !== 0;
}

export function isIdentifierStart(unit: number): boolean {
  return unit < 128 ? (CLASSES[unit]! & START) !== 0 : unit > 127;
}

export function isIdentifierPart(unit: number): boolean {
  return unit < 128 ? (CLASSES[unit]! & PART) !== 0 : unit > 127;
}

export function isOperatorUnit(unit: number): boolean {
  return unit < 128 && (CLASSES[unit]! & OPERATOR) !== 0;
}

/** PostgreSQL's NAMEDATALEN - 1. */
const IDENTIFIER_BYTES_MAX = 63;

/** The longest prefix of whole code points within 63 bytes of UTF-8, as PostgreSQL cuts a longer name. */
export function truncateIdentifier(name: string): string {
  if (name.length * 3 <= IDENTIFIER_BYTES_MAX) return name;
  let bytes = 0;
  let end = 0;
  for (const point of name) {
    const code = point.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > IDENTIFIER_BYTES_MAX) return name.slice(0, end);
    end += point.length;
  }
  return name;
}
