/** Names and type names. Unquoted identifiers are folded to lower case by the lexer; nothing folds them again. */
import type { IntegerLiteral } from './expression.ts';
import { spanFrom, type Span } from './span.ts';

export interface Identifier {
  readonly kind: 'identifier';
  /** Folded unless quoted; at most 63 bytes of UTF-8, longer ones are cut as PostgreSQL cuts them. */
  readonly name: string;
  /** Written in double quotes: an unknown name may have been meant as a string. */
  readonly quoted: boolean;
  readonly span: Span;
}

/** `table`, `schema.table` or `database.schema.table`; never empty. */
export interface QualifiedName {
  readonly kind: 'qualified-name';
  readonly parts: readonly Identifier[];
  readonly span: Span;
}

/**
 * A type as written. Spellings of several words are one name here: `double precision`, `varchar` (character varying), `char`
 * (character), `timestamptz`, `timetz` (with time zone), `varbit`. The other synonyms (`int`, `int4`, `blob`, `double`) are
 * the binder's to resolve.
 */
export interface TypeName {
  readonly kind: 'type-name';
  /** Only in `pg_catalog.int4` and the like. */
  readonly schema: Identifier | undefined;
  readonly name: string;
  /** `VARCHAR(20)`, `NUMERIC(10, 2)`, `VECTOR(384, COSINE)`, `MAP(TEXT, INTEGER)`, `STRUCT(a INTEGER)`. A word is a type without arguments. */
  readonly args: readonly TypeArgument[];
  /** `INTERVAL DAY TO SECOND`: the words after INTERVAL in lower case. */
  readonly intervalFields: string | undefined;
  /** One entry a dimension of `T[]`, `T[3]`, `T ARRAY`; the size means nothing, as in PostgreSQL. */
  readonly arrayDimensions: readonly (number | undefined)[];
  readonly span: Span;
}

export type TypeArgument = IntegerLiteral | TypeName | TypeField;

export interface TypeField {
  readonly kind: 'type-field';
  readonly name: Identifier;
  readonly type: TypeName;
  readonly span: Span;
}

export function identifier(name: string, quoted: boolean, span: Span): Identifier {
  return { kind: 'identifier', name, quoted, span };
}

export function qualifiedName(parts: readonly Identifier[]): QualifiedName {
  const first = parts[0]!;
  return {
    kind: 'qualified-name',
    parts,
    span: spanFrom(first.span, parts[parts.length - 1]!.span),
  };
}
