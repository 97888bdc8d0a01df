/** FROM: tables, subqueries, functions and joins. */
import type { Expression, FunctionCall } from '../ast/expression.ts';
import type { Identifier, TypeName } from '../ast/name.ts';
import type {
  AsOf,
  FromItem,
  FunctionTable,
  Join,
  Query,
  TableAlias,
  TableSample,
} from '../ast/query.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';
import { WindowGrammar } from './window-grammar.ts';

const AS = keyword('as');
const CROSS = keyword('cross');
const FROM = keyword('from');
const FULL = keyword('full');
const INNER = keyword('inner');
const JOIN = keyword('join');
const LATERAL = keyword('lateral');
const LEFT = keyword('left');
const NATURAL = keyword('natural');
const OF = keyword('of');
const ON = keyword('on');
const ONLY = keyword('only');
const ORDINALITY = keyword('ordinality');
const OUTER = keyword('outer');
const REPEATABLE = keyword('repeatable');
const RIGHT = keyword('right');
const ROWS = keyword('rows');
const TABLESAMPLE = keyword('tablesample');
const USING = keyword('using');
const WITH = keyword('with');

export abstract class FromGrammar extends WindowGrammar {
  readonly fromItem = this.RULE('fromItem', (): FromItem => {
    const start = this.start();
    let item = this.#primary();
    while (this.#atJoin()) item = this.#join(item, start);
    return item;
  });

  /** Entries separated by commas, up to a word that ends FROM. */
  protected fromList(): FromItem[] {
    return this.commaList(
      () => this.SUBRULE(this.fromItem),
      () => this.endsClause(),
    );
  }

  #primary(): FromItem {
    if (this.RECORDING_PHASE) return this.#recordPrimary();
    const start = this.start();
    const lateral = this.take(LATERAL);
    if (this.at(t.LeftParen)) return this.#parenthesised(start, lateral);
    if (this.at(ROWS) && this.atAhead(2, FROM)) return this.#rowsFrom(start, lateral);
    const only = this.take(ONLY);
    if (!only && this.#startsFunction()) return this.#functionTable([this.#call()], start, lateral);
    const name = this.qualifiedName('a table name');
    this.take(t.Star);
    const asOf = this.#asOf();
    const alias = this.tableAlias();
    const sample = this.#sample();
    return { kind: 'table-reference', name, alias, asOf, sample, span: this.since(start) };
  }

  #recordPrimary(): FromItem {
    const starts = [t.ColumnName, t.FunctionName, t.LeftParen, LATERAL, ONLY];
    this.OR(starts.map((type) => ({ ALT: () => void this.CONSUME(type) })));
    const name = { kind: 'qualified-name', parts: [], span: { start: 0, end: 0 } } as const;
    const none = { alias: undefined, asOf: undefined, sample: undefined, span: name.span };
    return { kind: 'table-reference', name, ...none };
  }

  /** `(SELECT …) AS d`, `(a JOIN b …)`, and `((SELECT …) UNION …) AS d`, which shows itself behind its first operand. */
  #parenthesised(start: number, lateral: boolean): FromItem {
    this.next();
    this.enter();
    if (this.startsQuery()) return this.#derived(this.subquery(), start, lateral);
    const item = this.SUBRULE(this.fromItem);
    if (item.kind === 'derived-table' && item.alias === undefined) {
      const query = this.continuesQuery() ? this.continueQuery(item.query) : item.query;
      return this.#derived(query, start, lateral);
    }
    this.leave();
    this.expect(t.RightParen);
    const alias = item.kind === 'join' ? this.tableAlias() : undefined;
    return item.kind === 'join' && alias !== undefined
      ? { ...item, alias, span: this.since(start) }
      : item;
  }

  #derived(query: Query, start: number, lateral: boolean): FromItem {
    this.leave();
    this.expect(t.RightParen);
    const alias = this.tableAlias();
    return { kind: 'derived-table', query, lateral, alias, span: this.since(start) };
  }

  // Functions

  #startsFunction(): boolean {
    let ahead = 2;
    while (this.atAhead(ahead, t.Dot)) ahead += 2;
    return this.atAhead(ahead, t.LeftParen) && t.isA(this.LA(1).tokenType, t.Label);
  }

  #call(): FunctionCall {
    const call = this.operand();
    if (call.kind !== 'function-call') throw this.fail('a function call');
    return call;
  }

  #rowsFrom(start: number, lateral: boolean): FromItem {
    this.next();
    this.next();
    this.expect(t.LeftParen);
    const calls = this.commaList(() => this.#call());
    this.expect(t.RightParen);
    return this.#functionTable(calls, start, lateral);
  }

  #functionTable(calls: readonly FunctionCall[], start: number, lateral: boolean): FromItem {
    const withOrdinality = this.takeBoth(WITH, ORDINALITY);
    const definitionsOnly = this.at(AS) && this.atAhead(2, t.LeftParen);
    let definitions: FunctionTable['definitions'] = [];
    let alias: TableAlias | undefined;
    if (definitionsOnly) {
      this.next();
      definitions = this.#definitions();
    } else {
      const aliasStart = this.start();
      const name = this.#aliasName();
      if (name !== undefined) {
        let columns: readonly Identifier[] = [];
        if (this.#startsDefinitions()) definitions = this.#definitions();
        else if (this.at(t.LeftParen)) columns = this.parenthesisedNames('a column name');
        alias = { kind: 'table-alias', name, columns, span: this.since(aliasStart) };
      }
    }
    const span = this.since(start);
    return { kind: 'function-table', calls, lateral, withOrdinality, alias, definitions, span };
  }

  #startsDefinitions(): boolean {
    return this.at(t.LeftParen) && t.isA(this.LA(3).tokenType, t.Label);
  }

  #definitions(): { name: Identifier; type: TypeName }[] {
    this.expect(t.LeftParen);
    const definitions = this.commaList(
      () => ({ name: this.name('a column name'), type: this.typeName() }),
      () => this.at(t.RightParen),
    );
    this.expect(t.RightParen);
    return definitions;
  }

  // Aliases and what else follows a table

  protected tableAlias(): TableAlias | undefined {
    const start = this.start();
    const name = this.#aliasName();
    if (name === undefined) return undefined;
    const columns = this.at(t.LeftParen) ? this.parenthesisedNames('a column alias') : [];
    return { kind: 'table-alias', name, columns, span: this.since(start) };
  }

  #aliasName(): Identifier | undefined {
    if (this.take(AS)) return this.name('a table alias');
    if (!t.isA(this.LA(1).tokenType, t.BareAlias) || this.#atJoin()) return undefined;
    return this.name('a table alias');
  }

  #asOf(): AsOf | undefined {
    if (!this.at(AS) || !this.atAhead(2, OF)) return undefined;
    const word = this.LA(3).image;
    if (word !== 'timestamp' && word !== 'version' && word !== 'system') return undefined;
    const start = this.start();
    this.next();
    this.next();
    this.next();
    if (word === 'system' && !this.takeWord('time')) throw this.fail('TIME');
    const value = this.operand();
    return {
      kind: 'as-of',
      unit: word === 'system' ? 'system time' : word,
      value,
      span: this.since(start),
    };
  }

  #sample(): TableSample | undefined {
    const start = this.start();
    if (!this.take(TABLESAMPLE)) return undefined;
    const method = this.label('a sampling method');
    this.expect(t.LeftParen);
    const args = this.commaList(() => this.expression());
    this.expect(t.RightParen);
    let repeatable: Expression | undefined;
    if (this.take(REPEATABLE)) {
      this.expect(t.LeftParen);
      repeatable = this.expression();
      this.expect(t.RightParen);
    }
    return { kind: 'table-sample', method, args, repeatable, span: this.since(start) };
  }

  // Joins

  #atJoin(): boolean {
    switch (this.LA(1).tokenType) {
      case JOIN:
      case CROSS:
      case INNER:
      case LEFT:
      case RIGHT:
      case FULL:
      case NATURAL:
        return true;
      default:
        if (this.atWord('semi') || this.atWord('anti')) return this.atAhead(2, JOIN);
        return this.atWord('asof') && (this.atAhead(2, JOIN) || this.atAhead(2, LEFT));
    }
  }

  #join(left: FromItem, start: number): Join {
    this.enter();
    const natural = this.take(NATURAL);
    const join = this.#joinKind();
    let right = this.#primary();
    const qualified = join !== 'cross' && !natural;
    // `a JOIN b JOIN c ON x ON y` is a JOIN (b JOIN c ON x) ON y.
    while (qualified && !this.at(ON) && !this.at(USING) && this.#atJoin()) {
      right = this.#join(right, right.span.start);
    }
    let on: Expression | undefined;
    let using: readonly Identifier[] = [];
    let usingAlias: Identifier | undefined;
    if (qualified && this.take(USING)) {
      using = this.parenthesisedNames('a column name');
      if (this.take(AS)) usingAlias = this.name('an alias');
    } else if (qualified) {
      this.expect(ON, 'ON or USING');
      on = this.expression();
    }
    this.leave();
    const conditions = { natural, on, using, usingAlias, alias: undefined };
    return { kind: 'join', join, left, right, ...conditions, span: this.since(start) };
  }

  #joinKind(): Join['join'] {
    const kind = this.#joinWord();
    this.expect(JOIN);
    return kind;
  }

  #joinWord(): Join['join'] {
    if (this.take(CROSS)) return 'cross';
    if (this.take(INNER)) return 'inner';
    if (this.takeWord('semi')) return 'semi';
    if (this.takeWord('anti')) return 'anti';
    if (this.takeWord('asof')) return this.take(LEFT) ? 'asof left' : 'asof';
    const side = this.take(LEFT)
      ? 'left'
      : this.take(RIGHT)
        ? 'right'
        : this.take(FULL)
          ? 'full'
          : undefined;
    if (side === undefined) return 'inner';
    this.take(OUTER);
    return side;
  }
}
