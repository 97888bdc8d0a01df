/** INSERT, UPDATE, DELETE, and WITH in front of them. */
import type {
  Assignment,
  AssignmentSlice,
  AssignmentTarget,
  ConflictTarget,
  DeleteStatement,
  InsertStatement,
  OnConflict,
  UpdateStatement,
} from '../ast/dml.ts';
import type { Expression } from '../ast/expression.ts';
import type { Identifier } from '../ast/name.ts';
import type { FromItem, SelectItem, WithClause } from '../ast/query.ts';
import type { DataStatement } from '../ast/statement.ts';
import { QueryGrammar } from './query-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const AS = keyword('as');
const BY = keyword('by');
const CONFLICT = keyword('conflict');
const CONSTRAINT = keyword('constraint');
const DEFAULT = keyword('default');
const DELETE = keyword('delete');
const DO = keyword('do');
const FROM = keyword('from');
const INSERT = keyword('insert');
const INTO = keyword('into');
const NOTHING = keyword('nothing');
const ON = keyword('on');
const ONLY = keyword('only');
const OVERRIDING = keyword('overriding');
const RETURNING = keyword('returning');
const SET = keyword('set');
const SYSTEM = keyword('system');
const UPDATE = keyword('update');
const USER = keyword('user');
const USING = keyword('using');
const VALUES = keyword('values');
const WHERE = keyword('where');

export abstract class DmlGrammar extends QueryGrammar {
  /** A query or a writer, with its WITH. */
  readonly dataStatement = this.RULE('dataStatement', (): DataStatement => {
    const start = this.start();
    const withClause = this.OPTION(() => this.SUBRULE(this.withClause));
    const args = { ARGS: [withClause, start] as [WithClause | undefined, number] };
    return this.OR([
      { ALT: () => this.SUBRULE(this.insert, args) },
      { ALT: () => this.SUBRULE(this.update, args) },
      { ALT: () => this.SUBRULE(this.delete, args) },
      { ALT: () => this.SUBRULE(this.queryRest, args) },
    ]);
  });

  protected override commonStatement(): DataStatement {
    return this.SUBRULE(this.dataStatement);
  }

  readonly insert = this.RULE('insert', (withClause?: WithClause, start = 0): InsertStatement => {
    this.CONSUME(INSERT);
    this.CONSUME(INTO);
    const table = this.qualifiedName('a table name');
    const alias = this.OPTION(() => {
      this.CONSUME(AS);
      return this.name('a table alias');
    });
    const columns = this.#insertColumns();
    const byName = this.at(BY);
    if (byName) {
      this.next();
      if (!this.takeWord('name')) throw this.fail('NAME');
    }
    const overriding = this.#overriding();
    const defaults = this.takeBoth(DEFAULT, VALUES);
    const source = defaults ? undefined : this.#insertSource();
    const onConflict = this.#onConflict();
    const returning = this.#returning();
    const target = { table, alias, columns, byName, overriding };
    const span = this.since(start);
    return { kind: 'insert', with: withClause, ...target, source, onConflict, returning, span };
  });

  #insertColumns(): readonly Identifier[] {
    if (!this.at(t.LeftParen)) return [];
    // `INSERT INTO t (SELECT …)` and `((SELECT …) UNION …)` are queries.
    const query = this.atAhead(2, VALUES) && this.atAhead(3, t.LeftParen);
    if (query || !t.isA(this.LA(2).tokenType, t.ColumnName)) return [];
    return this.parenthesisedNames('a column name');
  }

  #insertSource(): InsertStatement['source'] {
    if (!this.RECORDING_PHASE && !this.startsQuery() && !this.at(t.LeftParen)) {
      throw this.fail('VALUES, SELECT or DEFAULT VALUES');
    }
    return this.SUBRULE(this.query);
  }

  #overriding(): 'system' | 'user' | undefined {
    if (!this.take(OVERRIDING)) return undefined;
    const which = this.take(SYSTEM) ? 'system' : this.take(USER) ? 'user' : undefined;
    if (which === undefined) throw this.fail('SYSTEM or USER');
    if (!this.takeWord('value')) throw this.fail('VALUE');
    return which;
  }

  #onConflict(): OnConflict | undefined {
    const start = this.start();
    if (!this.takeBoth(ON, CONFLICT)) return undefined;
    const target = this.#conflictTarget();
    this.expect(DO);
    if (this.take(NOTHING)) {
      return { kind: 'on-conflict', target, update: undefined, span: this.since(start) };
    }
    this.expect(UPDATE, 'NOTHING or UPDATE');
    this.expect(SET);
    const assignments = this.#assignments();
    const update = { assignments, where: this.#where() };
    return { kind: 'on-conflict', target, update, span: this.since(start) };
  }

  #conflictTarget(): ConflictTarget | undefined {
    const start = this.start();
    if (this.takeBoth(ON, CONSTRAINT)) {
      const name = this.name('a constraint name');
      return { kind: 'conflict-constraint', name, span: this.since(start) };
    }
    if (!this.take(t.LeftParen)) return undefined;
    const columns = this.commaList(
      () => this.expression(),
      () => this.at(t.RightParen),
    );
    this.expect(t.RightParen);
    return { kind: 'conflict-columns', columns, where: this.#where(), span: this.since(start) };
  }

  readonly update = this.RULE('update', (withClause?: WithClause, start = 0): UpdateStatement => {
    this.CONSUME(UPDATE);
    this.take(ONLY);
    const table = this.qualifiedName('a table name');
    this.take(t.Star);
    const alias = this.tableAlias()?.name;
    this.expect(SET);
    const assignments = this.#assignments();
    const from = this.#items(FROM);
    const where = this.#where();
    const returning = this.#returning();
    const head = { with: withClause, table, alias };
    return {
      kind: 'update',
      ...head,
      assignments,
      from,
      where,
      returning,
      span: this.since(start),
    };
  });

  readonly delete = this.RULE('delete', (withClause?: WithClause, start = 0): DeleteStatement => {
    this.CONSUME(DELETE);
    this.expect(FROM);
    this.take(ONLY);
    const table = this.qualifiedName('a table name');
    this.take(t.Star);
    const alias = this.tableAlias()?.name;
    const using = this.#items(USING);
    const where = this.#where();
    const returning = this.#returning();
    const head = { with: withClause, table, alias };
    return { kind: 'delete', ...head, using, where, returning, span: this.since(start) };
  });

  #items(word: typeof FROM): readonly FromItem[] {
    return this.take(word) ? this.fromList() : [];
  }

  #where(): Expression | undefined {
    return this.take(WHERE) ? this.expression() : undefined;
  }

  #returning(): readonly SelectItem[] {
    return this.take(RETURNING) ? this.selectItems() : [];
  }

  // SET

  #assignments(): Assignment[] {
    return this.commaList(
      () => this.#assignment(),
      () => this.endsClause(),
    );
  }

  #assignment(): Assignment {
    const start = this.start();
    const multiple = this.take(t.LeftParen);
    const targets = multiple ? this.commaList(() => this.#target()) : [this.#target()];
    if (multiple) this.expect(t.RightParen);
    this.expect(t.Equals);
    const value = this.expression();
    return { kind: 'assignment', targets, multiple, value, span: this.since(start) };
  }

  #target(): AssignmentTarget {
    const start = this.start();
    const column = this.name('a column name');
    const path: (Expression | AssignmentSlice | Identifier)[] = [];
    for (;;) {
      if (this.take(t.Dot)) path.push(this.label('a field name'));
      else if (this.take(t.LeftBracket)) {
        path.push(this.#targetStep());
        this.expect(t.RightBracket);
      } else return { kind: 'assignment-target', column, path, span: this.since(start) };
    }
  }

  #targetStep(): Expression | AssignmentSlice {
    const start = this.start();
    const lower = this.at(t.Colon) ? undefined : this.expression();
    if (!this.take(t.Colon)) {
      if (lower === undefined) throw this.fail('an expression');
      return lower;
    }
    const upper = this.at(t.RightBracket) ? undefined : this.expression();
    return { kind: 'assignment-slice', lower, upper, span: this.since(start) };
  }
}
