import { expect, test } from 'vitest';
import { resolveTarget } from './resolve-target.ts';

test.each([
  [':memory:', { kind: 'memory' }],
  ['./data', { kind: 'directory', path: './data' }],
  ['/var/lib/data', { kind: 'directory', path: '/var/lib/data' }],
  ['C:\\data', { kind: 'directory', path: 'C:\\data' }],
  ['file:///var/lib/my%20data', { kind: 'directory', path: '/var/lib/my data' }],
  ['file://localhost/data', { kind: 'directory', path: '/data' }],
  ['file:///C:/data', { kind: 'directory', path: 'C:/data' }],
  ['m.alopex', { kind: 'snapshot', path: 'm.alopex', folder: '.', name: 'm.alopex' }],
  ['/tmp/M.ALOPEX', { kind: 'snapshot', path: '/tmp/M.ALOPEX', folder: '/tmp/', name: 'M.ALOPEX' }],
  [
    'file:///C:/a%20b/m.alopex',
    { kind: 'snapshot', path: 'C:/a b/m.alopex', folder: 'C:/a b/', name: 'm.alopex' },
  ],
])('%s opens %j', (target, expected) => {
  expect(resolveTarget(target)).toEqual(expected);
});

test.each([
  ['', 'ALX_INVALID_ARGUMENT'],
  ['a\0b', 'ALX_INVALID_ARGUMENT'],
  ['file://server/data', 'ALX_INVALID_ARGUMENT'],
  ['s3://bucket/x', 'ALX_UNSUPPORTED'],
  ['alopex://host:5432/alopex', 'ALX_UNSUPPORTED'],
])('%j is refused with %s', (target, code) => {
  expect(() => resolveTarget(target)).toThrow(expect.objectContaining({ code }));
});
