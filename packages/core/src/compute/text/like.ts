/**
 * LIKE and ILIKE. A pattern becomes segments between its `%`: the first is anchored at the start, the last at the end, the
 * others are found one after another, leftmost first. That never backtracks, so no pattern can take more than
 * text length x pattern length steps. Matching runs on UTF-8 bytes; `_` takes one whole code point.
 */
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { AlopexError } from '../../base/errors.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { fixedColumn, isValid } from '../../types/column-vector.ts';
import { presentScalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import type { ScalarFunction } from '../scalar-function.ts';

/** Stands for `_` among the bytes of a segment: no byte of UTF-8. */
const ANY_ONE = 0x100;

/** A piece of a pattern without `%`. */
type Segment = Uint16Array;

export interface LikePattern {
  readonly segments: readonly Segment[];
  readonly ignoreCase: boolean;
}

/** `escape` undefined = no escape character. */
export function compileLike(
  pattern: string,
  escape: string | undefined,
  ignoreCase: boolean,
): LikePattern {
  const segments: number[][] = [[]];
  let escaped = false;
  for (const character of ignoreCase ? pattern.toLowerCase() : pattern) {
    if (!escaped && character === escape) {
      escaped = true;
      continue;
    }
    const segment = segments[segments.length - 1]!;
    if (!escaped && character === '%') segments.push([]);
    else if (!escaped && character === '_') segment.push(ANY_ONE);
    else segment.push(...encodeUtf8(character));
    escaped = false;
  }
  if (escaped)
    throw new AlopexError('ALX_ESCAPE_SEQUENCE', 'LIKE pattern must not end with escape character');
  return { segments: segments.map((segment) => Uint16Array.from(segment)), ignoreCase };
}

/** Whether bytes [start, end) match. */
export function matchesLike(
  pattern: LikePattern,
  data: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (pattern.ignoreCase) {
    const lower = encodeUtf8(decodeUtf8(data, start, end).toLowerCase());
    return matchSegments(pattern.segments, lower, 0, lower.length);
  }
  return matchSegments(pattern.segments, data, start, end);
}

function matchSegments(
  segments: readonly Segment[],
  data: Uint8Array,
  start: number,
  end: number,
): boolean {
  const first = segments[0]!;
  let at = matchAt(first, data, start, end);
  if (at < 0) return false;
  const last = segments.length - 1;
  if (last === 0) return at === end;
  for (let index = 1; index < last; index += 1) {
    at = findSegment(segments[index]!, data, at, end);
    if (at < 0) return false;
  }
  return matchesEnd(segments[last]!, data, at, end);
}

/** The position behind a segment that begins at `at`; -1 when it does not match there. */
function matchAt(segment: Segment, data: Uint8Array, at: number, end: number): number {
  let position = at;
  for (let index = 0; index < segment.length; index += 1) {
    if (position >= end) return -1;
    const wanted = segment[index]!;
    if (wanted === ANY_ONE) position += codePointSize(data[position]!);
    else if (data[position] === wanted) position += 1;
    else return -1;
  }
  return position <= end ? position : -1;
}

function findSegment(segment: Segment, data: Uint8Array, from: number, end: number): number {
  if (segment.length === 0) return from;
  const first = segment[0]!;
  for (let at = from; at < end; at += 1) {
    const byte = data[at]!;
    // A segment that begins with `_` may begin at any code point, never inside one.
    if (first === ANY_ONE ? (byte & 0xc0) === 0x80 : byte !== first) continue;
    const behind = matchAt(segment, data, at, end);
    if (behind >= 0) return behind;
  }
  return -1;
}

/** Whether the segment ends exactly at `end` and begins at or behind `from`. */
function matchesEnd(segment: Segment, data: Uint8Array, from: number, end: number): boolean {
  let position = end;
  for (let index = segment.length - 1; index >= 0; index -= 1) {
    if (position <= from) return false;
    position -= 1;
    const wanted = segment[index]!;
    if (wanted === ANY_ONE)
      while (position > from && (data[position]! & 0xc0) === 0x80) position -= 1;
    else if (data[position] !== wanted) return false;
  }
  return true;
}

function codePointSize(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** like(text, pattern [, escape]) and its relatives. A constant pattern is compiled once. */
export function likeFunction(name: string, ignoreCase: boolean, negated: boolean): ScalarFunction {
  const evaluate: ScalarFunction['evaluate'] = (args, rowCount, type) => {
    const [texts, patterns, escapes] = args as [
      ColumnVector,
      ColumnVector,
      ColumnVector | undefined,
    ];
    const out = new Uint8Array(rowCount);
    for (let row = 0; row < rowCount; row += 1) {
      if (!args.every((column) => isValid(column, row))) continue;
      const escape = escapes === undefined ? '\\' : escapeOf(presentScalarAt(escapes, row));
      const pattern = compileLike(String(presentScalarAt(patterns, row)), escape, ignoreCase);
      out[row] = matchRow(pattern, texts, row) === negated ? 0 : 1;
    }
    return fixedColumn(type, rowCount, out);
  };
  const prepare = (constants: readonly (Scalar | undefined)[]): ScalarFunction['evaluate'] => {
    const [, pattern, escape] = constants;
    if (typeof pattern !== 'string' || (constants.length === 3 && typeof escape !== 'string'))
      return evaluate;
    let compiled: LikePattern | undefined;
    return (args, rowCount, type) => {
      compiled ??= compileLike(
        pattern,
        constants.length === 3 ? escapeOf(escape!) : '\\',
        ignoreCase,
      );
      const texts = args[0]!;
      const out = new Uint8Array(rowCount);
      for (let row = 0; row < rowCount; row += 1)
        out[row] = matchRow(compiled, texts, row) === negated ? 0 : 1;
      return fixedColumn(type, rowCount, out);
    };
  };
  return { name, volatility: 'immutable', onNull: 'null', evaluate, prepare };
}

function matchRow(pattern: LikePattern, texts: ColumnVector, row: number): boolean {
  return matchesLike(pattern, texts.data!, texts.offsets![row]!, texts.offsets![row + 1]!);
}

function escapeOf(text: Scalar): string | undefined {
  const escape = String(text);
  if (escape === '') return undefined;
  if (Array.from(escape).length === 1) return escape;
  throw new AlopexError('ALX_INVALID_ARGUMENT', 'invalid escape string', {
    hint: 'Escape string must be empty or one character.',
  });
}
