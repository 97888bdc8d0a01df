/** A session as the sqllogictest runner sees it: rows by position, arrays as PostgreSQL writes them. */
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
      if (!columns.some(({ type }) => type.kind === 'array')) return { columns, rows };
      const shown = rows.map((row) =>
        row.map((value, index) => (columns[index]!.type.kind === 'array' ? written(value) : value)),
      );
      return { columns, rows: shown };
    },
  };
}

function written(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return `{${value.map((one) => (Array.isArray(one) ? written(one) : element(one))).join(',')}}`;
}

function element(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string);
  return /^$|^null$|[{}",\\\s]/i.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
}
