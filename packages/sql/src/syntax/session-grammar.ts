/** Transactions, settings and prepared statements. */
import type { Expression } from '../ast/expression.ts';
import type { IsolationLevel, TransactionModes, TransactionStatement } from '../ast/transaction.ts';
import type {
  DeallocateStatement,
  DescribeStatement,
  DiscardStatement,
  ExecuteStatement,
  PrepareStatement,
  ResetStatement,
  SetStatement,
  ShowStatement,
} from '../ast/utility.ts';
import { AlterGrammar } from './alter-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ABORT = keyword('abort');
const ALL = keyword('all');
const AND = keyword('and');
const AS = keyword('as');
const BEGIN = keyword('begin');
const CHAIN = keyword('chain');
const COMMIT = keyword('commit');
const COMMITTED = keyword('committed');
const DEALLOCATE = keyword('deallocate');
const DEFAULT = keyword('default');
const DEFERRABLE = keyword('deferrable');
const DISCARD = keyword('discard');
const END = keyword('end');
const EXECUTE = keyword('execute');
const FROM = keyword('from');
const INDEXES = keyword('indexes');
const ISOLATION = keyword('isolation');
const LEVEL = keyword('level');
const LOCAL = keyword('local');
const NO = keyword('no');
const NOT = keyword('not');
const ONLY = keyword('only');
const PREPARE = keyword('prepare');
const READ = keyword('read');
const RELEASE = keyword('release');
const REPEATABLE = keyword('repeatable');
const RESET = keyword('reset');
const ROLLBACK = keyword('rollback');
const SAVEPOINT = keyword('savepoint');
const SERIALIZABLE = keyword('serializable');
const SESSION = keyword('session');
const SET = keyword('set');
const SHOW = keyword('show');
const SNAPSHOT = keyword('snapshot');
const START = keyword('start');
const TABLES = keyword('tables');
const TEMP = keyword('temp');
const TEMPORARY = keyword('temporary');
const TIME = keyword('time');
const TO = keyword('to');
const TRANSACTION = keyword('transaction');
const UNCOMMITTED = keyword('uncommitted');
const WORK = keyword('work');
const WRITE = keyword('write');
const ZONE = keyword('zone');

export abstract class SessionGrammar extends AlterGrammar {
  readonly transaction = this.RULE('transaction', (): TransactionStatement => {
    const start = this.start();
    return this.OR([
      { ALT: () => (this.CONSUME(BEGIN), this.#begin(start)) },
      { ALT: () => this.#start(start) },
      { ALT: () => (this.CONSUME(COMMIT), this.#end('commit', start)) },
      { ALT: () => (this.CONSUME(END), this.#end('commit', start)) },
      { ALT: () => (this.CONSUME(ROLLBACK), this.#end('rollback', start)) },
      { ALT: () => (this.CONSUME(ABORT), this.#end('rollback', start)) },
      { ALT: () => this.#savepoint(start) },
      { ALT: () => this.#release(start) },
    ]);
  });

  #begin(start: number): TransactionStatement {
    this.#unit();
    return { kind: 'begin', modes: this.#modes(), span: this.since(start) };
  }

  #start(start: number): TransactionStatement {
    this.CONSUME(START);
    this.CONSUME(TRANSACTION);
    return { kind: 'begin', modes: this.#modes(), span: this.since(start) };
  }

  #unit(): void {
    if (!this.take(TRANSACTION)) this.take(WORK);
  }

  #end(kind: 'commit' | 'rollback', start: number): TransactionStatement {
    this.#unit();
    if (kind === 'rollback' && this.take(TO)) {
      this.take(SAVEPOINT);
      const name = this.name('a savepoint');
      return { kind: 'rollback-to-savepoint', name, span: this.since(start) };
    }
    let andChain = false;
    if (this.take(AND)) {
      andChain = !this.take(NO);
      this.expect(CHAIN);
    }
    return { kind, andChain, span: this.since(start) };
  }

  #savepoint(start: number): TransactionStatement {
    this.CONSUME(SAVEPOINT);
    return { kind: 'savepoint', name: this.name('a savepoint'), span: this.since(start) };
  }

  #release(start: number): TransactionStatement {
    this.CONSUME(RELEASE);
    this.take(SAVEPOINT);
    return { kind: 'release-savepoint', name: this.name('a savepoint'), span: this.since(start) };
  }

  /** ISOLATION LEVEL …, READ ONLY | WRITE, [NOT] DEFERRABLE; commas between them are optional. */
  #modes(): TransactionModes {
    let isolation: IsolationLevel | undefined;
    let readOnly: boolean | undefined;
    let deferrable: boolean | undefined;
    for (let count = 0; ; count++) {
      if (count > 0) this.take(t.Comma);
      if (this.takeBoth(ISOLATION, LEVEL)) isolation = this.#isolation();
      else if (this.takeBoth(READ, ONLY)) readOnly = true;
      else if (this.takeBoth(READ, WRITE)) readOnly = false;
      else if (this.take(DEFERRABLE)) deferrable = true;
      else if (this.takeBoth(NOT, DEFERRABLE)) deferrable = false;
      else return { isolation, readOnly, deferrable };
    }
  }

  #isolation(): IsolationLevel {
    if (this.take(SERIALIZABLE)) return 'serializable';
    if (this.take(SNAPSHOT)) return 'snapshot';
    if (this.takeBoth(REPEATABLE, READ)) return 'repeatable read';
    if (this.takeBoth(READ, COMMITTED)) return 'read committed';
    if (this.takeBoth(READ, UNCOMMITTED)) return 'read uncommitted';
    throw this.fail('READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, SNAPSHOT or SERIALIZABLE');
  }

  // Settings

  readonly settings = this.RULE(
    'settings',
    ():
      | SetStatement
      | ShowStatement
      | ResetStatement
      | DescribeStatement
      | DiscardStatement
      | TransactionStatement => {
      const start = this.start();
      return this.OR([
        { ALT: () => (this.CONSUME(SET), this.#set(start)) },
        { ALT: () => (this.CONSUME(SHOW), this.#show(start)) },
        { ALT: () => (this.CONSUME(RESET), this.#reset(start)) },
        { ALT: () => (this.CONSUME(DISCARD), this.#discard(start)) },
      ]);
    },
  );

  #set(start: number): SetStatement | TransactionStatement {
    if (this.take(TRANSACTION)) {
      return {
        kind: 'set-transaction',
        session: false,
        modes: this.#modes(),
        span: this.since(start),
      };
    }
    if (this.at(SESSION) && this.LA(2).image === 'characteristics') {
      this.next();
      this.next();
      this.expect(AS);
      this.expect(TRANSACTION);
      return {
        kind: 'set-transaction',
        session: true,
        modes: this.#modes(),
        span: this.since(start),
      };
    }
    const scope = this.take(LOCAL) ? 'local' : 'session';
    if (scope === 'session' && !this.atAhead(2, TO) && !this.atAhead(2, t.Equals))
      this.take(SESSION);
    if (this.takeBoth(TIME, ZONE)) {
      const values = this.take(LOCAL) ? [] : this.#settingValues();
      return { kind: 'set', scope, name: 'timezone', values, span: this.since(start) };
    }
    const name = this.dottedName('a setting');
    if (!this.take(t.Equals)) this.expect(TO, '"=" or TO');
    return { kind: 'set', scope, name, values: this.#settingValues(), span: this.since(start) };
  }

  #settingValues(): readonly Expression[] {
    return this.take(DEFAULT) ? [] : this.commaList(() => this.optionValue());
  }

  #show(start: number): ShowStatement | DescribeStatement {
    if (this.at(TABLES) && !this.atAhead(2, t.Dot)) {
      this.next();
      return { kind: 'describe', what: 'tables', table: undefined, span: this.since(start) };
    }
    if (this.take(INDEXES)) {
      const table = this.take(FROM) ? this.qualifiedName('a table name') : undefined;
      return { kind: 'describe', what: 'indexes', table, span: this.since(start) };
    }
    return { kind: 'show', name: this.#settingName(), span: this.since(start) };
  }

  #settingName(): string {
    if (this.take(ALL)) return 'all';
    if (this.takeBoth(TIME, ZONE)) return 'timezone';
    if (this.take(TRANSACTION)) {
      this.expect(ISOLATION);
      this.expect(LEVEL);
      return 'transaction_isolation';
    }
    return this.dottedName('a setting');
  }

  #reset(start: number): ResetStatement {
    return { kind: 'reset', name: this.#settingName(), span: this.since(start) };
  }

  #discard(start: number): DiscardStatement {
    const what = this.#discarded();
    return { kind: 'discard', what, span: this.since(start) };
  }

  #discarded(): DiscardStatement['what'] {
    if (this.take(ALL)) return 'all';
    if (this.takeWord('plans')) return 'plans';
    if (this.takeWord('sequences')) return 'sequences';
    if (!this.take(TEMPORARY)) this.expect(TEMP, 'ALL, PLANS, SEQUENCES or TEMP');
    return 'temp';
  }

  // Prepared statements

  readonly prepared = this.RULE(
    'prepared',
    (): PrepareStatement | ExecuteStatement | DeallocateStatement => {
      const start = this.start();
      return this.OR([
        { ALT: () => (this.CONSUME(PREPARE), this.#prepare(start)) },
        { ALT: () => (this.CONSUME(EXECUTE), this.#execute(start)) },
        { ALT: () => (this.CONSUME(DEALLOCATE), this.#deallocate(start)) },
      ]);
    },
  );

  #prepare(start: number): PrepareStatement {
    const name = this.name('a statement name');
    const types = this.take(t.LeftParen) ? this.commaList(() => this.typeName()) : [];
    if (types.length > 0) this.expect(t.RightParen);
    this.expect(AS);
    const statement = this.SUBRULE(this.dataStatement);
    return { kind: 'prepare', name, types, statement, span: this.since(start) };
  }

  #execute(start: number): ExecuteStatement {
    const name = this.name('a statement name');
    let args: readonly Expression[] = [];
    if (this.take(t.LeftParen)) {
      args = this.at(t.RightParen) ? [] : this.commaList(() => this.expression());
      this.expect(t.RightParen);
    }
    return { kind: 'execute', name, args, span: this.since(start) };
  }

  #deallocate(start: number): DeallocateStatement {
    this.take(PREPARE);
    const name = this.take(ALL) ? undefined : this.name('a statement name');
    return { kind: 'deallocate', name, span: this.since(start) };
  }
}
