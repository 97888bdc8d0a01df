/** ORDER BY lists and windows. */
import type { Expression } from '../ast/expression.ts';
import type {
  FrameBound,
  NamedWindow,
  OrderItem,
  Window,
  WindowFrame,
  WindowSpecification,
} from '../ast/window.ts';
import { ExpressionGrammar } from './expression-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const AND = keyword('and');
const AS = keyword('as');
const ASC = keyword('asc');
const BETWEEN = keyword('between');
const BY = keyword('by');
const CURRENT = keyword('current');
const DESC = keyword('desc');
const EXCLUDE = keyword('exclude');
const FIRST = keyword('first');
const FOLLOWING = keyword('following');
const GROUP = keyword('group');
const GROUPS = keyword('groups');
const LAST = keyword('last');
const NO = keyword('no');
const NULLS = keyword('nulls');
const ORDER = keyword('order');
const OTHERS = keyword('others');
const PARTITION = keyword('partition');
const PRECEDING = keyword('preceding');
const RANGE = keyword('range');
const ROW = keyword('row');
const ROWS = keyword('rows');
const TIES = keyword('ties');
const UNBOUNDED = keyword('unbounded');
const USING = keyword('using');

export abstract class WindowGrammar extends ExpressionGrammar {
  protected override orderItems(): readonly OrderItem[] {
    return this.commaList(
      () => this.#orderItem(),
      () => this.endsClause(),
    );
  }

  /** Whether no further list entry can follow: the end of the clause, the query or the statement. */
  protected abstract endsClause(): boolean;

  #orderItem(): OrderItem {
    const start = this.start();
    const expression = this.expression();
    const descending = this.direction();
    const nulls = this.nullsOrder();
    return { kind: 'order-item', expression, descending, nulls, span: this.since(start) };
  }

  /** ASC, DESC, USING < or USING >; whether it is descending. */
  protected direction(): boolean {
    if (this.take(DESC)) return true;
    if (this.take(ASC) || !this.take(USING)) return false;
    const operator = this.expect(t.Comparison, '"<" or ">"').image;
    return operator === '>' || operator === '>=';
  }

  protected nullsOrder(): 'first' | 'last' | undefined {
    if (!this.take(NULLS)) return undefined;
    if (this.take(FIRST)) return 'first';
    if (this.take(LAST)) return 'last';
    throw this.fail('FIRST or LAST');
  }

  /** What follows OVER. */
  protected override window(): Window {
    if (this.at(t.LeftParen)) return this.#specification();
    const name = this.name('a window');
    return { kind: 'window-name', name, span: name.span };
  }

  protected namedWindow(): NamedWindow {
    const start = this.start();
    const name = this.name('a window name');
    this.expect(AS);
    const window = this.#specification();
    return { kind: 'named-window', name, window, span: this.since(start) };
  }

  #specification(): WindowSpecification {
    const start = this.start();
    this.expect(t.LeftParen);
    this.enter();
    const base = this.#startsWithName() ? this.name('a window') : undefined;
    let partitionBy: readonly Expression[] = [];
    if (this.takeBoth(PARTITION, BY)) partitionBy = this.commaList(() => this.expression());
    let orderBy: readonly OrderItem[] = [];
    if (this.takeBoth(ORDER, BY)) orderBy = this.orderItems();
    const frame = this.#frame();
    this.leave();
    this.expect(t.RightParen);
    return {
      kind: 'window-specification',
      base,
      partitionBy,
      orderBy,
      frame,
      span: this.since(start),
    };
  }

  #startsWithName(): boolean {
    const frame = this.at(RANGE) || this.at(ROWS) || this.at(GROUPS);
    return !frame && !this.at(PARTITION) && t.isA(this.LA(1).tokenType, t.ColumnName);
  }

  #frame(): WindowFrame | undefined {
    const start = this.start();
    const unit = this.take(ROWS)
      ? 'rows'
      : this.take(RANGE)
        ? 'range'
        : this.take(GROUPS)
          ? 'groups'
          : undefined;
    if (unit === undefined) return undefined;
    const between = this.take(BETWEEN);
    const first = this.#bound();
    if (between) this.expect(AND);
    const end: FrameBound = between
      ? this.#bound()
      : { kind: 'frame-bound', bound: 'current row', offset: undefined, span: first.span };
    const exclude = this.take(EXCLUDE) ? this.#exclusion() : 'no others';
    return { kind: 'window-frame', unit, start: first, end, exclude, span: this.since(start) };
  }

  #bound(): FrameBound {
    const start = this.start();
    if (this.takeBoth(CURRENT, ROW)) {
      return {
        kind: 'frame-bound',
        bound: 'current row',
        offset: undefined,
        span: this.since(start),
      };
    }
    const offset = this.take(UNBOUNDED) ? undefined : this.expression();
    const side = this.take(PRECEDING)
      ? 'preceding'
      : this.take(FOLLOWING)
        ? 'following'
        : undefined;
    if (side === undefined) throw this.fail('PRECEDING or FOLLOWING');
    const bound = offset === undefined ? (`unbounded ${side}` as const) : side;
    return { kind: 'frame-bound', bound, offset, span: this.since(start) };
  }

  #exclusion(): WindowFrame['exclude'] {
    if (this.takeBoth(CURRENT, ROW)) return 'current row';
    if (this.take(GROUP)) return 'group';
    if (this.take(TIES)) return 'ties';
    if (this.takeBoth(NO, OTHERS)) return 'no others';
    throw this.fail('CURRENT ROW, GROUP, TIES or NO OTHERS');
  }
}
