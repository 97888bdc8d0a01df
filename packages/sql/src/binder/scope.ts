/**
 * Names a query can see. One scope holds what FROM offers; `outer` leads to the enclosing query, whose columns are
 * correlated references. Lookup follows PostgreSQL: the nearest scope that knows the name wins, two columns of the same
 * name in one scope are ambiguous.
 */
import type { Identifier } from '../ast/name.ts';
import type { Span } from '../ast/span.ts';
import type { LogicalColumn } from '../plan/logical.ts';
import { closestName, errorAt } from '../errors.ts';

export interface ScopeColumn {
  readonly name: string;
  /** Alias of its table; undefined for a column merged by USING. */
  readonly qualifier: string | undefined;
  readonly column: LogicalColumn;
  /** False for the two halves of a merged column: seen as `t.a`, not as `a` or in `*`. */
  readonly visible: boolean;
}

export class Scope {
  readonly columns: readonly ScopeColumn[];
  readonly outer: Scope | undefined;
  readonly #ids: ReadonlySet<number>;

  constructor(columns: readonly ScopeColumn[], outer: Scope | undefined) {
    this.columns = columns;
    this.outer = outer;
    this.#ids = new Set(columns.map((entry) => entry.column.id));
  }

  /** Whether this very scope, not an outer one, offers the column. */
  owns(id: number): boolean {
    return this.#ids.has(id);
  }

  hasTable(alias: string): boolean {
    return this.columns.some((entry) => entry.qualifier === alias);
  }

  /** An unqualified name, or undefined when no scope knows it. */
  findColumn(name: string, span: Span): LogicalColumn | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.outer) {
      const found = scope.columns.filter((entry) => entry.visible && entry.name === name);
      if (found.length > 1) throw ambiguous(name, span);
      if (found.length === 1) return found[0]!.column;
    }
    return undefined;
  }

  /** `alias.name`. */
  requireQualified(alias: Identifier, name: Identifier, span: Span): LogicalColumn {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.outer) {
      if (!scope.hasTable(alias.name)) continue;
      const found = scope.columns.filter(
        (entry) => entry.qualifier === alias.name && entry.name === name.name,
      );
      if (found.length > 1) throw ambiguous(name.name, span);
      if (found.length === 1) return found[0]!.column;
      const names = scope.columns
        .filter((entry) => entry.qualifier === alias.name)
        .map((entry) => entry.name);
      throw columnNotFound(
        `column ${alias.name}.${name.name} does not exist`,
        name,
        span,
        names,
        `${alias.name}.`,
      );
    }
    throw errorAt(
      'ALX_TABLE_NOT_FOUND',
      `missing FROM-clause entry for table "${alias.name}"`,
      alias.span,
      {
        hint: closestHint(alias.name, this.#aliases(), ''),
      },
    );
  }

  unknownColumn(name: Identifier): Error {
    const names: string[] = [];
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.outer) {
      for (const entry of scope.columns) if (entry.visible) names.push(entry.name);
    }
    return columnNotFound(`column "${name.name}" does not exist`, name, name.span, names, '');
  }

  #aliases(): readonly string[] {
    const names = new Set<string>();
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.outer) {
      for (const entry of scope.columns)
        if (entry.qualifier !== undefined) names.add(entry.qualifier);
    }
    return [...names];
  }
}

/** A scope of one table: every column under its alias. */
export function tableScopeColumns(
  alias: string | undefined,
  columns: readonly LogicalColumn[],
): readonly ScopeColumn[] {
  return columns.map((column) => ({ name: column.name, qualifier: alias, column, visible: true }));
}

function ambiguous(name: string, span: Span): Error {
  return errorAt('ALX_AMBIGUOUS_COLUMN', `column reference "${name}" is ambiguous`, span);
}

function columnNotFound(
  message: string,
  name: Identifier,
  span: Span,
  candidates: readonly string[],
  prefix: string,
): Error {
  const hint = name.quoted
    ? (closestHint(name.name, candidates, prefix) ??
      'Double quotes mark names; a string stands in single quotes.')
    : closestHint(name.name, candidates, prefix);
  return errorAt('ALX_COLUMN_NOT_FOUND', message, span, { hint, columnName: name.name });
}

function closestHint(
  name: string,
  candidates: readonly string[],
  prefix: string,
): string | undefined {
  const closest = closestName(name, candidates);
  return closest === undefined ? undefined : `Did you mean "${prefix}${closest}"?`;
}
