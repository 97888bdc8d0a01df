/** The short ways some statements have; found once for each compiled statement. */
import type { CompiledStatement } from '../plan/compiled-statement.ts';
import { directInsertOf } from './direct-insert.ts';
import type { DirectWrite } from './direct-write.ts';
import { indexSelectOf, type IndexSelect } from './index-select.ts';
import { keyedWriteOf } from './keyed-write.ts';
import { pointSelectOf, type PointSelect } from './point-select.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { CachedStatement } from './statement-cache.ts';

export type FastPath = PointSelect | IndexSelect | DirectWrite;

/** Looked for at the first call; undefined where the statement has none. */
export function fastPathOf(entry: CachedStatement, engine: SqlEngine): FastPath | undefined {
  if (entry.fastPath === undefined) entry.fastPath = findPath(entry.compiled, engine) ?? null;
  return entry.fastPath ?? undefined;
}

export function directWriteOf(entry: CachedStatement, engine: SqlEngine): DirectWrite | undefined {
  const path = fastPathOf(entry, engine);
  return path?.kind === 'direct-write' ? path : undefined;
}

function findPath(compiled: CompiledStatement, engine: SqlEngine): FastPath | undefined {
  if (compiled.kind !== 'query') return undefined;
  return (
    pointSelectOf(compiled) ??
    indexSelectOf(compiled) ??
    directInsertOf(compiled, engine) ??
    keyedWriteOf(compiled, engine)
  );
}
