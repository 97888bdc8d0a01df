/** Entry `@alopex-db/core/testing`: disks that fail, clocks that stand still, randomness that repeats, contract suites. */
export { FaultVfs, type ChangeFault } from './fault-vfs.ts';
export { ManualClock } from './manual-clock.ts';
export { SeededRandom } from './seeded-random.ts';
export { VFS_CONTRACT, type ContractCase } from './vfs-contract.ts';
