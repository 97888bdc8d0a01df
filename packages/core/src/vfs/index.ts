/** Entry `@alopex-db/core/vfs`: the waist for bytes. */
export type { DirectoryLock, ReadableFile, Vfs, WritableFile } from './vfs.ts';
