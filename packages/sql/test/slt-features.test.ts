/** sqllogictest files by feature; their results are those of the SQL standard and PostgreSQL. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './session/open-session.ts';
import { runSlt } from './slt/runner/run-records.ts';
import { sltDatabase } from './slt/slt-database.ts';

const FOLDER = join(import.meta.dirname, 'slt');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test'));

describe('SQL by feature', () => {
  it.each(files)('%s gives the expected results', async (name) => {
    await using db = await openDatabase();
    const report = await runSlt(readFileSync(join(FOLDER, name), 'utf8'), sltDatabase(db));
    expect(report.failures).toEqual([]);
    expect(report.passed).toBeGreaterThan(0);
  });
});
