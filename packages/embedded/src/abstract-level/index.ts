/** Entry `@alopex-db/embedded/abstract-level`: an Alopex store for programs written to LevelDB's interface. */
export { AlopexLevel, type AlopexLevelOptions, type AlopexWriteOptions } from './alopex-level.ts';
