/** Definitions of tables, indexes and views as written. */
import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, TypeName } from './name.ts';
import type { Query } from './query.ts';
import type { Span } from './span.ts';

/** `name = value` of WITH (…), or `name` alone. Values are literals, words (as column references) or signed numbers. */
export interface Option {
  readonly kind: 'option';
  /** Folded; dotted names keep the dot. */
  readonly name: string;
  readonly value: Expression | undefined;
  readonly span: Span;
}

export interface CreateTableStatement {
  readonly kind: 'create-table';
  readonly name: QualifiedName;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  readonly like: readonly LikeClause[];
  readonly options: readonly Option[];
  readonly span: Span;
}

export interface LikeClause {
  readonly kind: 'like-clause';
  readonly table: QualifiedName;
  readonly options: readonly { readonly including: boolean; readonly what: string }[];
  readonly span: Span;
}

export interface ColumnDefinition {
  readonly kind: 'column-definition';
  readonly name: Identifier;
  readonly type: TypeName;
  readonly collation: QualifiedName | undefined;
  readonly constraints: readonly ColumnConstraint[];
  readonly span: Span;
}

/** The name given by CONSTRAINT, and DEFERRABLE where written. */
interface ConstraintNode {
  readonly name: Identifier | undefined;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  readonly span: Span;
}

export type ColumnConstraint =
  | (ConstraintNode & { readonly kind: 'not-null' })
  /** NULL, which says nothing. */
  | (ConstraintNode & { readonly kind: 'nullable' })
  | (ConstraintNode & { readonly kind: 'default-value'; readonly value: Expression })
  | (ConstraintNode & { readonly kind: 'primary-key' })
  | (ConstraintNode & { readonly kind: 'unique'; readonly nullsDistinct: boolean })
  | (ConstraintNode & { readonly kind: 'check'; readonly condition: Expression })
  | (ConstraintNode & { readonly kind: 'references'; readonly reference: ForeignReference })
  /** GENERATED ALWAYS AS (e) STORED | VIRTUAL. */
  | (ConstraintNode & {
      readonly kind: 'generated';
      readonly value: Expression;
      readonly stored: boolean;
    })
  /** GENERATED ALWAYS | BY DEFAULT AS IDENTITY (…). */
  | (ConstraintNode & {
      readonly kind: 'identity';
      readonly always: boolean;
      readonly options: readonly Option[];
    });

export type TableConstraint =
  | (ConstraintNode & {
      readonly kind: 'table-primary-key';
      readonly columns: readonly Identifier[];
    })
  | (ConstraintNode & {
      readonly kind: 'table-unique';
      readonly columns: readonly Identifier[];
      readonly nullsDistinct: boolean;
    })
  | (ConstraintNode & { readonly kind: 'table-check'; readonly condition: Expression })
  | (ConstraintNode & {
      readonly kind: 'foreign-key';
      readonly columns: readonly Identifier[];
      readonly reference: ForeignReference;
    });

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface ForeignReference {
  readonly kind: 'foreign-reference';
  readonly table: QualifiedName;
  /** Empty: the primary key. */
  readonly columns: readonly Identifier[];
  readonly match: 'simple' | 'full' | 'partial';
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  readonly span: Span;
}

export interface CreateTableAsStatement {
  readonly kind: 'create-table-as';
  readonly name: QualifiedName;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly columns: readonly Identifier[];
  readonly options: readonly Option[];
  readonly query: Query;
  readonly withData: boolean;
  readonly span: Span;
}

export interface CreateViewStatement {
  readonly kind: 'create-view';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly columns: readonly Identifier[];
  readonly options: readonly Option[];
  readonly query: Query;
  readonly checkOption: 'local' | 'cascaded' | undefined;
  readonly span: Span;
}

export interface CreateIndexStatement {
  readonly kind: 'create-index';
  /** Absent: the system chooses a name. */
  readonly name: Identifier | undefined;
  readonly table: QualifiedName;
  readonly unique: boolean;
  readonly concurrently: boolean;
  readonly ifNotExists: boolean;
  /** Folded: `btree`, `hash`, `hnsw`, `ivf`, `flat`, `fts`, …; absent = btree. */
  readonly method: Identifier | undefined;
  readonly elements: readonly IndexElement[];
  readonly include: readonly Identifier[];
  readonly nullsDistinct: boolean;
  readonly options: readonly Option[];
  readonly where: Expression | undefined;
  readonly span: Span;
}

export interface IndexElement {
  readonly kind: 'index-element';
  /** A column is a column reference of one part. */
  readonly expression: Expression;
  readonly collation: QualifiedName | undefined;
  readonly operatorClass: QualifiedName | undefined;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
  readonly span: Span;
}

export type DropObject =
  | 'table'
  | 'view'
  | 'index'
  | 'sequence'
  | 'schema'
  | 'type'
  | 'materialized view';

export interface DropStatement {
  readonly kind: 'drop';
  readonly object: DropObject;
  readonly names: readonly QualifiedName[];
  readonly ifExists: boolean;
  readonly concurrently: boolean;
  readonly cascade: boolean;
  readonly span: Span;
}

export interface TruncateStatement {
  readonly kind: 'truncate';
  readonly tables: readonly QualifiedName[];
  readonly restartIdentity: boolean;
  readonly cascade: boolean;
  readonly span: Span;
}

export interface AlterTableStatement {
  readonly kind: 'alter-table';
  readonly name: QualifiedName;
  readonly ifExists: boolean;
  readonly actions: readonly AlterTableAction[];
  readonly span: Span;
}

export type AlterTableAction =
  | {
      readonly kind: 'add-column';
      readonly column: ColumnDefinition;
      readonly ifNotExists: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'drop-column';
      readonly column: Identifier;
      readonly ifExists: boolean;
      readonly cascade: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'rename-column';
      readonly from: Identifier;
      readonly to: Identifier;
      readonly span: Span;
    }
  | { readonly kind: 'rename-table'; readonly to: Identifier; readonly span: Span }
  | {
      readonly kind: 'rename-constraint';
      readonly from: Identifier;
      readonly to: Identifier;
      readonly span: Span;
    }
  | {
      readonly kind: 'alter-column-type';
      readonly column: Identifier;
      readonly type: TypeName;
      readonly using: Expression | undefined;
      readonly span: Span;
    }
  /** `value` undefined is DROP DEFAULT. */
  | {
      readonly kind: 'alter-column-default';
      readonly column: Identifier;
      readonly value: Expression | undefined;
      readonly span: Span;
    }
  | {
      readonly kind: 'alter-column-not-null';
      readonly column: Identifier;
      readonly notNull: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'add-constraint';
      readonly constraint: TableConstraint;
      readonly notValid: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'drop-constraint';
      readonly name: Identifier;
      readonly ifExists: boolean;
      readonly cascade: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'validate-constraint'; readonly name: Identifier; readonly span: Span }
  | { readonly kind: 'set-schema'; readonly schema: Identifier; readonly span: Span }
  | { readonly kind: 'set-options'; readonly options: readonly Option[]; readonly span: Span };
