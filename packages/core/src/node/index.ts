/** Entry `@alopex-db/core/node`: files, time, randomness and native code of Node. */
export { systemChecksum } from './checksum.ts';
export { InputFile } from './input-file.ts';
export { NodeVfs } from './node-vfs.ts';
export { systemClock } from './system-clock.ts';
export { systemMemoryBytes } from './system-memory.ts';
export { systemPause } from './system-pause.ts';
export { systemRandom } from './system-random.ts';
export { zstdCompression } from './zstd.ts';
