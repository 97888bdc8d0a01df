/** Finds and reads documents below a folder: .md, .markdown, .txt; .csv, .tsv, .jsonl and .ndjson one document a record. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { AlopexError, decodeUtf8Strict } from '@alopex-db/core/base';
import { readRecords, type FileRecord } from '@alopex-db/embedded';
import type { Document } from './document.ts';
import { splitMarkdown } from './split-markdown.ts';
import { splitText } from './split-text.ts';

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'coverage',
  'target',
  'vendor',
]);

const KINDS: ReadonlyMap<string, Document['kind']> = new Map([
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
  ['.txt', 'text'],
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
]);

export interface SourceFile {
  readonly path: string;
  /** Relative to the folder that was asked for, with `/`. */
  readonly source: string;
  readonly kind: Document['kind'];
  readonly sizeBytes: number;
}

/**
 * The readable files below a folder, or one file, sorted so that every run reads them in the same order. Hidden files and
 * folders are skipped, and kinds that are not asked for.
 */
export async function findFiles(
  folder: string,
  kinds?: ReadonlySet<Document['kind']>,
): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  const take = async (path: string, source: string): Promise<void> => {
    const kind = KINDS.get(extname(path).toLowerCase());
    if (kind === undefined || (kinds !== undefined && !kinds.has(kind))) return;
    found.push({ path, source, kind, sizeBytes: (await stat(path)).size });
  };
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) await walk(path);
      else if (entry.isFile()) await take(path, relative(folder, path).split(sep).join('/'));
    }
  };
  const information = await stat(folder).catch((cause: unknown) => {
    throw new AlopexError(
      'ALX_FILE_NOT_FOUND',
      `cannot read documents: "${folder}" does not exist`,
      { cause },
    );
  });
  if (information.isFile()) await take(folder, basename(folder));
  else await walk(folder);
  return found.sort((left, right) => (left.source < right.source ? -1 : 1));
}

/** The documents of one file. `onBytes` hears how far a long one is read. */
export async function* readDocuments(
  { path, source, kind }: SourceFile,
  onBytes?: (bytesRead: number) => void,
): AsyncGenerator<Document> {
  if (kind === 'csv' || kind === 'jsonl') {
    const onProgress = ({ bytesRead }: { readonly bytesRead: number }): void =>
      onBytes?.(bytesRead);
    let number = 0;
    for await (const record of readRecords(path, { onProgress })) {
      number += 1;
      const title = titleOf(record, source, number);
      yield { id: `${source}#${number}`, source, kind, title, content: textOf(record) };
    }
    return;
  }
  const text = decodeUtf8Strict(await readFile(path));
  if (text === undefined) {
    throw new AlopexError('ALX_INVALID_TEXT_ENCODING', `"${source}" is not valid UTF-8`, {
      hint: 'Convert the file to UTF-8, or move it out of the folder.',
    });
  }
  const sections =
    kind === 'markdown'
      ? splitMarkdown(text, source)
      : splitText(text).map((content) => ({ title: source, content }));
  for (const [index, { title, content }] of sections.entries()) {
    yield { id: `${source}#${index + 1}`, source, kind, title, content };
  }
}

function titleOf(record: FileRecord, source: string, number: number): string {
  for (const name of ['title', 'name', 'subject', 'id']) {
    const value = record[name];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return `${source} record ${number}`;
}

/** `name: value` lines, so that column names can be found too. */
function textOf(record: FileRecord): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(record)) {
    if (value === null || value === '') continue;
    lines.push(`${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  }
  return lines.join('\n');
}
