import { PENDING, assert, keyspaceId } from '@alopex-db/core/base';
import { Store, type Transaction } from '@alopex-db/core';
import { ManualClock } from '@alopex-db/core/testing';
import { INT32 } from '@alopex-db/core/types';
import { describe, expect, it } from 'vitest';
import type { CatalogView } from './catalog.ts';
import { FIRST_OBJECT_ID } from './oids.ts';
import { StoredCatalog } from './stored-catalog.ts';
import type { TableDef } from './table-def.ts';

function open() {
  const store = Store.open({ clock: new ManualClock() });
  const catalog = new StoredCatalog(() => store.lastCommit(keyspaceId(0)));
  const view = (transaction: Transaction): CatalogView => {
    const seen = catalog.view(transaction);
    assert(seen !== PENDING, 'a local catalog answers at once');
    return seen;
  };
  return { store, catalog, view };
}

/** Runs a change that has nobody to wait for. */
function done<T>(change: Generator<typeof PENDING, T, void>): T {
  const step = change.next();
  assert(step.done === true, 'nobody else holds a lock');
  return step.value;
}

function tableNamed(name: string, id: number): TableDef {
  const columns = [{ id: 1, name: 'a', type: INT32, notNull: false }];
  return { id, schema: 'public', name, schemaVersion: 1, columns, unique: [], checks: [] };
}

function create(
  { catalog }: ReturnType<typeof open>,
  transaction: Transaction,
  name: string,
): TableDef {
  const definition = tableNamed(name, done(catalog.nextObjectId(transaction)));
  done(catalog.put(transaction, { kind: 'table', definition }));
  return definition;
}

describe('the stored catalog', () => {
  it('gives ids from 16384 on, and never one twice', () => {
    const database = open();
    const first = database.store.begin();
    expect(create(database, first, 'a').id).toBe(FIRST_OBJECT_ID);
    expect(create(database, first, 'b').id).toBe(FIRST_OBJECT_ID + 1);
    first.commitNow();
    const second = database.store.begin();
    done(database.catalog.remove(second, 'public', 'b'));
    expect(create(database, second, 'c').id).toBe(FIRST_OBJECT_ID + 2);
  });

  it('shows a definition to its own transaction at once, to others once it has committed', () => {
    const database = open();
    const writer = database.store.begin();
    const before = database.store.begin();
    const table = create(database, writer, 'a');
    expect(database.view(writer).table('public', 'a')).toEqual(table);
    expect(database.view(before).table('public', 'a')).toBeUndefined();
    writer.commitNow();
    expect(database.view(before).table('public', 'a')).toBeUndefined();
    expect(database.view(database.store.begin()).table('public', 'a')).toEqual(table);
  });

  it('forgets what was rolled back', () => {
    const database = open();
    const writer = database.store.begin();
    create(database, writer, 'a');
    writer.rollback();
    expect(database.view(database.store.begin()).tables()).toEqual([]);
  });

  it('goes back to a savepoint and no further', () => {
    const database = open();
    const writer = database.store.begin();
    create(database, writer, 'a');
    const savepoint = writer.savepoint();
    create(database, writer, 'b');
    writer.rollbackTo(savepoint);
    database.catalog.forgetChanges(writer);
    expect(
      database
        .view(writer)
        .tables()
        .map((table) => table.name),
    ).toEqual(['a']);
  });

  it('answers the same view object as long as nothing changes', () => {
    const database = open();
    const writer = database.store.begin();
    create(database, writer, 'a');
    writer.commitNow();
    const first = database.view(database.store.begin());
    expect(database.view(database.store.begin())).toBe(first);
    expect(database.catalog.latestView()).toBe(first);
    const other = database.store.begin();
    create(database, other, 'b');
    other.commitNow();
    expect(database.catalog.latestView()).toBeUndefined();
    expect(database.view(database.store.begin())).not.toBe(first);
  });

  it('lets one of two transactions that define at once win', () => {
    const database = open();
    const first = database.store.begin({ wait: 'never' });
    const second = database.store.begin({ wait: 'never' });
    create(database, first, 'a');
    expect(() => create(database, second, 'b')).toThrow(
      expect.objectContaining({ code: 'ALX_LOCK_NOT_AVAILABLE' }),
    );
    first.commitNow();
    expect(() => create(database, second, 'b')).toThrow(
      expect.objectContaining({ code: 'ALX_SERIALIZATION_CONFLICT' }),
    );
  });

  it('keeps every kind of record', () => {
    const database = open();
    const writer = database.store.begin();
    const view = {
      id: 1,
      schema: 'public',
      name: 'v',
      columns: ['a'],
      sql: 'SELECT 1',
      dependsOn: [7],
    };
    const sequence = { id: 2, schema: 'public', name: 's', ownedBy: 7 };
    done(database.catalog.put(writer, { kind: 'view', definition: view }));
    done(database.catalog.put(writer, { kind: 'sequence', definition: sequence }));
    writer.commitNow();
    const seen = database.view(database.store.begin());
    expect(seen.view('public', 'v')).toEqual(view);
    expect(seen.sequence('public', 's')).toEqual(sequence);
    expect(seen.table('public', 'v')).toBeUndefined();
  });
});
