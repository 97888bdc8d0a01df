/** EXPLAIN, DESCRIBE, PRAGMA, ANALYZE, VACUUM, COPY. */
import type { Option } from '../ast/ddl.ts';
import type { Expression } from '../ast/expression.ts';
import type { Statement } from '../ast/statement.ts';
import type {
  CopyStatement,
  DescribeStatement,
  ExplainStatement,
  MaintenanceStatement,
  PragmaStatement,
} from '../ast/utility.ts';
import { SessionGrammar } from './session-grammar.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';

const ANALYSE = keyword('analyse');
const ANALYZE = keyword('analyze');
const COPY = keyword('copy');
const CREATE = keyword('create');
const DESC = keyword('desc');
const DESCRIBE = keyword('describe');
const EXECUTE = keyword('execute');
const EXPLAIN = keyword('explain');
const FREEZE = keyword('freeze');
const FROM = keyword('from');
const FULL = keyword('full');
const PRAGMA = keyword('pragma');
const STDIN = keyword('stdin');
const STDOUT = keyword('stdout');
const TABLE = keyword('table');
const TO = keyword('to');
const VACUUM = keyword('vacuum');
const VERBOSE = keyword('verbose');
const WHERE = keyword('where');
const WITH = keyword('with');

export abstract class UtilityGrammar extends SessionGrammar {
  readonly inspection = this.RULE(
    'inspection',
    (): ExplainStatement | DescribeStatement | PragmaStatement => {
      const start = this.start();
      return this.OR([
        { ALT: () => (this.CONSUME(EXPLAIN), this.#explain(start)) },
        { ALT: () => (this.CONSUME(DESCRIBE), this.#describe(start)) },
        { ALT: () => (this.CONSUME(DESC), this.#describe(start)) },
        { ALT: () => (this.CONSUME(PRAGMA), this.#pragma(start)) },
      ]);
    },
  );

  #explain(start: number): ExplainStatement {
    let analyze = this.#analyzeWord();
    let verbose = this.take(VERBOSE);
    let format: ExplainStatement['format'] = 'text';
    let options: Option[] = [];
    if (!analyze && !verbose && this.at(t.LeftParen) && !this.#parenthesisedQueryFollows()) {
      const all = this.optionList();
      analyze = switchedOn(all, 'analyze') || switchedOn(all, 'analyse');
      verbose = switchedOn(all, 'verbose');
      if (optionText(all, 'format') === 'json') format = 'json';
      options = all.filter(
        ({ name }) => !['analyze', 'analyse', 'verbose', 'format'].includes(name),
      );
    }
    const statement = this.#explained();
    const head = { analyze, verbose, format, options };
    return { kind: 'explain', ...head, statement, span: this.since(start) };
  }

  #analyzeWord(): boolean {
    return this.take(ANALYZE) || this.take(ANALYSE);
  }

  /** `EXPLAIN (SELECT 1) UNION …` against `EXPLAIN (ANALYZE) …`. */
  #parenthesisedQueryFollows(): boolean {
    let ahead = 2;
    while (this.atAhead(ahead, t.LeftParen)) ahead += 1;
    return ahead > 2 || !t.isA(this.LA(2).tokenType, t.Label) || QUERY_STARTS.has(this.LA(2).image);
  }

  #explained(): Statement {
    if (this.at(CREATE)) return this.SUBRULE(this.create);
    if (this.at(EXECUTE)) return this.SUBRULE(this.prepared);
    return this.SUBRULE(this.dataStatement);
  }

  #describe(start: number): DescribeStatement {
    this.take(TABLE);
    const table = this.qualifiedName('a table name');
    return { kind: 'describe', what: 'table', table, span: this.since(start) };
  }

  #pragma(start: number): PragmaStatement {
    const name = this.dottedName('a pragma');
    let value: Expression | undefined;
    let args: readonly Expression[] = [];
    if (this.take(t.Equals)) value = this.optionValue();
    else if (this.take(t.LeftParen)) {
      args = this.at(t.RightParen) ? [] : this.commaList(() => this.optionValue());
      this.expect(t.RightParen);
    }
    return { kind: 'pragma', name, value, args, span: this.since(start) };
  }

  readonly maintenance = this.RULE('maintenance', (): MaintenanceStatement | CopyStatement => {
    const start = this.start();
    return this.OR([
      { ALT: () => (this.CONSUME(ANALYZE), this.#tables('analyze', start)) },
      { ALT: () => (this.CONSUME(ANALYSE), this.#tables('analyze', start)) },
      { ALT: () => (this.CONSUME(VACUUM), this.#tables('vacuum', start)) },
      { ALT: () => (this.CONSUME(COPY), this.#copy(start)) },
    ]);
  });

  #tables(kind: 'analyze' | 'vacuum', start: number): MaintenanceStatement {
    const options = this.at(t.LeftParen) ? this.optionList() : this.#oldOptions();
    const named = t.isA(this.LA(1).tokenType, t.ColumnName);
    const tables = named
      ? this.commaList(() => ({
          name: this.qualifiedName('a table name'),
          columns: this.at(t.LeftParen) ? this.parenthesisedNames('a column name') : [],
        }))
      : [];
    return { kind, options, tables, span: this.since(start) };
  }

  /** `VACUUM FULL FREEZE VERBOSE ANALYZE t`, from before the parentheses. */
  #oldOptions(): Option[] {
    const options: Option[] = [];
    while (this.at(FULL) || this.at(FREEZE) || this.at(VERBOSE) || this.at(ANALYZE)) {
      const start = this.start();
      const name = this.next().image;
      options.push({ kind: 'option', name, value: undefined, span: this.since(start) });
    }
    return options;
  }

  // COPY

  #copy(start: number): CopyStatement {
    const source = this.#copySource();
    const direction = this.take(FROM) ? 'from' : 'to';
    if (direction === 'to') this.expect(TO, 'FROM or TO');
    if (direction === 'from' && source.kind === 'copy-query')
      throw this.fail(undefined, 'A query can only be copied TO.');
    const endpoint = this.#endpoint(direction);
    const options = this.#copyOptions();
    const where = this.take(WHERE) ? this.expression() : undefined;
    return { kind: 'copy', source, direction, endpoint, options, where, span: this.since(start) };
  }

  #copySource(): CopyStatement['source'] {
    if (this.at(t.LeftParen)) return { kind: 'copy-query', query: this.parenthesisedQuery() };
    const table = this.qualifiedName('a table name');
    const columns = this.at(t.LeftParen) ? this.parenthesisedNames('a column name') : [];
    return { kind: 'copy-table', table, columns };
  }

  #endpoint(direction: 'from' | 'to'): CopyStatement['endpoint'] {
    if (this.take(STDIN) || this.take(STDOUT))
      return { kind: direction === 'from' ? 'stdin' : 'stdout' };
    const path = this.expect(t.StringToken, 'a file name, STDIN or STDOUT').image;
    return { kind: 'file', path };
  }

  /** `WITH (FORMAT csv, HEADER)`, or the older words without parentheses. */
  #copyOptions(): Option[] {
    this.take(WITH);
    if (this.at(t.LeftParen)) return this.optionList();
    const options: Option[] = [];
    while (t.isA(this.LA(1).tokenType, t.Label) && !this.at(WHERE)) {
      const start = this.start();
      const word = this.label('an option').name;
      this.take(AS);
      const value = this.at(t.StringToken) ? this.optionValue() : undefined;
      const format =
        value === undefined && (word === 'csv' || word === 'binary' || word === 'text');
      const span = this.since(start);
      options.push(
        format
          ? {
              kind: 'option',
              name: 'format',
              value: { kind: 'string-literal', value: word, span },
              span,
            }
          : { kind: 'option', name: word, value, span },
      );
    }
    return options;
  }
}

const AS = keyword('as');

const QUERY_STARTS: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table', 'from']);

function optionText(options: readonly Option[], name: string): string | undefined {
  const value = options.find((option) => option.name === name)?.value;
  return value?.kind === 'string-literal' ? value.value.toLowerCase() : undefined;
}

/** `ANALYZE`, `ANALYZE true`, `ANALYZE on`, `ANALYZE 1`. */
function switchedOn(options: readonly Option[], name: string): boolean {
  const option = options.find((other) => other.name === name);
  if (option === undefined) return false;
  const { value } = option;
  if (value === undefined) return true;
  if (value.kind === 'boolean-literal') return value.value;
  if (value.kind === 'integer-literal') return value.text !== '0';
  return optionText(options, name) === 'on' || optionText(options, name) === 'true';
}
