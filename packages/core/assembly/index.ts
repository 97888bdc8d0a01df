/**
 * The kernel module: pure functions over addresses of an imported memory. It owns no byte of that memory (no data segment,
 * no heap, no globals), so one compiled module serves every memory: a segment's, a batch arena, a worker's.
 */
export { crc32, fillCrc32Tables } from './crc32';
export { dotF32, l1F32, squaredL2F32 } from './float32';
export { hnswInsert } from './hnsw-insert';
export { hnswScan } from './hnsw-scan';
export { hnswEncode, hnswScore } from './hnsw-score';
export { hnswSearch } from './hnsw-search';
export { dotI8, dotsI8 } from './int8';
export { reducedDistances, squaredNorms } from './reduced-distance';
export { scanTopK, sortHeap } from './top-k';
