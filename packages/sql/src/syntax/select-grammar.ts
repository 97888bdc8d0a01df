/** SELECT: its list, its clauses, and the FROM-first form. */
import type { Expression } from '../ast/expression.ts';
import { qualifiedName } from '../ast/name.ts';
import type { Identifier, QualifiedName } from '../ast/name.ts';
import type {
  Distinct,
  FromItem,
  GroupBy,
  GroupingElement,
  Select,
  SelectItem,
  Star,
} from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import type { NamedWindow } from '../ast/window.ts';
import { FromGrammar } from './from-grammar.ts';
import { asIdentifier } from './name-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';
import type { SqlToken } from './tokens.ts';

const ALL = keyword('all');
const AS = keyword('as');
const BY = keyword('by');
const CUBE = keyword('cube');
const DISTINCT = keyword('distinct');
const EXCLUDE = keyword('exclude');
const FROM = keyword('from');
const GROUP = keyword('group');
const GROUPING = keyword('grouping');
const HAVING = keyword('having');
const INTO = keyword('into');
const ON = keyword('on');
const QUALIFY = keyword('qualify');
const RENAME = keyword('rename');
const REPLACE = keyword('replace');
const ROLLUP = keyword('rollup');
const SELECT = keyword('select');
const SETS = keyword('sets');
const WHERE = keyword('where');
const WINDOW = keyword('window');

export abstract class SelectGrammar extends FromGrammar {
  readonly select = this.RULE('select', (): Select => {
    const start = this.start();
    const hints = hintsOf(this.CONSUME(SELECT) as SqlToken);
    const distinct = this.#distinct();
    const items = this.#items();
    if (this.at(INTO)) throw this.fail(undefined, 'Use CREATE TABLE … AS SELECT.');
    const from = this.OPTION(() => this.#from()) ?? [];
    return this.#finishSelect({ distinct, items, from, hints }, start);
  });

  /** `FROM t`, `FROM t SELECT a`. */
  readonly fromFirst = this.RULE('fromFirst', (): Select => {
    const start = this.start();
    const from = this.#from();
    const { distinct, items, hints } = this.#lateItems();
    return this.#finishSelect({ distinct, items, from, hints }, start);
  });

  #from(): FromItem[] {
    this.CONSUME(FROM);
    return this.fromList();
  }

  #lateItems(): Pick<Select, 'distinct' | 'items' | 'hints'> {
    const start = this.start();
    if (!this.at(SELECT)) {
      return { distinct: undefined, items: [plainStar({ start, end: start })], hints: [] };
    }
    const hints = hintsOf(this.next());
    const distinct = this.#distinct();
    return { distinct, items: this.#items(), hints };
  }

  #finishSelect(
    head: Pick<Select, 'distinct' | 'items' | 'from' | 'hints'>,
    start: number,
  ): Select {
    const where = this.OPTION1(() => {
      this.CONSUME1(WHERE);
      return this.expression();
    });
    const groupBy = this.OPTION2(() => this.#groupBy());
    const having = this.OPTION3(() => {
      this.CONSUME3(HAVING);
      return this.expression();
    });
    const windows = this.OPTION4((): NamedWindow[] => {
      this.CONSUME4(WINDOW);
      return this.commaList(() => this.namedWindow());
    });
    const qualify = this.OPTION5((): Expression => {
      this.CONSUME5(QUALIFY);
      return this.expression();
    });
    const clauses = { where, groupBy, having, windows: windows ?? [], qualify };
    const { distinct, items, from, hints } = head;
    return { kind: 'select', distinct, items, from, ...clauses, hints, span: this.since(start) };
  }

  /** `SELECT * FROM …`, for the short forms that stand for it. */
  protected starSelect(from: readonly FromItem[], span: Span): Select {
    const none = {
      where: undefined,
      groupBy: undefined,
      having: undefined,
      windows: [],
      qualify: undefined,
    };
    return {
      kind: 'select',
      distinct: undefined,
      items: [plainStar(span)],
      from,
      ...none,
      hints: [],
      span,
    };
  }

  #distinct(): Distinct | undefined {
    const start = this.start();
    if (!this.take(DISTINCT)) {
      this.take(ALL);
      return undefined;
    }
    let on: readonly Expression[] = [];
    if (this.take(ON)) {
      this.expect(t.LeftParen);
      on = this.commaList(
        () => this.expression(),
        () => this.at(t.RightParen),
      );
      this.expect(t.RightParen);
    }
    return { kind: 'distinct', on, span: this.since(start) };
  }

  // The select list, which RETURNING shares

  #items(): SelectItem[] {
    if (!this.RECORDING_PHASE && this.endsClause()) return [];
    return this.selectItems();
  }

  protected selectItems(): SelectItem[] {
    return this.commaList(
      () => this.#item(),
      () => this.endsClause(),
    );
  }

  #item(): SelectItem {
    if (this.RECORDING_PHASE) this.OPTION9(() => this.CONSUME9(t.Star));
    const start = this.start();
    if (this.at(t.Star)) return this.#star(undefined);
    if (this.atAhead(2, t.Dot) && this.#qualifiesStar()) return this.#star(this.#starTable());
    const expression = this.expression();
    const alias = this.#columnAlias();
    return { kind: 'select-expression', expression, alias, span: this.since(start) };
  }

  #columnAlias(): Identifier | undefined {
    if (this.take(AS)) return this.label('a column alias');
    return t.isA(this.LA(1).tokenType, t.BareLabel) ? asIdentifier(this.next()) : undefined;
  }

  #qualifiesStar(): boolean {
    let ahead = 1;
    while (t.isA(this.LA(ahead).tokenType, t.Label) && this.atAhead(ahead + 1, t.Dot)) {
      if (this.atAhead(ahead + 2, t.Star)) return true;
      ahead += 2;
    }
    return false;
  }

  #starTable(): QualifiedName {
    const parts = [this.name('a table name')];
    this.next();
    while (!this.at(t.Star)) {
      parts.push(this.label('a table name'));
      this.expect(t.Dot);
    }
    return qualifiedName(parts);
  }

  #star(table: QualifiedName | undefined): Star {
    const start = table?.span.start ?? this.start();
    this.next();
    const exclude = this.#starChange(EXCLUDE, () => this.name('a column name'));
    const replace = this.#starChange(REPLACE, () => this.#replacement());
    const rename = this.#starChange(RENAME, () => this.#renaming());
    return { kind: 'star', table, exclude, replace, rename, span: this.since(start) };
  }

  /** `WORD item` or `WORD (item, …)`. */
  #starChange<T>(word: typeof EXCLUDE, item: () => T): T[] {
    if (!this.take(word)) return [];
    if (!this.take(t.LeftParen)) return [item()];
    const list = this.commaList(item, () => this.at(t.RightParen));
    this.expect(t.RightParen);
    return list;
  }

  #replacement(): { column: Identifier; value: Expression } {
    const value = this.expression();
    this.expect(AS);
    return { column: this.name('a column name'), value };
  }

  #renaming(): { from: Identifier; to: Identifier } {
    const from = this.name('a column name');
    this.expect(AS);
    return { from, to: this.name('a column name') };
  }

  // GROUP BY

  #groupBy(): GroupBy {
    const start = this.start();
    this.CONSUME2(GROUP);
    this.CONSUME2(BY);
    if (this.RECORDING_PHASE) {
      this.expression();
      return {
        kind: 'group-by',
        all: false,
        distinct: false,
        elements: [],
        span: this.since(start),
      };
    }
    const quantified = this.take(ALL);
    if (quantified && this.endsClause()) {
      return {
        kind: 'group-by',
        all: true,
        distinct: false,
        elements: [],
        span: this.since(start),
      };
    }
    const distinct = !quantified && this.take(DISTINCT);
    const elements = this.#groupingElements();
    return { kind: 'group-by', all: false, distinct, elements, span: this.since(start) };
  }

  #groupingElements(): GroupingElement[] {
    return this.commaList(
      () => this.#groupingElement(),
      () => this.endsClause(),
    );
  }

  #groupingElement(): GroupingElement {
    const start = this.start();
    if (this.takeBoth(t.LeftParen, t.RightParen))
      return { kind: 'empty-grouping', span: this.since(start) };
    if ((this.at(ROLLUP) || this.at(CUBE)) && this.atAhead(2, t.LeftParen)) {
      const kind = this.next().tokenType === ROLLUP ? 'rollup' : 'cube';
      this.next();
      const expressions = this.nested(() => this.commaList(() => this.expression()));
      this.expect(t.RightParen);
      return { kind, expressions, span: this.since(start) };
    }
    if (this.takeBoth(GROUPING, SETS)) {
      this.expect(t.LeftParen);
      const sets = this.nested(() => this.#groupingElements());
      this.expect(t.RightParen);
      return { kind: 'grouping-sets', sets, span: this.since(start) };
    }
    const expression = this.expression();
    return { kind: 'grouping-expression', expression, span: expression.span };
  }
}

function hintsOf(token: SqlToken): readonly string[] {
  return token.payload ?? [];
}

function plainStar(span: Span): Star {
  return { kind: 'star', table: undefined, exclude: [], replace: [], rename: [], span };
}
