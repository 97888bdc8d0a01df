/**
 * The main job on real input: open a directory, ingest documents, answer a question with one SQL statement, close, reopen, and
 * ask again. What it prints is the demonstration, so it goes to standard output; the progress bar does not.
 */
import { performance } from 'node:perf_hooks';
import { AlopexError } from '@alopex-db/core/base';
import { Database } from '@alopex-db/embedded';
import { findFiles, type SourceFile } from '../documents/read-folder.ts';
import type { Document } from '../documents/document.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { ProgressBar } from '../output/progress-bar.ts';
import { writeOut, type Terminal } from '../terminal.ts';
import { createDocumentTable, ingest } from './document-table.ts';
import { ask, QUESTION_SQL, sameAnswers, WORDS_MIN, type AskedQuestion } from './question.ts';

export interface DemoRun {
  readonly question: string;
  readonly docs: string;
  /** Which of the files below `docs` to read; undefined: all that can be read. */
  readonly kinds: ReadonlySet<Document['kind']> | undefined;
  readonly directory: string;
  readonly embedder: Embedder;
  readonly quiet: boolean;
}

/** Answers whether the reopened database gave the same answer. */
export async function runDemo(run: DemoRun, terminal: Terminal): Promise<boolean> {
  const say = (text: string): Promise<void> => writeOut(terminal.stdout, `${text}\n`);
  const { embedder, directory } = run;
  const files = await findFiles(run.docs, run.kinds);
  if (files.length === 0) {
    throw new AlopexError('ALX_FILE_NOT_FOUND', `no documents below "${run.docs}"`, {
      hint: 'Readable are .md, .markdown, .txt, .csv, .tsv, .jsonl and .ndjson files.',
    });
  }
  await say(
    `Alopex DB opens ${directory}; embeddings: ${embedder.name}, ${embedder.dimension} dimensions`,
  );
  const [questionVector] = await embedder.embed([run.question]);
  const first = await ingestAndAsk(run, files, questionVector!, terminal);
  const reopenedAt = performance.now();
  await using reopened = await Database.open(directory);
  const openMs = performance.now() - reopenedAt;
  const second = await ask(reopened, questionVector!);
  const same = sameAnswers(first.answers, second.answers);
  await say(
    `Closed and reopened in ${openMs.toFixed(1)} ms; the same question took ${second.elapsedMs.toFixed(2)} ms: ` +
      (same ? 'the same answer.' : 'A DIFFERENT ANSWER:'),
  );
  if (!same) await say(answerText(second));
  return same;
}

async function ingestAndAsk(
  run: DemoRun,
  files: readonly SourceFile[],
  questionVector: Float32Array,
  terminal: Terminal,
): Promise<AskedQuestion> {
  const say = (text: string): Promise<void> => writeOut(terminal.stdout, `${text}\n`);
  await using database = await Database.open(run.directory);
  await createDocumentTable(database, run.embedder.dimension);
  const startedAt = performance.now();
  const bytesTotal = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { stderr: stream } = terminal;
  const bar = new ProgressBar({ label: 'ingesting', unit: 'bytes', stream, quiet: run.quiet });
  const report = await ingest(database, files, run.embedder, (bytes) =>
    bar.update(bytes, bytesTotal),
  );
  bar.finish(bytesTotal);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
  const unchanged =
    report.unchanged === 0 ? '' : ` (${report.unchanged} unchanged since last time)`;
  await say(
    `${report.documents} documents of ${report.files} files${unchanged} in ${seconds} s, one transaction a file`,
  );
  const asked = await ask(database, questionVector);
  await say(`\nQuestion: ${run.question}\n`);
  await say(
    `${QUESTION_SQL.replaceAll(/^/gm, '  ')}\n  -- $1 = the question's vector, $2 = ${WORDS_MIN}\n`,
  );
  await say(answerText(asked));
  return asked;
}

function answerText({ answers, elapsedMs }: AskedQuestion): string {
  const lines = answers.map(({ id, title, excerpt, score }) => {
    const text = excerpt.replaceAll(/\s+/g, ' ').trim();
    return `  ${score.toFixed(4)}  ${title}\n          ${id}\n          ${text}…`;
  });
  return `${lines.join('\n')}\n\n  ${answers.length} rows in ${elapsedMs.toFixed(2)} ms\n`;
}
