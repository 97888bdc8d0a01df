/**
 * The demo's table: text, metadata and vector of each document side by side. Each file is one transaction, so that a reader
 * sees either its old or its new documents. A fingerprint of file and embedder goes into `db.kv` with them: a file that has
 * not changed is not embedded again.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AlopexError } from '@alopex-db/core/base';
import type { Database, SessionTransaction, SqlValue } from '@alopex-db/embedded';
import type { Document } from '../documents/document.ts';
import { readDocuments, type SourceFile } from '../documents/read-folder.ts';
import type { Embedder } from '../embedding/embedder.ts';

/** Documents embedded and inserted together. */
const BATCH_SIZE = 64;

const FINGERPRINT_KEY = 'demo/fingerprint/';

export interface IngestReport {
  readonly documents: number;
  readonly files: number;
  /** Files that were there already, unchanged. */
  readonly unchanged: number;
}

export async function createDocumentTable(database: Database, dimension: number): Promise<void> {
  await database.execute(`CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    words INTEGER NOT NULL CHECK (words >= 0),
    embedding VECTOR(${dimension}) NOT NULL
  )`);
  const columns = await database.catalog.columns('documents');
  const type = columns.find(({ name }) => name === 'embedding')?.type;
  if (type === `vector(${dimension})`) return;
  throw new AlopexError(
    'ALX_VECTOR_DIMENSION',
    `the documents of this directory have a ${type ?? 'missing'} embedding, the embedder makes vector(${dimension})`,
    {
      hint: 'Choose another directory with --data-dir, or the dimension of before with --dimension.',
    },
  );
}

/** Brings the table to the state of `files`: new and changed ones are read, those that are gone are forgotten. */
export async function ingest(
  database: Database,
  files: readonly SourceFile[],
  embedder: Embedder,
  onBytes: (bytes: number) => void,
): Promise<IngestReport> {
  let unchanged = 0;
  let bytesBefore = 0;
  for (const file of files) {
    const fingerprint = await fingerprintOf(file, embedder);
    if ((await database.kv.getText(FINGERPRINT_KEY + file.source)) === fingerprint) unchanged += 1;
    else {
      await database.transaction((tx) =>
        replaceFile(tx, file, fingerprint, embedder, (bytes) => onBytes(bytesBefore + bytes)),
      );
    }
    bytesBefore += file.sizeBytes;
    onBytes(bytesBefore);
  }
  await forgetOthers(database, new Set(files.map(({ source }) => source)));
  const documents = await database.query('SELECT count(*) FROM documents').value<number>();
  return { documents: documents ?? 0, files: files.length, unchanged };
}

async function replaceFile(
  tx: SessionTransaction,
  file: SourceFile,
  fingerprint: string,
  embedder: Embedder,
  onBytes: (bytes: number) => void,
): Promise<void> {
  await tx.execute('DELETE FROM documents WHERE source = $1', [file.source]);
  let batch: Document[] = [];
  for await (const document of readDocuments(file, onBytes)) {
    batch.push(document);
    if (batch.length < BATCH_SIZE) continue;
    await insert(tx, batch, embedder);
    batch = [];
  }
  if (batch.length > 0) await insert(tx, batch, embedder);
  await tx.kv.put(FINGERPRINT_KEY + file.source, fingerprint);
}

async function insert(
  tx: SessionTransaction,
  documents: readonly Document[],
  embedder: Embedder,
): Promise<void> {
  const vectors = await embedder.embed(
    documents.map(({ title, content }) => `${title}\n${content}`),
  );
  const rows = documents.map(({ id, source, kind, title, content }, index): SqlValue[] => {
    return [id, source, kind, title, content, countWords(content), vectors[index]!];
  });
  await tx.executeMany('INSERT INTO documents VALUES ($1, $2, $3, $4, $5, $6, $7)', rows);
}

async function forgetOthers(database: Database, sources: ReadonlySet<string>): Promise<void> {
  const known = await database.query<{ source: string }>('SELECT DISTINCT source FROM documents');
  for (const { source } of known) {
    if (sources.has(source)) continue;
    await database.transaction(async (tx) => {
      await tx.execute('DELETE FROM documents WHERE source = $1', [source]);
      await tx.kv.delete(FINGERPRINT_KEY + source);
    });
  }
}

async function fingerprintOf(file: SourceFile, embedder: Embedder): Promise<string> {
  const hash = createHash('sha256').update(`${embedder.name}\n${embedder.dimension}\n`);
  for await (const chunk of createReadStream(file.path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}
