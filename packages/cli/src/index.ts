/**
 * The command line as a library: what `bin/alopex` runs, and the embedders of the demo.
 *
 * @packageDocumentation
 */
export { main } from './main.ts';
export { EXIT, exitCodeOf } from './exit-codes.ts';
export type { Terminal } from './terminal.ts';
export type { Embedder } from './embedding/embedder.ts';
export { HASHING_DIMENSION, HashingEmbedder } from './embedding/hashing-embedder.ts';
export { HttpEmbedder, type HttpEmbedderOptions } from './embedding/http-embedder.ts';
