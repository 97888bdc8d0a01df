/** Entry `@alopex-db/core/vfs`: the waist for bytes. */
export { MemoryVfs } from './memory-vfs.ts';
export { checkPath, directoryOf, joinPath, nameOf } from './path.ts';
export type { DirectoryLock, ReadableFile, Vfs, WritableFile } from './vfs.ts';
