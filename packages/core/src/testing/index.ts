/** Entry `@alopex-db/core/testing`: disks that fail, clocks that stand still, randomness that repeats, contract suites. */
export { noFaults, type FaultCounts } from './fault-counts.ts';
export { FaultVfs, type ChangeFault, type ReadFault } from './fault-vfs.ts';
export { parseGolden, rewriteGolden, type GoldenBlock } from './golden.ts';
export { KvModel, ModelTransaction, pairOf, type ModelPair, type ModelRange } from './kv-model.ts';
export {
  findAnomalies,
  type Anomaly,
  type AnomalyKind,
  type ListHistory,
  type ListOperation,
  type ListTransaction,
} from './list-append.ts';
export { ManualClock } from './manual-clock.ts';
export { SeededRandom } from './seeded-random.ts';
export { TRANSACTION_CONTRACT } from './transaction-contract.ts';
export type { TransactionContractCase, TransactionSubject } from './transaction-steps.ts';
export { VFS_CONTRACT, type ContractCase } from './vfs-contract.ts';
