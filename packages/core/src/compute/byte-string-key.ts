/** Bytes as a JavaScript string of one character each: a key for Map and Set where a table of our own is not worth it. */
const CHUNK = 4_096;

export function bytesToKey(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= CHUNK) return String.fromCharCode(...bytes.subarray(start, end));
  let key = '';
  for (let at = start; at < end; at += CHUNK) {
    key += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + CHUNK)));
  }
  return key;
}
