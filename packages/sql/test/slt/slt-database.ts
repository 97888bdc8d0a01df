/** A session as the sqllogictest runner sees it: rows by position. */
import type { TestDatabase } from '../session/open-session.ts';
import type { SltDatabase } from './runner/run-records.ts';

export function sltDatabase(db: TestDatabase): SltDatabase {
  return {
    async execute(sql) {
      const query = db.query<readonly unknown[]>(sql, undefined, {
        rowMode: 'array',
        temporal: 'string',
      });
      const { columns, rows } = await query.result();
      return { columns, rows };
    },
  };
}
