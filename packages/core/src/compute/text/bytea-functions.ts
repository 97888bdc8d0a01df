/** Functions between text and bytea: encode, decode, md5. */
import { encodeUtf8, fromHex, toHex } from '../../base/bytes.ts';
import { AlopexError } from '../../base/errors.ts';
import { strictFunction } from '../define-function.ts';
import { md5 } from './md5.ts';

export const byteaFunctions = {
  /** (bytea, format) -> text */
  encode: strictFunction('encode', ([bytes, format]) =>
    encode(bytes as Uint8Array, String(format)),
  ),
  /** (text, format) -> bytea */
  decode: strictFunction('decode', ([text, format]) => decode(String(text), String(format))),
  /** (text) and (bytea) -> text */
  md5: strictFunction('md5', ([value]) =>
    toHex(md5(value instanceof Uint8Array ? value : encodeUtf8(String(value)))),
  ),
} as const;

function unknownEncoding(format: string): AlopexError {
  return new AlopexError('ALX_INVALID_ARGUMENT', `unrecognized encoding: "${format}"`, {
    hint: 'Use hex, base64 or escape.',
  });
}

function encode(bytes: Uint8Array, format: string): string {
  switch (format.toLowerCase()) {
    case 'hex':
      return toHex(bytes);
    case 'base64':
      // PostgreSQL breaks lines after 76 characters.
      return toBase64(bytes).replaceAll(/.{76}(?=.)/g, '$&\n');
    case 'escape':
      return Array.from(bytes, escapeByte).join('');
    default:
      throw unknownEncoding(format);
  }
}

function escapeByte(byte: number): string {
  if (byte === 0x5c) return '\\\\';
  if (byte === 0 || byte >= 0x80) return `\\${byte.toString(8).padStart(3, '0')}`;
  return String.fromCharCode(byte);
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += BASE64[word >>> 18]! + BASE64[(word >>> 12) & 63]!;
    text += at + 1 < bytes.length ? BASE64[(word >>> 6) & 63]! : '=';
    text += at + 2 < bytes.length ? BASE64[word & 63]! : '=';
  }
  return text;
}

function decode(text: string, format: string): Uint8Array {
  switch (format.toLowerCase()) {
    case 'hex': {
      const bytes = fromHex(text.replaceAll(/\s/g, ''));
      if (bytes === undefined)
        throw new AlopexError('ALX_INVALID_ARGUMENT', 'invalid hexadecimal digits');
      return bytes;
    }
    case 'base64':
      return fromBase64(text.replaceAll(/\s/g, ''));
    default:
      throw unknownEncoding(format);
  }
}

function fromBase64(text: string): Uint8Array {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'invalid base64 end sequence', {
      hint: 'Input data is missing padding, is truncated, or is otherwise corrupted.',
    });
  }
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
    let word = 0;
    for (let index = at; index < at + 4; index += 1)
      word = (word << 6) | Math.max(0, BASE64.indexOf(text[index]!));
    for (let index = 0; index < 3 && to + index < bytes.length; index += 1)
      bytes[to + index] = word >>> (16 - index * 8);
  }
  return bytes;
}
