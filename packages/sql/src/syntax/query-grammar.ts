/** SELECT, VALUES, set operations, WITH, ORDER BY, LIMIT. */
import type { TokenType } from 'chevrotain';
import { EOF } from 'chevrotain';
import type { Expression } from '../ast/expression.ts';
import type {
  CommonTable,
  LockingClause,
  OrderBy,
  Query,
  QueryBody,
  Select,
  SetOperation,
  Values,
  WithClause,
} from '../ast/query.ts';
import { SelectGrammar } from './select-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ALL = keyword('all');
const AS = keyword('as');
const ASC = keyword('asc');
const BY = keyword('by');
const DESC = keyword('desc');
const DISTINCT = keyword('distinct');
const EXCEPT = keyword('except');
const FETCH = keyword('fetch');
const FIRST = keyword('first');
const FOR = keyword('for');
const FROM = keyword('from');
const INTERSECT = keyword('intersect');
const INTO = keyword('into');
const KEY = keyword('key');
const LIMIT = keyword('limit');
const LOCKED = keyword('locked');
const MATERIALIZED = keyword('materialized');
const NEXT = keyword('next');
const NO = keyword('no');
const NOT = keyword('not');
const NOWAIT = keyword('nowait');
const NULLS = keyword('nulls');
const OF = keyword('of');
const OFFSET = keyword('offset');
const ON = keyword('on');
const ONLY = keyword('only');
const ORDER = keyword('order');
const QUALIFY = keyword('qualify');
const RECURSIVE = keyword('recursive');
const RETURNING = keyword('returning');
const ROW = keyword('row');
const ROWS = keyword('rows');
const SELECT = keyword('select');
const SHARE = keyword('share');
const SKIP = keyword('skip');
const TABLE = keyword('table');
const TIES = keyword('ties');
const UNION = keyword('union');
const UPDATE = keyword('update');
const VALUES = keyword('values');
const WHERE = keyword('where');
const HAVING = keyword('having');
const WINDOW = keyword('window');
const WITH = keyword('with');
const GROUP = keyword('group');

/** What a level of subqueries weighs against the nesting limit: its rules need as much stack as so many parentheses. */
const SUBQUERY_LEVELS = 8;

export abstract class QueryGrammar extends SelectGrammar {
  readonly query = this.RULE('query', (): Query => {
    const start = this.start();
    const withClause = this.OPTION(() => this.SUBRULE(this.withClause));
    return this.SUBRULE(this.queryRest, { ARGS: [withClause, start] });
  });

  /** A query from behind its WITH on. */
  readonly queryRest = this.RULE('queryRest', (withClause?: WithClause, start = 0): Query => {
    const body = this.#body(undefined, UNION_POWER);
    return this.#finish(withClause, body, start);
  });

  readonly withClause = this.RULE('withClause', (): WithClause => {
    const start = this.start();
    this.CONSUME(WITH);
    const recursive = this.take(RECURSIVE);
    const tables = this.commaList(
      () => this.#commonTable(),
      () => !t.isA(this.LA(1).tokenType, t.ColumnName),
    );
    return { kind: 'with', recursive, tables, span: this.since(start) };
  });

  protected abstract commonStatement(): CommonTable['statement'];

  #commonTable(): CommonTable {
    const start = this.start();
    const name = this.name('a name for the WITH query');
    const columns = this.at(t.LeftParen) ? this.parenthesisedNames('a column name') : [];
    this.expect(AS);
    let materialized: boolean | undefined;
    if (this.take(MATERIALIZED)) materialized = true;
    else if (this.takeBoth(NOT, MATERIALIZED)) materialized = false;
    this.expect(t.LeftParen);
    this.enter(SUBQUERY_LEVELS);
    const statement = this.commonStatement();
    this.leave(SUBQUERY_LEVELS);
    this.expect(t.RightParen);
    return {
      kind: 'common-table',
      name,
      columns,
      materialized,
      statement,
      span: this.since(start),
    };
  }

  // Where a query may start, and its continuation in doubtful parentheses

  protected override startsQuery(): boolean {
    switch (this.LA(1).tokenType) {
      case SELECT:
      case WITH:
      case TABLE:
      case FROM:
        return true;
      case VALUES:
        return this.atAhead(2, t.LeftParen);
      default:
        return false;
    }
  }

  protected override subquery(): Query {
    this.enter(SUBQUERY_LEVELS);
    const query = this.SUBRULE(this.query);
    this.leave(SUBQUERY_LEVELS);
    return query;
  }

  protected override parenthesisedQuery(): Query {
    this.expect(t.LeftParen);
    const query = this.subquery();
    this.expect(t.RightParen);
    return query;
  }

  protected override continuesQuery(): boolean {
    return CONTINUES_QUERY.has(this.LA(1).tokenType);
  }

  protected override continueQuery(first: Query): Query {
    const body = this.#body(first, UNION_POWER);
    return this.#finish(undefined, body, first.span.start);
  }

  protected override endsClause(): boolean {
    return ENDS_CLAUSE.has(this.LA(1).tokenType);
  }

  // Set operations: INTERSECT binds tighter than UNION and EXCEPT; all associate to the left

  #body(first: QueryBody | undefined, power: number): QueryBody {
    let left = first ?? this.SUBRULE(this.queryPrimary);
    for (;;) {
      const { tokenType } = this.LA(1);
      const found =
        tokenType === INTERSECT
          ? INTERSECT_POWER
          : tokenType === UNION || tokenType === EXCEPT
            ? UNION_POWER
            : 0;
      if (found < power) return left;
      left = this.#setOperation(left, found);
    }
  }

  #setOperation(left: QueryBody, power: number): SetOperation {
    const word = this.next().tokenType;
    const all = this.take(ALL);
    if (!all) this.take(DISTINCT);
    const byName = this.at(BY);
    if (byName) {
      this.next();
      if (!this.takeWord('name')) throw this.fail('NAME');
    }
    const right = this.#body(undefined, power + 1);
    const operation = word === UNION ? 'union' : word === EXCEPT ? 'except' : 'intersect';
    const span = this.since(left.span.start);
    return { kind: 'set-operation', operation, all, byName, left, right, span };
  }

  /** A rule of its own, for `continueQuery` gets here from inside other rules. */
  readonly queryPrimary = this.RULE('queryPrimary', (): QueryBody => {
    return this.OR([
      { ALT: () => this.SUBRULE(this.select) },
      { ALT: () => this.SUBRULE(this.values) },
      { ALT: () => this.SUBRULE(this.fromFirst) },
      { ALT: () => this.SUBRULE(this.tableQuery) },
      { ALT: () => this.SUBRULE(this.nestedQuery) },
    ]);
  });

  readonly nestedQuery = this.RULE('nestedQuery', (): Query => {
    this.CONSUME(t.LeftParen);
    this.enter(SUBQUERY_LEVELS);
    const query = this.SUBRULE(this.query);
    this.leave(SUBQUERY_LEVELS);
    this.expect(t.RightParen);
    return query;
  });

  readonly values = this.RULE('values', (): Values => {
    const start = this.start();
    this.CONSUME(VALUES);
    const rows = this.commaList(
      () => this.#valuesRow(),
      () => !this.at(t.LeftParen),
    );
    return { kind: 'values', rows, span: this.since(start) };
  });

  #valuesRow(): Expression[] {
    this.expect(t.LeftParen);
    const row = this.commaList(
      () => this.expression(),
      () => this.at(t.RightParen),
    );
    this.expect(t.RightParen);
    return row;
  }

  /** `TABLE t`. */
  readonly tableQuery = this.RULE('tableQuery', (): Select => {
    const start = this.start();
    this.CONSUME(TABLE);
    const name = this.qualifiedName('a table name');
    const span = this.since(start);
    const none = { alias: undefined, asOf: undefined, sample: undefined };
    return this.starSelect([{ kind: 'table-reference', name, ...none, span: name.span }], span);
  });

  // ORDER BY, LIMIT, OFFSET, FETCH, FOR

  #finish(withClause: WithClause | undefined, body: QueryBody, start: number): Query {
    const orderBy = this.at(ORDER) ? this.#orderBy() : undefined;
    const { limit, offset, withTies } = this.#limits();
    const locking: LockingClause[] = [];
    while (this.at(FOR)) locking.push(this.#locking());
    const plain =
      withClause === undefined &&
      orderBy === undefined &&
      limit === undefined &&
      offset === undefined;
    // Doubled parentheses say nothing.
    if (plain && body.kind === 'query' && locking.length === 0) return body;
    const tail = { orderBy, limit, withTies, offset, locking };
    return { kind: 'query', with: withClause, body, ...tail, span: this.since(start) };
  }

  #orderBy(): OrderBy {
    const start = this.start();
    this.next();
    this.expect(BY);
    if (this.#orderByAll()) {
      this.next();
      const all = { descending: this.direction(), nulls: this.nullsOrder() };
      return { kind: 'order-by', all, items: [], span: this.since(start) };
    }
    const items = this.orderItems();
    return { kind: 'order-by', all: undefined, items, span: this.since(start) };
  }

  #orderByAll(): boolean {
    if (!this.at(ALL)) return false;
    const { tokenType } = this.LA(2);
    return (
      tokenType === ASC || tokenType === DESC || tokenType === NULLS || ENDS_CLAUSE.has(tokenType)
    );
  }

  /** LIMIT, OFFSET and FETCH in any order, each once. */
  #limits(): { limit: Expression | undefined; offset: Expression | undefined; withTies: boolean } {
    let limit: Expression | undefined;
    let offset: Expression | undefined;
    let withTies = false;
    let limited = false;
    for (;;) {
      if (this.at(LIMIT) && !limited) {
        limited = true;
        limit = this.#limit();
      } else if (this.at(OFFSET) && offset === undefined) {
        this.next();
        offset = this.expression();
        if (!this.take(ROW)) this.take(ROWS);
      } else if (this.at(FETCH) && !limited) {
        limited = true;
        limit = this.#fetchCount();
        withTies = this.#fetchTies();
      } else return { limit, offset, withTies };
    }
  }

  #limit(): Expression | undefined {
    this.next();
    if (this.take(ALL)) return undefined;
    const limit = this.expression();
    if (this.at(t.Comma)) throw this.fail(undefined, 'Write LIMIT count OFFSET start.');
    return limit.kind === 'null-literal' ? undefined : limit;
  }

  #fetchCount(): Expression {
    const start = this.start();
    this.next();
    if (!this.take(FIRST) && !this.take(NEXT)) throw this.fail('FIRST or NEXT');
    const counted = !this.at(ROW) && !this.at(ROWS);
    const count: Expression = counted
      ? this.operand()
      : { kind: 'integer-literal', text: '1', span: this.since(start) };
    if (!this.take(ROW)) this.expect(ROWS);
    return count;
  }

  #fetchTies(): boolean {
    if (this.take(ONLY)) return false;
    if (this.takeBoth(WITH, TIES)) return true;
    throw this.fail('ONLY or WITH TIES');
  }

  #locking(): LockingClause {
    const start = this.start();
    this.next();
    const strength = this.#lockStrength();
    const tables = this.take(OF) ? this.commaList(() => this.qualifiedName('a table name')) : [];
    let wait: LockingClause['wait'] = 'wait';
    if (this.take(NOWAIT)) wait = 'nowait';
    else if (this.takeBoth(SKIP, LOCKED)) wait = 'skip locked';
    return { kind: 'locking', strength, tables, wait, span: this.since(start) };
  }

  #lockStrength(): LockingClause['strength'] {
    if (this.take(UPDATE)) return 'update';
    if (this.take(SHARE)) return 'share';
    if (this.takeBoth(KEY, SHARE)) return 'key share';
    if (this.take(NO)) {
      this.expect(KEY);
      this.expect(UPDATE);
      return 'no key update';
    }
    throw this.fail('UPDATE, NO KEY UPDATE, SHARE or KEY SHARE');
  }
}

const UNION_POWER = 1;
const INTERSECT_POWER = 2;

const CONTINUES_QUERY: ReadonlySet<TokenType> = new Set([
  UNION,
  INTERSECT,
  EXCEPT,
  ORDER,
  LIMIT,
  OFFSET,
  FETCH,
  FOR,
]);

const ENDS_CLAUSE: ReadonlySet<TokenType> = new Set([
  ...CONTINUES_QUERY,
  EOF,
  t.RightParen,
  t.Semicolon,
  FROM,
  WHERE,
  GROUP,
  HAVING,
  WINDOW,
  QUALIFY,
  INTO,
  ON,
  RETURNING,
  SELECT,
]);
