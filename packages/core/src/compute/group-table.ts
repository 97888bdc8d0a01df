/**
 * Maps rows of key columns to dense group numbers: the one hash table under GROUP BY, DISTINCT, set operations and hash
 * joins. Four forms behind one contract; `createGroupTable` picks:
 *   numbers     one numeric column: a dense array while the integers span a small range, else open addressing
 *   bytes       one column of another type: its bytes, or its order key
 *   exemplar    the same, and each group's first value: for types whose equal values may differ
 *   composite   several columns: a table per column, and tables over the pairs of their group numbers
 *
 * Equality is that of `compare`: -0 = 0, NaN = NaN. A null is a key like any other here (GROUP BY and DISTINCT); joins drop
 * such rows before they ask.
 */
import type { ColumnVector } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import { BytesGroupTable } from './bytes-group-table.ts';
import { CompositeGroupTable } from './composite-group-table.ts';
import { ExemplarGroupTable } from './exemplar-group-table.ts';
import { NumberGroupTable } from './number-group-table.ts';

export interface GroupTable {
  /** Groups so far; numbers are 0 .. groupCount - 1 in order of first sight. */
  readonly groupCount: number;
  /** groups[i] = the group of row i, made if it is new. */
  assign(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void;
  /** groups[i] = the group of row i, or -1 when there is none. */
  find(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void;
  /** The keys of `groups[0 .. count)`, one column per key. */
  keysOf(groups: Int32Array, count: number): ColumnVector[];
  readonly byteLength: number;
}

export function createGroupTable(types: readonly DataType[]): GroupTable {
  if (types.length === 1) return createSingleTable(types[0]!);
  return new CompositeGroupTable(types.map(createSingleTable));
}

function createSingleTable(type: DataType): GroupTable {
  switch (type.kind) {
    case 'boolean':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'float32':
    case 'float64':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return new NumberGroupTable(type);
    case 'null':
    case 'text':
    case 'bytea':
    case 'uuid':
    case 'vector':
      return new BytesGroupTable(type);
    case 'numeric':
    case 'interval':
    case 'json':
    case 'jsonb':
    case 'array':
    case 'map':
    case 'struct':
      return new ExemplarGroupTable(type);
  }
}
