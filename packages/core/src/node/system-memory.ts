/** How much memory this process may use: the container's limit where there is one, else the machine's memory. */
import os from 'node:os';

export function systemMemoryBytes(): number {
  const machine = os.totalmem();
  // Zero or an absurdly large number stands for "no limit".
  const limit = process.constrainedMemory();
  return limit > 0 && limit < machine ? limit : machine;
}
