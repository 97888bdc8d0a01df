/** The short ways some statements have; found once for each compiled statement. */
import type { CompiledStatement } from '../plan/compiled-statement.ts';
import { directInsertOf, type DirectInsert } from './direct-insert.ts';
import { pointSelectOf, type PointSelect } from './point-select.ts';
import type { SqlEngine } from './sql-engine.ts';

export type FastPath = PointSelect | DirectInsert;

/** Null where a statement has none. */
export function fastPathOf(compiled: CompiledStatement, engine: SqlEngine): FastPath | null {
  if (compiled.kind !== 'query') return null;
  return pointSelectOf(compiled) ?? directInsertOf(compiled, engine) ?? null;
}
