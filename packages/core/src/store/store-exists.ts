/** Whether a folder holds a store, without opening it. Changes nothing. */
import { CURRENT_NAME } from '../lsm/file-names.ts';
import { joinPath } from '../vfs/path.ts';
import type { Vfs } from '../vfs/vfs.ts';

/** `CURRENT` is the last file that a new store writes, so what holds it is a store. */
export function storeExists(vfs: Vfs, directory: string): boolean {
  return vfs.exists(joinPath(directory, CURRENT_NAME));
}
