/** CREATE, DROP, ALTER, TRUNCATE: what stands around the definitions. */
import type {
  CreateIndexStatement,
  CreateTableAsStatement,
  CreateTableStatement,
  CreateViewStatement,
  DropObject,
  DropStatement,
  IndexElement,
  LikeClause,
  Option,
  TruncateStatement,
} from '../ast/ddl.ts';
import type { Expression } from '../ast/expression.ts';
import type { Identifier, QualifiedName } from '../ast/name.ts';
import type { DefinitionStatement } from '../ast/statement.ts';
import { ConstraintGrammar } from './constraint-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';
import { unbuiltObject } from './unbuilt.ts';

const AS = keyword('as');
const ASC = keyword('asc');
const CASCADE = keyword('cascade');
const CASCADED = keyword('cascaded');
const CHECK = keyword('check');
const COLLATE = keyword('collate');
const CONCURRENTLY = keyword('concurrently');
const CREATE = keyword('create');
const DATA = keyword('data');
const DROP = keyword('drop');
const EXCLUDING = keyword('excluding');
const EXISTS = keyword('exists');
const IDENTITY = keyword('identity');
const IF = keyword('if');
const INCLUDE = keyword('include');
const INCLUDING = keyword('including');
const INDEX = keyword('index');
const LIKE = keyword('like');
const LOCAL = keyword('local');
const MATERIALIZED = keyword('materialized');
const NO = keyword('no');
const NOT = keyword('not');
const ON = keyword('on');
const ONLY = keyword('only');
const OR = keyword('or');
const RECURSIVE = keyword('recursive');
const REPLACE = keyword('replace');
const RESTART = keyword('restart');
const RESTRICT = keyword('restrict');
const SCHEMA = keyword('schema');
const SEQUENCE = keyword('sequence');
const TABLE = keyword('table');
const TEMP = keyword('temp');
const TEMPORARY = keyword('temporary');
const TRUNCATE = keyword('truncate');
const TYPE = keyword('type');
const UNIQUE = keyword('unique');
const USING = keyword('using');
const VIEW = keyword('view');
const WHERE = keyword('where');
const WITH = keyword('with');
const WITHOUT = keyword('without');

export abstract class DdlGrammar extends ConstraintGrammar {
  readonly create = this.RULE('create', (): DefinitionStatement => {
    const start = this.start();
    this.CONSUME(CREATE);
    if (this.RECORDING_PHASE) return RECORDED;
    const orReplace = this.takeBoth(OR, REPLACE);
    const temporary = this.take(TEMP) || this.take(TEMPORARY);
    if (this.take(TABLE) && !orReplace) return this.#createTable(temporary, start);
    if (this.at(VIEW) || this.at(RECURSIVE)) return this.#createView(orReplace, temporary, start);
    const unique = this.take(UNIQUE);
    if (this.take(INDEX) && !orReplace && !temporary) return this.#createIndex(unique, start);
    throw unbuiltObject('create', this.LA(1)) ?? this.fail('TABLE, INDEX or VIEW');
  });

  #ifNotExists(): boolean {
    if (!this.take(IF)) return false;
    this.expect(NOT);
    this.expect(EXISTS);
    return true;
  }

  protected ifExists(): boolean {
    if (!this.take(IF)) return false;
    this.expect(EXISTS);
    return true;
  }

  /** CASCADE or RESTRICT, which is the default. */
  protected cascade(): boolean {
    if (this.take(CASCADE)) return true;
    this.take(RESTRICT);
    return false;
  }

  // CREATE TABLE

  #createTable(temporary: boolean, start: number): CreateTableStatement | CreateTableAsStatement {
    const ifNotExists = this.#ifNotExists();
    const name = this.qualifiedName('a table name');
    const head = { name, ifNotExists, temporary };
    if (!this.at(t.LeftParen) || this.#listsOnlyNames()) return this.#createTableAs(head, start);
    this.next();
    const elements: TableElements = { columns: [], constraints: [], like: [] };
    if (!this.at(t.RightParen)) {
      this.commaList(
        () => this.#tableElement(elements),
        () => this.at(t.RightParen),
      );
    }
    this.expect(t.RightParen);
    const options = this.withOptions();
    return { kind: 'create-table', ...head, ...elements, options, span: this.since(start) };
  }

  /** `(a, b) AS SELECT …`: names without types. */
  #listsOnlyNames(): boolean {
    return (
      t.isA(this.LA(2).tokenType, t.ColumnName) &&
      (this.atAhead(3, t.Comma) || this.atAhead(3, t.RightParen))
    );
  }

  #createTableAs(
    head: Pick<CreateTableAsStatement, 'name' | 'ifNotExists' | 'temporary'>,
    start: number,
  ): CreateTableAsStatement {
    const columns = this.at(t.LeftParen) ? this.parenthesisedNames('a column name') : [];
    const options = this.withOptions();
    this.expect(AS, '"(" or AS');
    const query = this.SUBRULE(this.query);
    let withData = true;
    if (this.take(WITH)) {
      withData = !this.take(NO);
      this.expect(DATA);
    }
    return {
      kind: 'create-table-as',
      ...head,
      columns,
      options,
      query,
      withData,
      span: this.since(start),
    };
  }

  #tableElement(elements: TableElements): void {
    if (this.at(LIKE)) elements.like.push(this.#likeClause());
    else if (this.startsTableConstraint()) elements.constraints.push(this.tableConstraint());
    else elements.columns.push(this.columnDefinition());
  }

  #likeClause(): LikeClause {
    const start = this.start();
    this.next();
    const table = this.qualifiedName('a table name');
    const options: { including: boolean; what: string }[] = [];
    while (this.at(INCLUDING) || this.at(EXCLUDING)) {
      const including = this.next().tokenType === INCLUDING;
      options.push({ including, what: this.label('an option').name });
    }
    return { kind: 'like-clause', table, options, span: this.since(start) };
  }

  /** `WITH (name = value, …)`, or nothing. */
  protected withOptions(): Option[] {
    if (this.at(WITHOUT)) {
      this.next();
      if (!this.takeWord('oids')) throw this.fail('OIDS');
      return [];
    }
    if (!this.at(WITH) || !this.atAhead(2, t.LeftParen)) return [];
    this.next();
    return this.optionList();
  }

  // CREATE VIEW

  #createView(orReplace: boolean, temporary: boolean, start: number): CreateViewStatement {
    if (this.at(RECURSIVE)) throw this.fail('VIEW', 'Write CREATE VIEW … AS WITH RECURSIVE ….');
    this.next();
    const ifNotExists = this.#ifNotExists();
    const name = this.qualifiedName('a view name');
    const columns = this.at(t.LeftParen) ? this.parenthesisedNames('a column name') : [];
    const options = this.withOptions();
    this.expect(AS);
    const query = this.SUBRULE(this.query);
    const checkOption = this.#checkOption();
    const head = { name, orReplace, ifNotExists, temporary, columns, options };
    return { kind: 'create-view', ...head, query, checkOption, span: this.since(start) };
  }

  #checkOption(): 'local' | 'cascaded' | undefined {
    if (!this.take(WITH)) return undefined;
    const local = this.take(LOCAL);
    if (!local) this.take(CASCADED);
    this.expect(CHECK);
    if (!this.takeWord('option')) throw this.fail('OPTION');
    return local ? 'local' : 'cascaded';
  }

  // CREATE INDEX

  #createIndex(unique: boolean, start: number): CreateIndexStatement {
    const concurrently = this.take(CONCURRENTLY);
    const ifNotExists = this.#ifNotExists();
    const name = this.at(ON) ? undefined : this.name('an index name');
    this.expect(ON);
    this.take(ONLY);
    const table = this.qualifiedName('a table name');
    // Both `USING hnsw (embedding)` and `(embedding) USING hnsw` are written.
    const first = this.#indexMethod();
    this.expect(t.LeftParen);
    const elements = this.commaList(
      () => this.#indexElement(),
      () => this.at(t.RightParen),
    );
    this.expect(t.RightParen);
    const method = first ?? this.#indexMethod();
    const include = this.take(INCLUDE) ? this.parenthesisedNames('a column name') : [];
    const nullsDistinct = this.nullsDistinct();
    const options = this.withOptions();
    const where = this.take(WHERE) ? this.expression() : undefined;
    const head = { name, table, unique, concurrently, ifNotExists, method };
    const body = { elements, include, nullsDistinct, options, where };
    return { kind: 'create-index', ...head, ...body, span: this.since(start) };
  }

  #indexMethod(): Identifier | undefined {
    return this.take(USING) ? this.name('an index method') : undefined;
  }

  #indexElement(): IndexElement {
    const start = this.start();
    const expression = this.#indexExpression();
    const collation = this.take(COLLATE) ? this.qualifiedName('a collation') : undefined;
    const isClass =
      t.isA(this.LA(1).tokenType, t.ColumnName) && !this.at(ASC) && !this.atWord('nulls');
    const operatorClass: QualifiedName | undefined = isClass
      ? this.qualifiedName('an operator class')
      : undefined;
    const descending = this.direction();
    const nulls = this.nullsOrder();
    const head = { expression, collation, operatorClass };
    return { kind: 'index-element', ...head, descending, nulls, span: this.since(start) };
  }

  /** A column, a call, or an expression in parentheses. */
  #indexExpression(): Expression {
    const parenthesised = this.at(t.LeftParen);
    const expression = this.operand();
    const plain = expression.kind === 'column-reference' || expression.kind === 'function-call';
    if (!parenthesised && !plain)
      throw this.fail(undefined, 'Put the indexed expression in parentheses.');
    return expression;
  }

  // DROP, TRUNCATE

  readonly drop = this.RULE('drop', (): DropStatement => {
    const start = this.start();
    this.CONSUME(DROP);
    if (this.RECORDING_PHASE) return RECORDED;
    const object = this.#dropObject();
    const concurrently = object === 'index' && this.take(CONCURRENTLY);
    const ifExists = this.ifExists();
    const names = this.commaList(() => this.qualifiedName(`${article(object)} ${object} name`));
    const cascade = this.cascade();
    return {
      kind: 'drop',
      object,
      names,
      ifExists,
      concurrently,
      cascade,
      span: this.since(start),
    };
  });

  #dropObject(): DropObject {
    if (this.take(TABLE)) return 'table';
    if (this.take(INDEX)) return 'index';
    if (this.take(VIEW)) return 'view';
    if (this.take(SEQUENCE)) return 'sequence';
    if (this.take(SCHEMA)) return 'schema';
    if (this.take(TYPE)) return 'type';
    if (this.takeBoth(MATERIALIZED, VIEW)) return 'materialized view';
    throw unbuiltObject('drop', this.LA(1)) ?? this.fail('TABLE, INDEX or VIEW');
  }

  readonly truncate = this.RULE('truncate', (): TruncateStatement => {
    const start = this.start();
    this.CONSUME(TRUNCATE);
    this.take(TABLE);
    this.take(ONLY);
    const tables = this.commaList(() => this.qualifiedName('a table name'));
    const restartIdentity = this.takeBoth(RESTART, IDENTITY);
    if (!restartIdentity && this.takeWord('continue')) this.expect(IDENTITY);
    const cascade = this.cascade();
    return { kind: 'truncate', tables, restartIdentity, cascade, span: this.since(start) };
  });
}

interface TableElements {
  readonly columns: CreateTableStatement['columns'][number][];
  readonly constraints: CreateTableStatement['constraints'][number][];
  readonly like: LikeClause[];
}

function article(object: string): string {
  return object === 'index' ? 'an' : 'a';
}

const RECORDED: DropStatement = {
  kind: 'drop',
  object: 'table',
  names: [],
  ifExists: false,
  concurrently: false,
  cascade: false,
  span: { start: 0, end: 0 },
};
