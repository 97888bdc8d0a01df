/** Byte strings: comparison, joining, hexadecimal and UTF-8. Ranges are [start, end). */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Unsigned lexicographic order of two ranges: negative, 0 or positive. A prefix comes before what it starts. */
export function compareRanges(
  left: Uint8Array,
  leftStart: number,
  leftEnd: number,
  right: Uint8Array,
  rightStart: number,
  rightEnd: number,
): number {
  const leftLength = leftEnd - leftStart;
  const rightLength = rightEnd - rightStart;
  const common = leftLength < rightLength ? leftLength : rightLength;
  for (let index = 0; index < common; index += 1) {
    const difference = left[leftStart + index]! - right[rightStart + index]!;
    if (difference !== 0) return difference;
  }
  return leftLength - rightLength;
}

/** Unsigned lexicographic order of two whole byte strings. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return compareRanges(left, 0, left.length, right, 0, right.length);
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && compareBytes(left, right) === 0;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * The first byte string after every string that starts with `prefix`, or undefined when there is none (all bytes 0xff):
 * the exclusive end of a prefix scan.
 */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return undefined;
  const end = prefix.slice(0, length);
  end[length - 1]! += 1;
  return end;
}

/** Up to this length writing ASCII unit by unit beats the encoder (measured: 12 bytes 84 ns against 449, 48 bytes 164 against 299). */
const COPY_LENGTH_MAX = 48;

export function encodeUtf8(text: string): Uint8Array {
  const { length } = text;
  if (length > COPY_LENGTH_MAX) return encoder.encode(text);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encoder.encode(text);
    bytes[index] = unit;
  }
  return bytes;
}

/** Up to this length joining characters beats the decoder (measured: 5 bytes 37 ns against 105, 14 bytes 152 against 111). */
const JOIN_LENGTH_MAX = 12;

/** Decodes UTF-8; broken sequences become U+FFFD. Short ASCII runs avoid the decoder, which costs more than they do. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= JOIN_LENGTH_MAX) {
    let text = '';
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index]!;
      if (byte >= 0x80) return decodeLong(bytes, start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decodeLong(bytes, start, end);
}

// TextDecoder refuses views on shared memory in browsers: those are copied first.
function decodeLong(bytes: Uint8Array, start: number, end: number): string {
  const shared =
    typeof SharedArrayBuffer !== 'undefined' && bytes.buffer instanceof SharedArrayBuffer;
  return decoder.decode(shared ? bytes.slice(start, end) : bytes.subarray(start, end));
}

/** Decodes UTF-8 and returns undefined when it is not valid. */
export function decodeUtf8Strict(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined; // the decoder's only failure is malformed input, which the caller reports with a position
  }
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** Parses pairs of hexadecimal digits; undefined when the text is not that. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}
