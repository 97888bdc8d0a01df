/** Asks the demo's question: one SQL statement that filters on metadata and orders by vector similarity. */
import { performance } from 'node:perf_hooks';
import type { Database } from '@alopex-db/embedded';

export interface Answer {
  readonly id: string;
  readonly title: string;
  readonly excerpt: string;
  readonly score: number;
}

export interface AskedQuestion {
  readonly answers: readonly Answer[];
  readonly elapsedMs: number;
}

/** Short pieces (a lone link, a badge) are never an answer: that is the metadata filter. */
export const WORDS_MIN = 12;

export const QUESTION_SQL = `SELECT id, title, substring(content, 1, 160) AS excerpt, vector_similarity(embedding, $1) AS score
FROM documents
WHERE words >= $2
ORDER BY score DESC
LIMIT 5`;

export async function ask(database: Database, vector: Float32Array): Promise<AskedQuestion> {
  const startedAt = performance.now();
  const answers = await database.query<Answer>(QUESTION_SQL, [vector, WORDS_MIN]);
  return { answers, elapsedMs: performance.now() - startedAt };
}

/** Whether two runs gave the same documents with the same scores. */
export function sameAnswers(left: readonly Answer[], right: readonly Answer[]): boolean {
  return (
    left.length === right.length &&
    left.every(
      (answer, index) => answer.id === right[index]!.id && answer.score === right[index]!.score,
    )
  );
}
