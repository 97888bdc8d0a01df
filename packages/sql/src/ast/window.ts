/** ORDER BY entries and windows: shared by expressions (calls) and queries. */
import type { Expression } from './expression.ts';
import type { Identifier } from './name.ts';
import type { Span } from './span.ts';

export interface OrderItem {
  readonly kind: 'order-item';
  readonly expression: Expression;
  readonly descending: boolean;
  /** Absent: last for ascending, first for descending (vector scores: last, SPEC 3). */
  readonly nulls: 'first' | 'last' | undefined;
  readonly span: Span;
}

/** `OVER w` or `OVER (…)`. */
export type Window = WindowName | WindowSpecification;

export interface WindowName {
  readonly kind: 'window-name';
  readonly name: Identifier;
  readonly span: Span;
}

export interface WindowSpecification {
  readonly kind: 'window-specification';
  /** A named window that this one refines: `(w ORDER BY a)`. */
  readonly base: Identifier | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: WindowFrame | undefined;
  readonly span: Span;
}

export interface WindowFrame {
  readonly kind: 'window-frame';
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  /** Without BETWEEN: current row. */
  readonly end: FrameBound;
  readonly exclude: 'current row' | 'group' | 'ties' | 'no others';
  readonly span: Span;
}

export interface FrameBound {
  readonly kind: 'frame-bound';
  readonly bound:
    | 'unbounded preceding'
    | 'preceding'
    | 'current row'
    | 'following'
    | 'unbounded following';
  /** Only of 'preceding' and 'following'. */
  readonly offset: Expression | undefined;
  readonly span: Span;
}

/** An entry of the WINDOW clause. */
export interface NamedWindow {
  readonly kind: 'named-window';
  readonly name: Identifier;
  readonly window: WindowSpecification;
  readonly span: Span;
}
