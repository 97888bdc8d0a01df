/** Picks the embedder that flags and environment ask for. Flags win over `ALOPEX_EMBEDDING_*`, those over `OPENAI_*`. */
import { AlopexError } from '@alopex-db/core/base';
import type { Embedder } from './embedder.ts';
import { HASHING_DIMENSION, HashingEmbedder } from './hashing-embedder.ts';
import { HttpEmbedder } from './http-embedder.ts';

export interface EmbedderFlags {
  readonly embedder?: string | undefined;
  readonly embeddingUrl?: string | undefined;
  readonly embeddingModel?: string | undefined;
  readonly dimension?: number | undefined;
}

export function chooseEmbedder(flags: EmbedderFlags, environment: NodeJS.ProcessEnv): Embedder {
  const kind = flags.embedder ?? environment['ALOPEX_EMBEDDER'] ?? 'hashing';
  const dimension = flags.dimension ?? HASHING_DIMENSION;
  if (kind === 'hashing') return new HashingEmbedder(dimension);
  if (kind !== 'openai') {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `unknown embedder "${kind}"`, {
      hint: 'Known embedders: hashing (offline), openai (any OpenAI-compatible service).',
    });
  }
  return new HttpEmbedder({
    baseUrl:
      flags.embeddingUrl ??
      environment['ALOPEX_EMBEDDING_URL'] ??
      environment['OPENAI_BASE_URL'] ??
      'https://api.openai.com/v1',
    model:
      flags.embeddingModel ?? environment['ALOPEX_EMBEDDING_MODEL'] ?? 'text-embedding-3-small',
    apiKey: environment['ALOPEX_EMBEDDING_KEY'] ?? environment['OPENAI_API_KEY'],
    dimension,
  });
}
