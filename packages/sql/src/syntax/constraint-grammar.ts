/** Column definitions, constraints and options. */
import type {
  ColumnConstraint,
  ColumnDefinition,
  ForeignReference,
  Option,
  ReferentialAction,
  TableConstraint,
} from '../ast/ddl.ts';
import type { Expression } from '../ast/expression.ts';
import type { Identifier } from '../ast/name.ts';
import { DmlGrammar } from './dml-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ACTION = keyword('action');
const ALWAYS = keyword('always');
const AS = keyword('as');
const BY = keyword('by');
const CASCADE = keyword('cascade');
const CHECK = keyword('check');
const COLLATE = keyword('collate');
const CONSTRAINT = keyword('constraint');
const DEFAULT = keyword('default');
const DEFERRABLE = keyword('deferrable');
const DEFERRED = keyword('deferred');
const DELETE = keyword('delete');
const DISTINCT = keyword('distinct');
const FOREIGN = keyword('foreign');
const FULL = keyword('full');
const GENERATED = keyword('generated');
const IDENTITY = keyword('identity');
const IMMEDIATE = keyword('immediate');
const INITIALLY = keyword('initially');
const KEY = keyword('key');
const MATCH = keyword('match');
const NO = keyword('no');
const NOT = keyword('not');
const NULL = keyword('null');
const NULLS = keyword('nulls');
const ON = keyword('on');
const PARTIAL = keyword('partial');
const PRIMARY = keyword('primary');
const REFERENCES = keyword('references');
const RESTRICT = keyword('restrict');
const SET = keyword('set');
const SIMPLE = keyword('simple');
const STORED = keyword('stored');
const UNIQUE = keyword('unique');
const UPDATE = keyword('update');
const VIRTUAL = keyword('virtual');

/** Options of a sequence that a number follows; the others are CYCLE and NO …. */
const VALUED_SEQUENCE_OPTIONS: ReadonlySet<string> = new Set([
  'start',
  'increment',
  'minvalue',
  'maxvalue',
  'cache',
]);

/** A constraint without the attributes that may stand behind it. */
type Bare<T> = T extends unknown
  ? Omit<T, 'name' | 'deferrable' | 'initiallyDeferred' | 'span'>
  : never;

export abstract class ConstraintGrammar extends DmlGrammar {
  protected columnDefinition(): ColumnDefinition {
    const start = this.start();
    const name = this.name('a column name');
    const type = this.typeName();
    let collation: ColumnDefinition['collation'];
    const constraints: ColumnConstraint[] = [];
    for (;;) {
      if (this.take(COLLATE)) collation = this.qualifiedName('a collation');
      else {
        const constraint = this.#columnConstraint();
        if (constraint === undefined) break;
        constraints.push(constraint);
      }
    }
    return {
      kind: 'column-definition',
      name,
      type,
      collation,
      constraints,
      span: this.since(start),
    };
  }

  #columnConstraint(): ColumnConstraint | undefined {
    const start = this.start();
    const name = this.#constraintName();
    const bare = this.#bareColumnConstraint();
    if (bare !== undefined) return { ...bare, name, ...this.#timing(), span: this.since(start) };
    if (name !== undefined) throw this.fail('a constraint');
    return undefined;
  }

  #constraintName(): Identifier | undefined {
    return this.take(CONSTRAINT) ? this.name('a constraint name') : undefined;
  }

  #bareColumnConstraint(): Bare<ColumnConstraint> | undefined {
    if (this.at(NOT) && this.atAhead(2, NULL)) {
      this.next();
      this.next();
      return { kind: 'not-null' };
    }
    if (this.take(NULL)) return { kind: 'nullable' };
    if (this.take(DEFAULT)) return { kind: 'default-value', value: this.restrictedExpression() };
    if (this.take(PRIMARY)) {
      this.expect(KEY);
      return { kind: 'primary-key' };
    }
    if (this.take(UNIQUE)) return { kind: 'unique', nullsDistinct: this.nullsDistinct() };
    if (this.take(CHECK)) return { kind: 'check', condition: this.#condition() };
    if (this.at(REFERENCES)) return { kind: 'references', reference: this.#reference() };
    return this.take(GENERATED) ? this.#generated() : undefined;
  }

  #condition(): Expression {
    this.expect(t.LeftParen);
    const condition = this.nested(() => this.expression());
    this.expect(t.RightParen);
    return condition;
  }

  /** NULLS [NOT] DISTINCT; distinct when not written. */
  protected nullsDistinct(): boolean {
    if (!this.at(NULLS) || (!this.atAhead(2, NOT) && !this.atAhead(2, DISTINCT))) return true;
    this.next();
    const distinct = !this.take(NOT);
    this.expect(DISTINCT);
    return distinct;
  }

  #generated(): Bare<ColumnConstraint> {
    const always = this.take(ALWAYS);
    if (!always) {
      this.expect(BY, 'ALWAYS or BY DEFAULT');
      this.expect(DEFAULT);
    }
    this.expect(AS);
    if (this.take(IDENTITY)) {
      const options = this.at(t.LeftParen) ? this.#sequenceOptions() : [];
      return { kind: 'identity', always, options };
    }
    if (!always) throw this.fail('IDENTITY');
    this.expect(t.LeftParen, 'IDENTITY or "("');
    const value = this.nested(() => this.expression());
    this.expect(t.RightParen);
    if (this.take(VIRTUAL)) return { kind: 'generated', value, stored: false };
    this.expect(STORED);
    return { kind: 'generated', value, stored: true };
  }

  /** `(START WITH 10 INCREMENT BY 2 NO CYCLE)`: words, then perhaps a number. */
  #sequenceOptions(): Option[] {
    this.expect(t.LeftParen);
    const options: Option[] = [];
    while (!this.at(t.RightParen)) {
      const start = this.start();
      const name = this.#sequenceOptionName();
      const value = VALUED_SEQUENCE_OPTIONS.has(name) ? this.restrictedExpression() : undefined;
      options.push({ kind: 'option', name, value, span: this.since(start) });
    }
    this.expect(t.RightParen);
    return options;
  }

  #sequenceOptionName(): string {
    if (this.takeWord('no')) {
      for (const word of ['minvalue', 'maxvalue', 'cycle'])
        if (this.takeWord(word)) return `no ${word}`;
      throw this.fail('MINVALUE, MAXVALUE or CYCLE');
    }
    if (this.takeWord('cycle')) return 'cycle';
    for (const word of VALUED_SEQUENCE_OPTIONS) {
      if (!this.takeWord(word)) continue;
      if (word === 'start') this.takeWord('with');
      if (word === 'increment') this.take(BY);
      return word;
    }
    throw this.fail('START, INCREMENT, MINVALUE, MAXVALUE, CACHE, CYCLE or NO');
  }

  // Constraints of a table

  protected startsTableConstraint(): boolean {
    switch (this.LA(1).tokenType) {
      case CONSTRAINT:
      case PRIMARY:
      case UNIQUE:
      case CHECK:
      case FOREIGN:
        return true;
      default:
        return false;
    }
  }

  protected tableConstraint(): TableConstraint {
    const start = this.start();
    const name = this.#constraintName();
    const bare = this.#bareTableConstraint();
    return { ...bare, name, ...this.#timing(), span: this.since(start) };
  }

  #bareTableConstraint(): Bare<TableConstraint> {
    if (this.take(PRIMARY)) {
      this.expect(KEY);
      return { kind: 'table-primary-key', columns: this.parenthesisedNames('a column name') };
    }
    if (this.take(UNIQUE)) {
      const nullsDistinct = this.nullsDistinct();
      return {
        kind: 'table-unique',
        columns: this.parenthesisedNames('a column name'),
        nullsDistinct,
      };
    }
    if (this.take(CHECK)) return { kind: 'table-check', condition: this.#condition() };
    if (!this.take(FOREIGN)) throw this.fail('PRIMARY KEY, UNIQUE, CHECK or FOREIGN KEY');
    this.expect(KEY);
    const columns = this.parenthesisedNames('a column name');
    return { kind: 'foreign-key', columns, reference: this.#reference() };
  }

  #timing(): { deferrable: boolean; initiallyDeferred: boolean } {
    let deferrable = false;
    let initiallyDeferred = false;
    for (;;) {
      if (this.take(DEFERRABLE)) deferrable = true;
      else if (this.takeBoth(NOT, DEFERRABLE)) deferrable = false;
      else if (this.takeBoth(INITIALLY, DEFERRED)) initiallyDeferred = true;
      else if (!this.takeBoth(INITIALLY, IMMEDIATE))
        return { deferrable: deferrable || initiallyDeferred, initiallyDeferred };
    }
  }

  #reference(): ForeignReference {
    const start = this.start();
    this.expect(REFERENCES);
    const table = this.qualifiedName('a table name');
    const columns = this.at(t.LeftParen) ? this.parenthesisedNames('a column name') : [];
    let match: ForeignReference['match'] = 'simple';
    if (this.take(MATCH)) match = this.#match();
    let onDelete: ReferentialAction = 'no action';
    let onUpdate: ReferentialAction = 'no action';
    for (;;) {
      if (this.takeBoth(ON, DELETE)) onDelete = this.#referentialAction();
      else if (this.takeBoth(ON, UPDATE)) onUpdate = this.#referentialAction();
      else break;
    }
    const actions = { match, onDelete, onUpdate };
    return { kind: 'foreign-reference', table, columns, ...actions, span: this.since(start) };
  }

  #match(): ForeignReference['match'] {
    if (this.take(FULL)) return 'full';
    if (this.take(PARTIAL)) return 'partial';
    this.expect(SIMPLE, 'FULL, PARTIAL or SIMPLE');
    return 'simple';
  }

  #referentialAction(): ReferentialAction {
    if (this.takeBoth(NO, ACTION)) return 'no action';
    if (this.take(RESTRICT)) return 'restrict';
    if (this.take(CASCADE)) return 'cascade';
    if (this.takeBoth(SET, NULL)) return 'set null';
    if (this.takeBoth(SET, DEFAULT)) return 'set default';
    throw this.fail('NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT');
  }

  // Options

  /** `(name = value, name, …)`. The `=` may be missing, as in COPY and EXPLAIN. */
  protected optionList(): Option[] {
    this.expect(t.LeftParen);
    const options = this.commaList(
      () => this.namedOption(),
      () => this.at(t.RightParen),
    );
    this.expect(t.RightParen);
    return options;
  }

  protected namedOption(): Option {
    const start = this.start();
    const name = this.dottedName('an option');
    const assigned = this.take(t.Equals);
    const ends = this.at(t.Comma) || this.at(t.RightParen);
    const value = !assigned && ends ? undefined : this.optionValue();
    return { kind: 'option', name, value, span: this.since(start) };
  }

  /** A literal, a number with its sign, a list in parentheses; a bare word is a string. */
  protected optionValue(): Expression {
    const token = this.LA(1);
    const word = t.isA(token.tokenType, t.Label);
    const simple = word && !this.atAhead(2, t.StringToken) && !this.atAhead(2, t.LeftParen);
    if (!simple) return this.expression();
    const { image } = this.next();
    const span = this.since(token.startOffset);
    if (image === 'true' || image === 'false')
      return { kind: 'boolean-literal', value: image === 'true', span };
    if (image === 'null') return { kind: 'null-literal', span };
    return { kind: 'string-literal', value: image, span };
  }
}
