/** A `CatalogView` over plain maps: what the stored catalog decodes into, and what tests build by hand. */
import { DEFAULT_SCHEMA, type CatalogView } from './catalog.ts';
import type { CatalogRecord } from './catalog-record.ts';
import type { SequenceDef, TableDef, ViewDef } from './table-def.ts';

export class MemoryCatalogView implements CatalogView {
  readonly #records: ReadonlyMap<string, CatalogRecord>;

  constructor(records: Iterable<CatalogRecord> = []) {
    const byName = new Map<string, CatalogRecord>();
    for (const record of records) byName.set(recordName(record), record);
    this.#records = byName;
  }

  /** The same view with one record more, or in place of the one of that name. */
  with(record: CatalogRecord): MemoryCatalogView {
    return new MemoryCatalogView([...this.#records.values(), record]);
  }

  without(schema: string, name: string): MemoryCatalogView {
    const gone = qualified(schema, name);
    return new MemoryCatalogView(
      [...this.#records.values()].filter((record) => recordName(record) !== gone),
    );
  }

  hasSchema(schema: string): boolean {
    return schema === DEFAULT_SCHEMA;
  }

  schemas(): readonly string[] {
    return [DEFAULT_SCHEMA];
  }

  record(schema: string, name: string): CatalogRecord | undefined {
    return this.#records.get(qualified(schema, name));
  }

  table(schema: string, name: string): TableDef | undefined {
    const record = this.record(schema, name);
    return record?.kind === 'table' ? record.definition : undefined;
  }

  view(schema: string, name: string): ViewDef | undefined {
    const record = this.record(schema, name);
    return record?.kind === 'view' ? record.definition : undefined;
  }

  sequence(schema: string, name: string): SequenceDef | undefined {
    const record = this.record(schema, name);
    return record?.kind === 'sequence' ? record.definition : undefined;
  }

  tables(): readonly TableDef[] {
    const tables: TableDef[] = [];
    for (const record of this.#records.values())
      if (record.kind === 'table') tables.push(record.definition);
    return tables.toSorted(byName);
  }

  views(): readonly ViewDef[] {
    const views: ViewDef[] = [];
    for (const record of this.#records.values())
      if (record.kind === 'view') views.push(record.definition);
    return views.toSorted(byName);
  }

  sequences(): readonly SequenceDef[] {
    const sequences: SequenceDef[] = [];
    for (const record of this.#records.values())
      if (record.kind === 'sequence') sequences.push(record.definition);
    return sequences.toSorted(byName);
  }

  records(): Iterable<CatalogRecord> {
    return this.#records.values();
  }
}

/** Names hold no NUL, so it separates schema from name without doubt. */
function qualified(schema: string, name: string): string {
  return `${schema}\0${name}`;
}

function recordName(record: CatalogRecord): string {
  return qualified(record.definition.schema, record.definition.name);
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
