/** UUIDs: 16 bytes inside, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` outside. Reads what PostgreSQL reads. */
import { fromHex, toHex } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';

export function formatUuid(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const FORM = /^[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}$/i;

/** Any case, optional braces, a hyphen after any group of four digits. ALX_CAST_FAILURE for anything else. */
export function parseUuid(text: string): Uint8Array {
  const body = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const bytes = FORM.test(body) ? fromHex(body.replaceAll('-', '')) : undefined;
  if (bytes === undefined) {
    throw new AlopexError('ALX_CAST_FAILURE', `invalid input syntax for type uuid: "${text}"`);
  }
  return bytes;
}
