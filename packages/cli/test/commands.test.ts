import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from './workplace.ts';

test('help and version are there for every command', async () => {
  using place = new Workplace();
  const help = await place.run(['--help']);
  expect(help.code).toBe(0);
  for (const command of [
    'sql',
    'shell',
    'import',
    'kv',
    'backup',
    'restore',
    'verify',
    'demo',
    'version',
  ]) {
    expect(help.stdout).toContain(`  ${command}`);
  }
  expect(await place.run(['kv', 'put', '--help'])).toMatchObject({ code: 0 });
  expect(await place.run(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
  const version = await place.run(['version', '--json']);
  expect(JSON.parse(version.stdout)).toHaveProperty('node', process.versions.node);
});

test('kv puts, gets, lists and deletes; a key that is not there is exit code 2', async () => {
  using place = new Workplace();
  expect(await place.run(['kv', 'get', 'a'])).toMatchObject({ code: 1 });
  for (const [key, value] of [
    ['user:1', 'Ada'],
    ['user:2', 'Grace'],
    ['visit', '7'],
  ] as const) {
    expect(await place.run(['kv', 'put', key, value])).toEqual({ code: 0, stdout: '', stderr: '' });
  }
  expect(await place.run(['kv', 'get', 'user:1'])).toEqual({
    code: 0,
    stdout: 'Ada\n',
    stderr: '',
  });
  expect(await place.run(['kv', 'get', 'user:9'])).toEqual({ code: 2, stdout: '', stderr: '' });
  const list = await place.run(['kv', 'list', '--prefix', 'user:', '--output', 'csv']);
  expect(list.stdout).toBe('key,value\nuser:1,Ada\nuser:2,Grace\n');
  const last = await place.run(['kv', 'list', '--reverse', '--limit', '1', '--json']);
  expect(JSON.parse(last.stdout)).toEqual([{ key: 'visit', value: '7' }]);
  expect((await place.run(['kv', 'delete', 'visit'])).code).toBe(0);
  expect((await place.run(['kv', 'delete', 'visit'])).code).toBe(2);
  expect((await place.run(['kv', 'put', '--hex', '00ff', '01'])).code).toBe(0);
  expect((await place.run(['kv', 'get', '--hex', '00ff'])).stdout).toBe('01\n');
  expect((await place.run(['kv', 'get', '--hex', 'xy'])).code).toBe(1);
});

test('import loads CSV and JSON lines with progress, and says where a file is wrong', async () => {
  using place = new Workplace();
  const people = place.write('people.csv', 'id,name\n1,Ada\n2,Grace\n');
  const made = await place.spawn(['import', '--from', people]);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  expect(made.stderr).toMatch(/importing .*22\/22 bytes/);
  expect(made.stderr).toMatch(/2 rows into people \(created\) in \d+\.\d\d s/);
  const jsonl = place.write('more.jsonl', '{"id": 3, "name": "Edsger"}\n');
  const more = await place.run(['import', '--from', jsonl, '--table', 'people', '--json', '-q']);
  expect(JSON.parse(more.stdout)).toMatchObject({ table: 'people', rows: 1, created: false });
  expect(more.stderr).toBe('');
  const wrong = place.write('bad.csv', 'id,name\n4,Alan\nfive,Barbara\n');
  const bad = await place.run(['import', '--from', wrong, '--table', 'people']);
  expect(bad).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('bad.csv" line 3') as string,
  });
  const rows = await place.run(['sql', 'SELECT name FROM people ORDER BY id', '--output', 'csv']);
  expect(rows.stdout).toBe('name\nAda\nGrace\nEdsger\n');
  expect((await place.run(['import', '--from', place.path('gone.csv')])).code).toBe(1);
  expect((await place.run(['import'])).code).toBe(1);
});

function writeDocuments(place: Workplace): void {
  place.write(
    'docs/guide.md',
    '# Guide\n\nWelcome to the guide of this small product, which has two chapters in all.\n\n' +
      '## Caching\n\nWe decided that the cache holds sixty four megabytes, evicts the oldest entry first and never blocks a reader.\n\n' +
      '## Backups\n\nBackups run every night at two and are kept for thirty days on the second machine in the cellar.\n',
  );
  place.write(
    'docs/tickets.csv',
    'id,title,body\n1,Printer on fire,"The printer in room seven smokes when two people print posters at the same time of day"\n',
  );
  place.write(
    'docs/notes.jsonl',
    '{"title": "Lunch", "text": "The canteen serves soup on Mondays and pancakes on every second Thursday of the month, says the cook"}\n',
  );
  place.write(
    'docs/plain.txt',
    'The heating is switched off from May to September unless the board decides otherwise in a meeting.\n',
  );
}

test('demo answers from a folder of Markdown, text, CSV and JSON lines, reopens, and does it again', async () => {
  using place = new Workplace();
  writeDocuments(place);
  const ask = (question: string) => place.run(['demo', '--docs', place.path('docs'), question]);
  const first = await ask('what did we decide about caching?');
  expect(first.code).toBe(0);
  expect(first.stdout).toContain('6 documents of 4 files in');
  expect(first.stdout).toMatch(
    /ORDER BY score DESC[\s\S]*0\.\d{4} {2}Guide > Caching\n {10}guide\.md#2/,
  );
  expect(first.stdout).toMatch(/rows in \d+\.\d\d ms/);
  expect(first.stdout).toMatch(/Closed and reopened in .* the same answer\./);
  expect(first.stderr).toContain('ingesting');
  const second = await ask('printer smokes in room seven');
  expect(second.stdout).toContain('6 documents of 4 files (4 unchanged since last time)');
  expect(second.stdout).toMatch(/LIMIT 5[^]*?0\.\d{4} {2}Printer on fire\n {10}tickets\.csv#1/);
  place.write(
    'docs/guide.md',
    '# Guide\n\nThere is nothing left in this guide but one long sentence that says so in full.\n',
  );
  const third = await ask('pancakes on Thursday');
  expect(third.stdout).toContain('4 documents of 4 files (3 unchanged since last time)');
  expect(third.stdout).toMatch(/LIMIT 5[^]*?0\.\d{4} {2}Lunch\n/);
});

test('demo takes an OpenAI-compatible service, named by flags and environment', async () => {
  using place = new Workplace();
  writeDocuments(place);
  const seen: {
    readonly authorization: string | undefined;
    readonly model: string;
    readonly count: number;
  }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { model, input } = JSON.parse(body) as { model: string; input: string[] };
      seen.push({ authorization: request.headers.authorization, model, count: input.length });
      // A vector that knows one thing: whether the text is about caching.
      const data = input.map((text, index) => ({
        index,
        embedding: [/cach/i.test(text) ? 1 : 0, 1, 0, 0],
      }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const args = [
    'demo',
    '--docs',
    place.path('docs'),
    '--dimension',
    '4',
    '--embedding-model',
    'tiny',
    'caching?',
  ];
  const environment = {
    ALOPEX_EMBEDDER: 'openai',
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY: 'secret-key',
  };
  const run = await place.run(args, { environment });
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('tiny over HTTP, 4 dimensions');
  expect(run.stdout).toMatch(/1\.0000 {2}Guide > Caching/);
  expect(run.stdout + run.stderr).not.toContain('secret-key');
  expect(seen[0]).toEqual({ authorization: 'Bearer secret-key', model: 'tiny', count: 1 });
  const sum = seen.reduce((total, { count }) => total + count, 0);
  expect(sum).toBe(1 + 6);
  server.close();
  const other = await place.run([
    'demo',
    '--docs',
    place.path('docs'),
    '--embedder',
    'hashing',
    'x',
  ]);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('vector(4)') as string });
});

test('demo says what is wrong with its documents', async () => {
  using place = new Workplace();
  expect(await place.run(['demo', '--docs', place.path('gone')])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('gone" does not exist') as string,
  });
  mkdirSync(place.path('empty'));
  expect(await place.run(['demo', '--docs', place.path('empty')])).toMatchObject({ code: 1 });
  place.write('latin/a.txt', Uint8Array.of(0xe4, 0xff));
  expect(await place.run(['demo', '--docs', place.path('latin')])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('UTF-8') as string,
  });
});

test('kv searches page by page, and writes only over what it expects', async () => {
  using place = new Workplace();
  for (const key of ['user:1', 'user:2', 'visit']) await place.run(['kv', 'put', key, 'v']);
  const first = await place.run(['kv', 'search', 'user:?', '--limit', '1', '--output', 'csv']);
  expect(first.stdout).toBe('key,value\nuser:1,v\n');
  const cursor = /--cursor-hex (\w+)/.exec(first.stderr)?.[1] ?? '';
  const next = await place.run(['kv', 'search', 'user:?', '--cursor-hex', cursor, '--json']);
  expect(JSON.parse(next.stdout)).toEqual([{ key: 'user:2', value: 'v' }]);
  const regex = await place.run(['kv', 'search', '^v', '--mode', 'regex', '--output', 'csv']);
  expect(regex).toEqual({ code: 0, stdout: 'key,value\nvisit,v\n', stderr: '' });
  expect((await place.run(['kv', 'cas', 'visit', 'w'])).code).toBe(2);
  expect((await place.run(['kv', 'cas', 'visit', 'w', '--expected', 'v'])).code).toBe(0);
  expect((await place.run(['kv', 'put', 'a', 'b', '--ttl-ms', '-1'])).code).toBe(1);
});

test('kv takes and shows bytes as base64, streams files both ways, and bounds a search', async () => {
  using place = new Workplace();
  expect((await place.run(['kv', 'put', '--base64', 'AP8=', 'AQI='])).code).toBe(0);
  expect((await place.run(['kv', 'get', '--hex', '00ff'])).stdout).toBe('0102\n');
  expect((await place.run(['kv', 'get', '--base64', 'AP8='])).stdout).toBe('AQI=\n');
  expect((await place.run(['kv', 'get', '--base64', 'A'])).code).toBe(1);
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) & 255);
  const from = place.write('from.bin', bytes);
  const to = place.path('to.bin');
  expect((await place.run(['kv', 'put', 'file', '--file', from])).code).toBe(0);
  expect((await place.run(['kv', 'get', 'file', '--file', to])).code).toBe(0);
  expect(readFileSync(to).equals(bytes)).toBe(true);
  expect((await place.run(['kv', 'put', 'in', '--file', '-'], { input: 'piped' })).code).toBe(0);
  expect((await place.run(['kv', 'get', 'in'])).stdout).toBe('piped\n');
  expect((await place.run(['kv', 'put', 'neither'])).code).toBe(1);
  expect((await place.run(['kv', 'put', 'gone', '--file', place.path('gone')])).code).toBe(1);
  expect((await place.run(['kv', 'get', 'gone'])).code).toBe(2);
  expect((await place.run(['kv', 'get', 'gone', '--file', to])).code).toBe(2);
  const page = await place.run(['kv', 'search', 'i*', '--scan-budget', '1', '--output', 'csv']);
  expect(page.stdout).toBe('key,value\nin,piped\n');
  expect((await place.run(['kv', 'search', 'i*', '--scan-budget', '0'])).code).toBe(1);
  expect((await place.run(['kv', 'watch'])).code).toBe(5);
});
