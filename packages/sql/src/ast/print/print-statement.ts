/**
 * SQL text from trees. Law: parsing the text gives the same tree, spans aside. Layout, comments and doubled parentheses of
 * the original are gone; `?` has become `$n`.
 *
 * The printers are a chain of classes like the grammar: expressions contain queries, queries contain statements, so each
 * link declares what a later one defines.
 */
import type { Expression } from '../expression.ts';
import type { Query } from '../query.ts';
import type { Statement } from '../statement.ts';
import { printTransaction, UtilityPrinter } from './print-utility.ts';

class StatementPrinter extends UtilityPrinter {
  override printStatement(statement: Statement): string {
    switch (statement.kind) {
      case 'query':
      case 'insert':
      case 'update':
      case 'delete':
        return this.printDataStatement(statement);
      case 'create-table':
      case 'create-table-as':
      case 'create-view':
      case 'create-index':
      case 'drop':
      case 'truncate':
      case 'alter-table':
        return this.printDefinition(statement);
      case 'begin':
      case 'commit':
      case 'rollback':
      case 'savepoint':
      case 'release-savepoint':
      case 'rollback-to-savepoint':
      case 'set-transaction':
        return printTransaction(statement);
      default:
        return this.printUtility(statement);
    }
  }

  expression(expression: Expression): string {
    return this.printExpression(expression);
  }

  query(query: Query): string {
    return this.printQuery(query);
  }
}

const printer = new StatementPrinter();

export function printStatement(statement: Statement): string {
  return printer.printStatement(statement);
}

export function printExpression(expression: Expression): string {
  return printer.expression(expression);
}

export function printQuery(query: Query): string {
  return printer.query(query);
}
