/** A file outside any database, read from front to back: what imports read. Any path of the machine is fine. */
import fs from 'node:fs';
import { AlopexError } from '../base/errors.ts';
import { isDirectory } from '../vfs/file-errors.ts';
import { fileError } from './system-errors.ts';

export class InputFile implements Disposable {
  readonly path: string;
  /** When it was opened; a file that grows is read to its end nevertheless. */
  readonly sizeBytes: number;
  #bytesRead = 0;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
    try {
      const descriptor = fs.openSync(path, 'r');
      const information = fs.fstatSync(descriptor);
      if (information.isDirectory()) {
        fs.closeSync(descriptor);
        throw isDirectory(path);
      }
      this.#descriptor = descriptor;
      this.sizeBytes = information.size;
    } catch (error) {
      throw fileError(error, 'read', path);
    }
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** The next bytes, in a buffer of their own; undefined at the end. */
  read(sizeBytesMax: number): Uint8Array | undefined {
    if (this.#descriptor === undefined) {
      throw new AlopexError('ALX_CLOSED', `file "${this.path}" is closed`);
    }
    const buffer = new Uint8Array(sizeBytesMax);
    try {
      const count = fs.readSync(this.#descriptor, buffer, 0, sizeBytesMax, this.#bytesRead);
      this.#bytesRead += count;
      return count === 0 ? undefined : buffer.subarray(0, count);
    } catch (error) {
      throw fileError(error, 'read', this.path);
    }
  }

  /** Idempotent. */
  close(): void {
    if (this.#descriptor === undefined) return;
    fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
