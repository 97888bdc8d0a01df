/** Invariants that span structures of the tree, by the numbers that ARCHITECTURE.md gives them. Broken ones are our bugs. */
import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { TableDescription } from './version-edit.ts';
import type { Version } from './version.ts';

export function checkVersion(version: Version): void {
  const ids = new Set<number>();
  for (const [keyspace, levels] of version.trees) {
    assert(!version.dropped.has(keyspace), 'I1: a dropped keyspace has no tables');
    for (const [level, tables] of levels.entries()) {
      for (const [index, table] of tables.entries()) {
        assert(
          table.keyspace === keyspace && table.level === level,
          'I2: tables stand in their place',
        );
        assert(!ids.has(table.fileId), 'I2: a table is part of a version once');
        ids.add(table.fileId);
        assert(table.fileId < version.nextFileId, 'I4: file ids are given out once');
        assert(
          table.metadata.maxVersion <= version.lastVersion,
          'I5: no table is ahead of the version',
        );
        if (level > 0 && index > 0)
          assert(areDisjoint(tables[index - 1]!, table), 'I3: below level 0 tables are disjoint');
      }
    }
  }
}

function areDisjoint(left: TableDescription, right: TableDescription): boolean {
  return compareBytes(left.metadata.maxKey, right.metadata.minKey) < 0;
}
