/**
 * A table as its definition describes it, before it has ids: columns with types, keys and checks with names. PostgreSQL's
 * rules of naming: t_pkey, t_a_b_key, t_a_check, t_a_seq, with a number behind where the name is taken.
 */
import { isJson, type DataType } from '@alopex-db/core/types';
import type {
  ColumnConstraint,
  ColumnDefinition,
  CreateTableStatement,
  ForeignReference,
  Option,
  TableConstraint,
} from '../ast/ddl.ts';
import type { Identifier } from '../ast/name.ts';
import { printExpression } from '../ast/print/print-statement.ts';
import type { Span } from '../ast/span.ts';
import type { ColumnDef, TableDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt } from '../errors.ts';
import { unsupported } from './bind-error.ts';
import { bindColumnType } from './bind-type.ts';

/** A column whose sequence, if it has one, is still to be made. */
export interface ColumnDraft extends Omit<ColumnDef, 'identity'> {
  readonly sequence: 'always' | 'default' | undefined;
  readonly sequenceName: string;
  readonly defaultSpan: Span | undefined;
}

export interface TableDraft {
  readonly columns: readonly ColumnDraft[];
  readonly primaryKey: TableDef['primaryKey'];
  readonly unique: readonly { readonly name: string; readonly columns: readonly number[] }[];
  readonly checks: readonly { readonly name: string; readonly sql: string; readonly span: Span }[];
  readonly foreignKeys: readonly ForeignKeyDraft[];
}

/** A foreign key whose other table is still to be looked up. */
export interface ForeignKeyDraft {
  readonly name: string;
  /** Ordinals of the referring columns. */
  readonly columns: readonly number[];
  readonly reference: ForeignReference;
  readonly span: Span;
}

const COLUMNS_MAX = 1_600;
/** What is in the catalog already stands nowhere in the statement. */
const NOWHERE: Span = { start: 0, end: 0 };

export function draftTable(statement: CreateTableStatement, name: string): TableDraft {
  refuseLaterForms(statement);
  const builder = new DraftBuilder(name, statement.columns);
  statement.columns.forEach((column, ordinal) => builder.addColumn(column, ordinal));
  for (const constraint of statement.constraints) builder.addTableConstraint(constraint);
  return builder.finish(statement.span);
}

/** The table with a column or a constraint more, which stand at the end of their lists. */
export function draftAddition(
  table: TableDef,
  addition: ColumnDefinition | TableConstraint,
): TableDraft {
  const builder = new DraftBuilder(
    table.name,
    addition.kind === 'column-definition' ? [addition] : [],
    table,
  );
  if (addition.kind === 'column-definition') builder.addColumn(addition, table.columns.length);
  else builder.addTableConstraint(addition);
  return builder.finish(addition.span);
}

function refuseLaterForms(statement: CreateTableStatement): void {
  if (statement.temporary) throw unsupported('a temporary table', statement.span);
  if (statement.like.length > 0) throw unsupported('LIKE in CREATE TABLE', statement.like[0]!.span);
  checkTableOptions(statement.options);
}

/** Row storage is what there is; anything else is either later or unknown. */
export function checkTableOptions(options: readonly Option[]): void {
  const later = ['compression', 'row_group_size', 'history', 'ttl'];
  for (const option of options) {
    const value = option.value;
    const word =
      value?.kind === 'string-literal'
        ? value.value
        : value?.kind === 'column-reference'
          ? value.parts[0]!.name
          : undefined;
    if (option.name === 'storage' && word === 'row') continue;
    if (option.name === 'storage' && word === 'columnar')
      throw unsupported('columnar storage', option.span);
    if (later.includes(option.name))
      throw unsupported(`the table option ${option.name}`, option.span);
    throw errorAt('ALX_UNKNOWN_OPTION', `unrecognized parameter "${option.name}"`, option.span, {
      hint: didYouMean(option.name, ['storage', ...later]),
    });
  }
}

type CheckNode =
  | (ColumnConstraint & { readonly kind: 'check' })
  | (TableConstraint & { readonly kind: 'table-check' });

class DraftBuilder {
  readonly #table: string;
  readonly #names: readonly { readonly name: string }[];
  readonly #columns: ColumnDraft[] = [];
  readonly #unique: { name: string; columns: readonly number[] }[] = [];
  readonly #checks: { name: string; sql: string; span: Span }[] = [];
  readonly #foreignKeys: ForeignKeyDraft[] = [];
  readonly #taken = new Set<string>();
  #primaryKey: TableDef['primaryKey'];

  /** `existing`: the table that the columns are added to. */
  constructor(table: string, columns: readonly ColumnDefinition[], existing?: TableDef) {
    this.#table = table;
    this.#names = [...(existing?.columns ?? []), ...columns.map((column) => column.name)];
    if (existing === undefined) return;
    for (const { identity, ...column } of existing.columns) {
      const sequence = identity?.generated;
      this.#columns.push({ ...column, sequence, sequenceName: '', defaultSpan: undefined });
    }
    this.#primaryKey = existing.primaryKey;
    this.#unique.push(...existing.unique);
    for (const check of existing.checks) this.#checks.push({ ...check, span: NOWHERE });
    const named = [
      ...existing.unique,
      ...existing.checks,
      ...(existing.indexes ?? []),
      ...(existing.foreignKeys ?? []),
    ];
    for (const { name } of named) this.#taken.add(name);
    if (existing.primaryKey !== undefined) this.#taken.add(existing.primaryKey.name);
  }

  addColumn(node: ColumnDefinition, ordinal: number): void {
    const name = node.name.name;
    if (this.#names.findIndex((other) => other.name === name) !== ordinal) {
      throw errorAt(
        'ALX_DUPLICATE_COLUMN',
        `column "${name}" specified more than once`,
        node.name.span,
      );
    }
    if (node.collation !== undefined) throw unsupported('COLLATE', node.collation.span);
    const { type, lengthMax, serial } = bindColumnType(node.type);
    this.#columns.push({
      id: ordinal + 1,
      name,
      type,
      notNull: serial,
      ...(lengthMax === undefined ? {} : { lengthMax }),
      sequence: serial ? 'default' : undefined,
      sequenceName: `${this.#table}_${name}_seq`,
      defaultSpan: undefined,
    });
    for (const constraint of node.constraints) this.#addColumnConstraint(constraint, node, ordinal);
  }

  #addColumnConstraint(node: ColumnConstraint, column: ColumnDefinition, ordinal: number): void {
    if (node.deferrable || node.initiallyDeferred)
      throw unsupported('a deferrable constraint', node.span);
    switch (node.kind) {
      case 'not-null':
        return this.#change(ordinal, { notNull: true });
      case 'nullable':
        return undefined;
      case 'default-value':
        return this.#setDefault(ordinal, node);
      case 'primary-key':
        return this.#setPrimaryKey([ordinal], node);
      case 'unique':
        return this.#addUnique([ordinal], node);
      case 'check':
        return this.#addCheck(node, `${this.#table}_${column.name.name}_check`);
      case 'identity':
        return this.#setIdentity(ordinal, node);
      case 'references':
        return this.#addForeignKey([ordinal], node);
      case 'generated':
        throw unsupported('a generated column', node.span);
    }
  }

  addTableConstraint(node: TableConstraint): void {
    if (node.deferrable || node.initiallyDeferred)
      throw unsupported('a deferrable constraint', node.span);
    switch (node.kind) {
      case 'table-primary-key':
        return this.#setPrimaryKey(
          node.columns.map((column) => this.#ordinal(column)),
          node,
        );
      case 'table-unique':
        return this.#addUnique(
          node.columns.map((column) => this.#ordinal(column)),
          node,
        );
      case 'table-check':
        return this.#addCheck(node, `${this.#table}_check`);
      case 'foreign-key':
        return this.#addForeignKey(
          node.columns.map((column) => this.#ordinal(column)),
          node,
        );
    }
  }

  finish(span: Span): TableDraft {
    if (this.#columns.length > COLUMNS_MAX) {
      throw errorAt(
        'ALX_INVALID_TABLE_DEFINITION',
        `tables can have at most ${COLUMNS_MAX} columns`,
        span,
      );
    }
    return {
      columns: this.#columns,
      primaryKey: this.#primaryKey,
      unique: this.#unique,
      checks: this.#checks,
      foreignKeys: this.#foreignKeys,
    };
  }

  #change(ordinal: number, change: Partial<ColumnDraft>): void {
    this.#columns[ordinal] = { ...this.#columns[ordinal]!, ...change };
  }

  #setDefault(ordinal: number, node: ColumnConstraint & { readonly kind: 'default-value' }): void {
    const column = this.#columns[ordinal]!;
    if (column.defaultSql !== undefined || column.sequence !== undefined) {
      throw errorAt(
        'ALX_UNEXPECTED_TOKEN',
        `multiple default values specified for column "${column.name}" of table "${this.#table}"`,
        node.span,
      );
    }
    const defaultSql = printExpression(node.value);
    this.#change(ordinal, { defaultSql, defaultSpan: node.span });
  }

  #setIdentity(ordinal: number, node: ColumnConstraint & { readonly kind: 'identity' }): void {
    const column = this.#columns[ordinal]!;
    if (node.options.length > 0)
      throw unsupported('options of an identity column', node.options[0]!.span);
    if (
      column.type.kind !== 'int16' &&
      column.type.kind !== 'int32' &&
      column.type.kind !== 'int64'
    ) {
      throw errorAt(
        'ALX_INVALID_TABLE_DEFINITION',
        'identity column type must be smallint, integer, or bigint',
        node.span,
      );
    }
    this.#change(ordinal, { sequence: node.always ? 'always' : 'default', notNull: true });
  }

  #setPrimaryKey(columns: readonly number[], node: ColumnConstraint | TableConstraint): void {
    if (this.#primaryKey !== undefined) {
      throw errorAt(
        'ALX_INVALID_TABLE_DEFINITION',
        `multiple primary keys for table "${this.#table}" are not allowed`,
        node.span,
      );
    }
    this.#checkKey(columns, 'primary key constraint', node.span);
    this.#primaryKey = { name: this.#constraintName(node, `${this.#table}_pkey`), columns };
    for (const ordinal of columns) this.#change(ordinal, { notNull: true });
  }

  #addUnique(
    columns: readonly number[],
    node: (ColumnConstraint & { kind: 'unique' }) | (TableConstraint & { kind: 'table-unique' }),
  ): void {
    if (!node.nullsDistinct) throw unsupported('UNIQUE NULLS NOT DISTINCT', node.span);
    this.#checkKey(columns, 'unique constraint', node.span);
    const parts = columns.map((ordinal) => this.#names[ordinal]!.name).join('_');
    this.#unique.push({ name: this.#constraintName(node, `${this.#table}_${parts}_key`), columns });
  }

  #addForeignKey(
    columns: readonly number[],
    node: (ColumnConstraint & { kind: 'references' }) | (TableConstraint & { kind: 'foreign-key' }),
  ): void {
    const { reference, span } = node;
    if (reference.match === 'partial') throw unsupported('MATCH PARTIAL', reference.span);
    this.#checkKey(columns, 'foreign key constraint', span);
    const parts = columns.map((ordinal) => this.#names[ordinal]!.name).join('_');
    const name = this.#constraintName(node, `${this.#table}_${parts}_fkey`);
    this.#foreignKeys.push({ name, columns, reference, span });
  }

  #checkKey(columns: readonly number[], what: string, span: Span): void {
    const twice = columns.find((ordinal, index) => columns.indexOf(ordinal) !== index);
    if (twice !== undefined) {
      throw errorAt(
        'ALX_DUPLICATE_COLUMN',
        `column "${this.#names[twice]!.name}" appears twice in ${what}`,
        span,
      );
    }
    const unkeyed = columns.find((ordinal) => isUnkeyed(this.#columns[ordinal]!.type));
    if (unkeyed !== undefined) {
      const { kind } = this.#columns[unkeyed]!.type;
      throw unsupported(`a ${kind} column in a ${what}`, span);
    }
  }

  #addCheck(node: CheckNode, defaultName: string): void {
    const sql = printExpression(node.condition);
    this.#checks.push({ name: this.#constraintName(node, defaultName), sql, span: node.span });
  }

  #constraintName(node: ColumnConstraint | TableConstraint, wanted: string): string {
    const written = node.name?.name;
    if (written !== undefined && this.#taken.has(written)) {
      throw errorAt(
        'ALX_INDEX_EXISTS',
        `constraint "${written}" for relation "${this.#table}" already exists`,
        node.span,
      );
    }
    let name = written ?? wanted;
    for (let count = 1; this.#taken.has(name); count += 1) name = `${wanted}${count}`;
    this.#taken.add(name);
    return name;
  }

  #ordinal(name: Identifier): number {
    const ordinal = this.#names.findIndex((column) => column.name === name.name);
    if (ordinal >= 0) return ordinal;
    throw errorAt(
      'ALX_COLUMN_NOT_FOUND',
      `column "${name.name}" named in key does not exist`,
      name.span,
      {
        hint: didYouMean(
          name.name,
          this.#names.map((column) => column.name),
        ),
        columnName: name.name,
      },
    );
  }
}

/** Types without an order-preserving key. */
function isUnkeyed(type: DataType): boolean {
  return type.kind === 'vector' || isJson(type);
}
