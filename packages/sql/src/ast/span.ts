/**
 * Where a piece of syntax stands in the text of its script: UTF-16 units from 0, `end` exclusive. Spans of a statement in a
 * script count from the start of the whole script, so an error points into the text the user wrote.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the start of `first` to the end of `last`. */
export function spanFrom(first: Span, last: Span): Span {
  return { start: first.start, end: last.end };
}
