/** Numbers in files: unsigned, little endian, at any alignment. */

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}

/** Writes a safe integer. */
export function writeUint64(bytes: Uint8Array, at: number, value: number): void {
  writeUint32(bytes, at, value % 0x1_0000_0000);
  writeUint32(bytes, at + 4, Math.floor(value / 0x1_0000_0000));
}

/** Beyond 2^53 the result is rounded: nothing that we wrote, so its user finds it implausible. */
export function readUint64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) + readUint32(bytes, at + 4) * 0x1_0000_0000;
}
