/** The folders of `core` in dependency order: each imports only folders above it. */

/** A nested folder (`lsm/compaction`) stands after its parent: the parent states contracts, the child uses them. */
export const CORE_FOLDERS: readonly string[] = [
  'base',
  'types',
  'memory',
  'kernels',
  'compute',
  'compute/aggregate',
  'vfs',
  'exec',
  'formats',
  'wal',
  'memtable',
  'sstable',
  'lsm',
  'lsm/compaction',
  'txn',
  'columnar',
  'columnar/encoding',
  'vector',
  'vector/hnsw',
  'vector/keyspace',
  'store',
  'node',
  'testing',
];
