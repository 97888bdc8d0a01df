import { expect, test } from 'vitest';
import { splitMarkdown } from './split-markdown.ts';

test('sections carry the titles of their ancestors', () => {
  const text = '# Guide\nintro\n## Storage\nbytes\n### WAL\nlog\n## SQL\nrows\n';
  expect(splitMarkdown(text, 'guide.md')).toEqual([
    { title: 'Guide', content: 'intro' },
    { title: 'Guide > Storage', content: 'bytes' },
    { title: 'Guide > Storage > WAL', content: 'log' },
    { title: 'Guide > SQL', content: 'rows' },
  ]);
});

test('a hash inside fenced code is not a heading, whatever the fence', () => {
  const text = '# A\n```sh\n# comment\n```\n~~~\n## not either\n```\n~~~\nend\n';
  expect(splitMarkdown(text, 'a.md')).toEqual([
    { title: 'A', content: '```sh\n# comment\n```\n~~~\n## not either\n```\n~~~\nend' },
  ]);
});

test('underlined headings split too, and a rule between paragraphs does not', () => {
  const text = 'Title\n=====\nbody\n\n---\n\nmore\n\nPart\n----\nrest\n';
  expect(splitMarkdown(text, 't.md')).toEqual([
    { title: 'Title', content: 'body\n\n---\n\nmore' },
    { title: 'Title > Part', content: 'rest' },
  ]);
});

test('front matter is dropped and text before the first heading is kept under the file name', () => {
  expect(splitMarkdown('---\ntitle: x\n---\nhello\n# A\n', 'x.md')).toEqual([
    { title: 'x.md', content: 'hello' },
  ]);
});

test('a heading without text below it makes no section', () => {
  expect(splitMarkdown('# A\n## B\ntext', 'x.md')).toEqual([{ title: 'A > B', content: 'text' }]);
});
