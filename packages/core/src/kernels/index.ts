/** Entry `@alopex-db/core/kernels`: the hot loops and the memory they run on. */
export { kernelChecksum } from './checksum.ts';
export type { HnswFunctions } from './hnsw-functions.ts';
export {
  CRC32_TABLE_BYTES,
  type KernelFunctions,
  type KernelKind,
  type Kernels,
} from './kernels.ts';
export {
  PAGE_BYTES,
  PAGES_MAX,
  pagesFor,
  type LinearMemory,
  type MemorySize,
} from './linear-memory.ts';
export { loadKernels, loadKernelsAsync, type KernelOptions } from './load-kernels.ts';
export { METRIC_CODE, type MetricCode } from './metric-code.ts';
export { OrderKeyF32 } from './order-key-f32.ts';
