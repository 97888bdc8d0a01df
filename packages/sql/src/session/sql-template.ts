/**
 * The `sql` template: values become parameters; names and pieces of SQL must be made by `identifier`, `fragment` and
 * `values`. A piece is known by a private field, so no object from outside (parsed JSON, say) can pass for one.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { SqlInput, SqlPiece, SqlValue } from './session.ts';

class Piece implements SqlPiece {
  readonly kind = 'sql-piece';
  /** One more than `params`: text[0] params[0] text[1] … */
  readonly text: readonly string[];
  readonly params: readonly SqlValue[];
  readonly #made = true;

  constructor(text: readonly string[], params: readonly SqlValue[]) {
    this.text = text;
    this.params = params;
  }

  static isPiece(value: unknown): value is Piece {
    return typeof value === 'object' && value !== null && #made in value && value.#made;
  }
}

/** A statement with numbered parameters, from a template. */
export interface TemplateStatement {
  readonly text: string;
  readonly params: readonly SqlValue[];
}

export function statementOf(
  strings: readonly string[],
  inputs: readonly SqlInput[],
): TemplateStatement {
  const { text, params } = join(strings, inputs);
  const numbered = text.map((part, index) => (index === 0 ? part : `$${index}${part}`));
  return { text: numbered.join(''), params };
}

/** A quoted name; several parts make a qualified one. */
export function identifier(...parts: readonly string[]): SqlPiece {
  if (parts.length === 0 || parts.some((part) => part === '' || part.includes('\0'))) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'a name must not be empty or hold a zero byte');
  }
  return new Piece([parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')], []);
}

/** A piece of SQL to put into templates; its own values are bound. */
export function fragment(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): SqlPiece {
  return join(strings, inputs);
}

/**
 * A list of values in parentheses: `IN ${values(ids)}`. A list of rows gives tuples: `VALUES ${values(rows)}`, where every
 * row is an array of the same length.
 */
export function values(list: readonly SqlValue[] | readonly (readonly SqlValue[])[]): SqlPiece {
  if (list.length === 0) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'values() needs at least one value');
  }
  const flat: readonly SqlValue[] = list;
  const tuples = flat.filter(isRow);
  const rows = tuples.length === flat.length ? tuples : [flat];
  const width = rows[0]!.length;
  if (width === 0 || rows.some((row) => row.length !== width)) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'values() needs rows of one length');
  }
  const text: string[] = [];
  for (const [index] of rows.entries()) {
    text.push(index === 0 ? '(' : '), (');
    for (let column = 1; column < width; column += 1) text.push(', ');
  }
  text.push(')');
  return new Piece(text, rows.flat(1));
}

function isRow(value: SqlValue): value is readonly SqlValue[] {
  return Array.isArray(value);
}

function join(strings: readonly string[], inputs: readonly SqlInput[]): Piece {
  const text = [strings[0] ?? ''];
  const params: SqlValue[] = [];
  for (const [index, input] of inputs.entries()) {
    const after = strings[index + 1] ?? '';
    if (Piece.isPiece(input)) {
      text[text.length - 1] += input.text[0]!;
      text.push(...input.text.slice(1));
      params.push(...input.params);
      text[text.length - 1] += after;
    } else {
      params.push(bindable(input));
      text.push(after);
    }
  }
  return new Piece(text, params);
}

function bindable(input: SqlInput): SqlValue {
  if (input === undefined) {
    throw new AlopexError('ALX_PARAMETER', 'a value of the template is undefined', {
      hint: 'pass null for SQL NULL',
    });
  }
  // A piece has been recognised already; whatever else has this shape is data.
  return input as SqlValue;
}
