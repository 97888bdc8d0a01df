/** Transaction control and utility statements as SQL text. */
import type { Expression } from '../expression.ts';
import type { Statement } from '../statement.ts';
import type { TransactionModes, TransactionStatement } from '../transaction.ts';
import type {
  CopyStatement,
  DescribeStatement,
  ExplainStatement,
  MaintenanceStatement,
  PragmaStatement,
  SetStatement,
  UtilityStatement,
} from '../utility.ts';
import {
  printDotted,
  printIdentifier,
  printName,
  printNames,
  printString,
  printType,
} from './print-name.ts';
import { DdlPrinter } from './print-ddl.ts';

export function printTransaction(statement: TransactionStatement): string {
  switch (statement.kind) {
    case 'begin':
      return `BEGIN${printModes(statement.modes)}`;
    case 'commit':
      return `COMMIT${statement.andChain ? ' AND CHAIN' : ''}`;
    case 'rollback':
      return `ROLLBACK${statement.andChain ? ' AND CHAIN' : ''}`;
    case 'savepoint':
      return `SAVEPOINT ${printIdentifier(statement.name)}`;
    case 'release-savepoint':
      return `RELEASE SAVEPOINT ${printIdentifier(statement.name)}`;
    case 'rollback-to-savepoint':
      return `ROLLBACK TO SAVEPOINT ${printIdentifier(statement.name)}`;
    case 'set-transaction': {
      const head = statement.session
        ? 'SET SESSION CHARACTERISTICS AS TRANSACTION'
        : 'SET TRANSACTION';
      return `${head}${printModes(statement.modes)}`;
    }
  }
}

function printModes({ isolation, readOnly, deferrable }: TransactionModes): string {
  const modes: string[] = [];
  if (isolation !== undefined) modes.push(`ISOLATION LEVEL ${isolation.toUpperCase()}`);
  if (readOnly !== undefined) modes.push(readOnly ? 'READ ONLY' : 'READ WRITE');
  if (deferrable !== undefined) modes.push(deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE');
  return modes.length === 0 ? '' : ` ${modes.join(', ')}`;
}

export abstract class UtilityPrinter extends DdlPrinter {
  protected abstract printStatement(statement: Statement): string;

  protected printUtility(statement: UtilityStatement): string {
    switch (statement.kind) {
      case 'set':
        return this.#printSet(statement);
      case 'show':
        return `SHOW ${printDotted(statement.name)}`;
      case 'reset':
        return `RESET ${printDotted(statement.name)}`;
      case 'describe':
        return printDescribe(statement);
      case 'explain':
        return this.#printExplain(statement);
      case 'prepare': {
        const types =
          statement.types.length === 0 ? '' : ` (${statement.types.map(printType).join(', ')})`;
        return `PREPARE ${printIdentifier(statement.name)}${types} AS ${this.printDataStatement(statement.statement)}`;
      }
      case 'execute':
        return `EXECUTE ${printIdentifier(statement.name)}${this.#printExecuteArguments(statement.args)}`;
      case 'deallocate':
        return `DEALLOCATE ${statement.name === undefined ? 'ALL' : printIdentifier(statement.name)}`;
      case 'pragma':
        return this.#printPragma(statement);
      case 'analyze':
      case 'vacuum':
        return this.#printMaintenance(statement);
      case 'copy':
        return this.#printCopy(statement);
      case 'discard':
        return `DISCARD ${statement.what.toUpperCase()}`;
    }
  }

  #printSet({ scope, name, values }: SetStatement): string {
    const value = values.length === 0 ? 'DEFAULT' : this.printExpressions(values);
    return `SET ${scope === 'local' ? 'LOCAL ' : ''}${printDotted(name)} TO ${value}`;
  }

  #printExplain({ analyze, verbose, format, options, statement }: ExplainStatement): string {
    const words: string[] = [];
    if (analyze) words.push('ANALYZE');
    if (verbose) words.push('VERBOSE');
    if (format !== 'text') words.push(`FORMAT ${format}`);
    if (options.length > 0) words.push(this.printOptionList(options).slice(1, -1));
    const list = words.length === 0 ? '' : `(${words.join(', ')}) `;
    return `EXPLAIN ${list}${this.printStatement(statement)}`;
  }

  #printExecuteArguments(args: readonly Expression[]): string {
    return args.length === 0 ? '' : ` (${this.printExpressions(args)})`;
  }

  #printPragma({ name, value, args }: PragmaStatement): string {
    if (value !== undefined) return `PRAGMA ${printDotted(name)} = ${this.printExpression(value)}`;
    return `PRAGMA ${printDotted(name)}${this.#printExecuteArguments(args)}`;
  }

  #printMaintenance({ kind, options, tables }: MaintenanceStatement): string {
    const list = options.length === 0 ? '' : ` ${this.printOptionList(options)}`;
    const names = tables.map(({ name, columns }) => {
      const only = columns.length === 0 ? '' : ` (${printNames(columns)})`;
      return `${printName(name)}${only}`;
    });
    return `${kind.toUpperCase()}${list}${names.length === 0 ? '' : ` ${names.join(', ')}`}`;
  }

  #printCopy({ source, direction, endpoint, options, where }: CopyStatement): string {
    let from: string;
    if (source.kind === 'copy-query') from = `(${this.printQuery(source.query)})`;
    else
      from =
        printName(source.table) +
        (source.columns.length === 0 ? '' : ` (${printNames(source.columns)})`);
    const end = endpoint.kind === 'file' ? printString(endpoint.path) : endpoint.kind.toUpperCase();
    const list = options.length === 0 ? '' : ` WITH ${this.printOptionList(options)}`;
    const condition = where === undefined ? '' : ` WHERE ${this.printExpression(where)}`;
    return `COPY ${from} ${direction.toUpperCase()} ${end}${list}${condition}`;
  }
}

function printDescribe({ what, table }: DescribeStatement): string {
  const name = table === undefined ? '' : printName(table);
  if (what === 'table') return `DESCRIBE ${name}`;
  return what === 'tables'
    ? 'SHOW TABLES'
    : `SHOW INDEXES${table === undefined ? '' : ` FROM ${name}`}`;
}
