import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { HttpEmbedder } from './http-embedder.ts';

interface SeenRequest {
  readonly authorization: string | undefined;
  readonly body: { model: string; input: string[]; dimensions: number };
}

let answer: (request: SeenRequest) => { readonly status: number; readonly body: unknown };
const seen: SeenRequest[] = [];
const server = createServer((request, response) => {
  void readBody(request).then((text) => {
    const one = {
      authorization: request.headers.authorization,
      body: JSON.parse(text) as SeenRequest['body'],
    };
    seen.push(one);
    const { status, body } = answer(one);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});
let baseUrl = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => void server.close());
beforeEach(() => void seen.splice(0));

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function embedder(overrides: { batchSize?: number } = {}): HttpEmbedder {
  return new HttpEmbedder({
    baseUrl,
    model: 'tiny',
    apiKey: 'secret-key',
    dimension: 2,
    ...overrides,
  });
}

test('vectors come back in input order over several requests, whatever order the service answers in', async () => {
  answer = ({ body }) => ({
    status: 200,
    body: {
      data: body.input.map((text, index) => ({ index, embedding: [text.length, 0.5] })).reverse(),
    },
  });
  const vectors = await embedder({ batchSize: 2 }).embed(['a', 'bb', 'ccc']);
  expect(vectors.map((vector) => [...vector])).toEqual([
    [1, 0.5],
    [2, 0.5],
    [3, 0.5],
  ]);
  expect(seen.map(({ body }) => body.input)).toEqual([['a', 'bb'], ['ccc']]);
  expect(seen[0]).toMatchObject({
    authorization: 'Bearer secret-key',
    body: { model: 'tiny', dimensions: 2 },
  });
});

test('a refusal names the status and the service message and never the key', async () => {
  answer = () => ({ status: 401, body: { error: { message: 'bad key' } } });
  const error = await embedder()
    .embed(['a'])
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: 'ALX_IO',
    message: expect.stringContaining('401: bad key') as string,
  });
  expect(String(error)).not.toContain('secret-key');
});

test('a vector of the wrong length is refused with both lengths', async () => {
  answer = () => ({ status: 200, body: { data: [{ index: 0, embedding: [1, 2, 3] }] } });
  await expect(embedder().embed(['a'])).rejects.toMatchObject({
    code: 'ALX_VECTOR_DIMENSION',
    message: expect.stringContaining('3 dimensions, expected 2') as string,
  });
});

test('a service that is not there is named with the way out', async () => {
  const gone = new HttpEmbedder({ baseUrl: 'http://127.0.0.1:1/v1', model: 'tiny', dimension: 2 });
  await expect(gone.embed(['a'])).rejects.toMatchObject({
    code: 'ALX_IO',
    hint: expect.stringContaining('--embedder hashing') as string,
  });
});
