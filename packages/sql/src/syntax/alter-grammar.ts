/** ALTER TABLE and its actions. */
import type { AlterTableAction, AlterTableStatement } from '../ast/ddl.ts';
import { DdlGrammar } from './ddl-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';
import { unbuiltObject } from './unbuilt.ts';

const ADD = keyword('add');
const ALTER = keyword('alter');
const COLUMN = keyword('column');
const CONSTRAINT = keyword('constraint');
const DATA = keyword('data');
const DEFAULT = keyword('default');
const DROP = keyword('drop');
const EXISTS = keyword('exists');
const IF = keyword('if');
const NOT = keyword('not');
const NULL = keyword('null');
const ONLY = keyword('only');
const RENAME = keyword('rename');
const SCHEMA = keyword('schema');
const SET = keyword('set');
const TABLE = keyword('table');
const TO = keyword('to');
const TYPE = keyword('type');
const USING = keyword('using');
const VALID = keyword('valid');
const VALIDATE = keyword('validate');

export abstract class AlterGrammar extends DdlGrammar {
  readonly alter = this.RULE('alter', (): AlterTableStatement => {
    const start = this.start();
    this.CONSUME(ALTER);
    const unbuilt = unbuiltObject('alter', this.LA(1));
    if (unbuilt !== undefined) throw unbuilt;
    this.expect(TABLE);
    const ifExists = this.ifExists();
    this.take(ONLY);
    const name = this.qualifiedName('a table name');
    const actions = this.RECORDING_PHASE ? [] : this.commaList(() => this.#action());
    return { kind: 'alter-table', name, ifExists, actions, span: this.since(start) };
  });

  #action(): AlterTableAction {
    const start = this.start();
    switch (this.LA(1).tokenType) {
      case ADD:
        return this.#add(start);
      case DROP:
        return this.#drop(start);
      case RENAME:
        return this.#rename(start);
      case ALTER:
        return this.#alterColumn(start);
      case VALIDATE: {
        this.next();
        this.expect(CONSTRAINT);
        const name = this.name('a constraint name');
        return { kind: 'validate-constraint', name, span: this.since(start) };
      }
      case SET:
        return this.#set(start);
      default:
        throw this.fail('ADD, DROP, ALTER, RENAME, SET or VALIDATE');
    }
  }

  #add(start: number): AlterTableAction {
    this.next();
    if (this.startsTableConstraint()) {
      const constraint = this.tableConstraint();
      const notValid = this.takeBoth(NOT, VALID);
      return { kind: 'add-constraint', constraint, notValid, span: this.since(start) };
    }
    this.take(COLUMN);
    const ifNotExists = this.take(IF);
    if (ifNotExists) {
      this.expect(NOT);
      this.expect(EXISTS);
    }
    const column = this.columnDefinition();
    return { kind: 'add-column', column, ifNotExists, span: this.since(start) };
  }

  #drop(start: number): AlterTableAction {
    this.next();
    const constraint = this.take(CONSTRAINT);
    if (!constraint) this.take(COLUMN);
    const ifExists = this.ifExists();
    const name = this.name(constraint ? 'a constraint name' : 'a column name');
    const cascade = this.cascade();
    const span = this.since(start);
    if (constraint) return { kind: 'drop-constraint', name, ifExists, cascade, span };
    return { kind: 'drop-column', column: name, ifExists, cascade, span };
  }

  #rename(start: number): AlterTableAction {
    this.next();
    if (this.take(TO)) {
      return { kind: 'rename-table', to: this.name('a table name'), span: this.since(start) };
    }
    const constraint = this.take(CONSTRAINT);
    if (!constraint) this.take(COLUMN);
    const what = constraint ? 'a constraint name' : 'a column name';
    const from = this.name(what);
    this.expect(TO);
    const to = this.name(what);
    return {
      kind: constraint ? 'rename-constraint' : 'rename-column',
      from,
      to,
      span: this.since(start),
    };
  }

  #alterColumn(start: number): AlterTableAction {
    this.next();
    this.take(COLUMN);
    const column = this.name('a column name');
    if (this.takeBoth(SET, NOT) || this.takeBoth(DROP, NOT)) {
      const notNull = this.LA(-1).tokenType === SET;
      this.expect(NULL);
      return { kind: 'alter-column-not-null', column, notNull, span: this.since(start) };
    }
    if (this.takeBoth(DROP, DEFAULT)) {
      return { kind: 'alter-column-default', column, value: undefined, span: this.since(start) };
    }
    if (this.takeBoth(SET, DEFAULT)) {
      const value = this.expression();
      return { kind: 'alter-column-default', column, value, span: this.since(start) };
    }
    if (this.take(SET)) this.expect(DATA, 'DEFAULT, NOT NULL or DATA TYPE');
    this.expect(TYPE, 'TYPE, SET or DROP');
    const type = this.typeName();
    const using = this.take(USING) ? this.expression() : undefined;
    return { kind: 'alter-column-type', column, type, using, span: this.since(start) };
  }

  #set(start: number): AlterTableAction {
    this.next();
    if (this.take(SCHEMA)) {
      const schema = this.name('a schema name');
      return { kind: 'set-schema', schema, span: this.since(start) };
    }
    if (!this.at(t.LeftParen)) throw this.fail('SCHEMA or "("');
    return { kind: 'set-options', options: this.optionList(), span: this.since(start) };
  }
}
