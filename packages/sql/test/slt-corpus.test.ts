/**
 * The SQL Logic Test corpus, which lies beside the repository and not in it: without it the tests are skipped and say so.
 * `SLT_ALL=1` also runs the long files.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './session/open-session.ts';
import { runSlt } from './slt/runner/run-records.ts';
import { sltDatabase } from './slt/slt-database.ts';

const CORPUS = join(import.meta.dirname, '../../../../shared/slt');

interface CorpusFile {
  readonly name: string;
  readonly records: number;
}

const SHORT: readonly CorpusFile[] = [
  { name: 'select1', records: 1_031 },
  { name: 'select2', records: 1_031 },
  { name: 'select3', records: 3_351 },
];
const LONG: readonly CorpusFile[] = [
  { name: 'select4', records: 3_857 },
  { name: 'select5', records: 1_436 },
];

const wanted = process.env['SLT_ALL'] === undefined ? SHORT : [...SHORT, ...LONG];

describe('the SQL Logic Test corpus', () => {
  if (!existsSync(CORPUS)) {
    it.skip(`is not beside the repository (../shared/slt): nothing was run`, () => {});
    return;
  }
  it.each(wanted)('passes all of $name', { timeout: 180_000 }, async (file) => {
    const text = readFileSync(join(CORPUS, `${file.name}.test`), 'utf8');
    await using db = await openDatabase();
    const report = await runSlt(text, sltDatabase(db));
    console.log(`${file.name}: ${report.passed} of ${file.records} records pass`);
    expect(report.failures.slice(0, 5)).toEqual([]);
    expect(report.passed).toBe(file.records);
  });
});
