import { describe, it } from 'vitest';
import { VFS_CONTRACT } from '../testing/vfs-contract.ts';
import { MemoryVfs } from './memory-vfs.ts';

describe('MemoryVfs', () => {
  for (const { title, run } of VFS_CONTRACT) it(title, () => run(new MemoryVfs()));
});
