import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputFile } from './input-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'alopex-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file comes in pieces up to its end, whatever its name', () => {
  const path = join(folder, 'a:b.txt');
  writeFileSync(path, 'hello');
  using file = new InputFile(path);
  const pieces: string[] = [];
  for (let piece = file.read(2); piece !== undefined; piece = file.read(2)) {
    pieces.push(Buffer.from(piece).toString());
  }
  expect([pieces, file.bytesRead, file.sizeBytes]).toEqual([['he', 'll', 'o'], 5, 5]);
});

test('what cannot be read is named', () => {
  expect(() => new InputFile(join(folder, 'gone'))).toThrow(
    expect.objectContaining({ code: 'ALX_FILE_NOT_FOUND' }),
  );
  expect(() => new InputFile(folder)).toThrow(expect.objectContaining({ code: 'ALX_FILE_ACCESS' }));
  const file = new InputFile(join(folder, 'a:b.txt'));
  file.close();
  file.close();
  expect(() => file.read(1)).toThrow(expect.objectContaining({ code: 'ALX_CLOSED' }));
});
