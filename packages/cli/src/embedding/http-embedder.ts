/**
 * An embedder behind an HTTP service that speaks OpenAI's `POST {baseUrl}/embeddings` (OpenAI, Ollama, vLLM, llama.cpp,
 * LM Studio, …). The key travels only in the Authorization header and never appears in messages.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { Embedder } from './embedder.ts';

export interface HttpEmbedderOptions {
  /** Up to and without `/embeddings`, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Asked of the service and checked in its answer. */
  readonly dimension: number;
  /** Texts in one request at most; default 64. */
  readonly batchSize?: number | undefined;
  /** Milliseconds for one request; default 60,000. */
  readonly timeoutMs?: number | undefined;
}

export class HttpEmbedder implements Embedder {
  readonly name: string;
  readonly dimension: number;
  readonly #options: HttpEmbedderOptions;

  constructor(options: HttpEmbedderOptions) {
    this.#options = options;
    this.name = `${options.model} over HTTP`;
    this.dimension = options.dimension;
  }

  async embed(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Float32Array[]> {
    const batchSize = this.#options.batchSize ?? 64;
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += batchSize) {
      vectors.push(...(await this.#embedBatch(texts.slice(at, at + batchSize), options.signal)));
    }
    return vectors;
  }

  async #embedBatch(
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> {
    const { model, apiKey, dimension, timeoutMs = 60_000 } = this.#options;
    const url = `${this.#options.baseUrl.replace(/\/+$/, '')}/embeddings`;
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({
          model,
          input: texts,
          dimensions: dimension,
          encoding_format: 'float',
        }),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      body = await response.json();
    } catch (cause) {
      throw new AlopexError(
        'ALX_IO',
        `embedding service ${url} did not answer: ${describe(cause)}`,
        {
          cause,
          hint: 'Start the service, or use the offline embedder with --embedder hashing.',
        },
      );
    }
    if (!response.ok) {
      throw new AlopexError(
        'ALX_IO',
        `embedding service ${url} answered ${response.status}: ${serviceMessage(body)}`,
      );
    }
    return readVectors(body, texts.length, dimension, url);
  }
}

function readVectors(body: unknown, count: number, dimension: number, url: string): Float32Array[] {
  const data = isRecord(body) ? body['data'] : undefined;
  if (!Array.isArray(data) || data.length !== count) {
    throw new AlopexError(
      'ALX_IO',
      `embedding service ${url} answered without ${count} embeddings in "data"`,
    );
  }
  const vectors: Float32Array[] = new Array<Float32Array>(count);
  for (const [position, item] of data.entries()) {
    const embedding: unknown = isRecord(item) ? item['embedding'] : undefined;
    const index: unknown = isRecord(item) ? (item['index'] ?? position) : position;
    if (!Array.isArray(embedding) || typeof index !== 'number' || index >= count) {
      throw new AlopexError(
        'ALX_IO',
        `embedding service ${url} answered an entry ${position} without an embedding`,
      );
    }
    if (embedding.length !== dimension) {
      throw new AlopexError(
        'ALX_VECTOR_DIMENSION',
        `embedding service ${url} answered ${embedding.length} dimensions, expected ${dimension}`,
        {
          hint: `Choose a model with ${dimension} dimensions, or pass --dimension ${embedding.length}.`,
        },
      );
    }
    vectors[index] = Float32Array.from(embedding, Number);
  }
  return vectors;
}

function serviceMessage(body: unknown): string {
  const error = isRecord(body) ? body['error'] : undefined;
  const message = isRecord(error) ? error['message'] : error;
  return typeof message === 'string' ? message : 'no message';
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  return cause.message + inner;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
