/** INSERT, UPDATE and DELETE as SQL text. */
import { unreachable } from '@alopex-db/core/base';
import type {
  Assignment,
  AssignmentTarget,
  ConflictTarget,
  DeleteStatement,
  InsertStatement,
  OnConflict,
  UpdateStatement,
} from '../dml.ts';
import type { Expression } from '../expression.ts';
import type { Identifier } from '../name.ts';
import type { SelectItem, WithClause } from '../query.ts';
import type { DataStatement } from '../statement.ts';
import { printIdentifier, printName, printNames } from './print-name.ts';
import { QueryPrinter } from './print-query.ts';

export abstract class DmlPrinter extends QueryPrinter {
  protected override printDataStatement(statement: DataStatement): string {
    switch (statement.kind) {
      case 'query':
        return this.printQuery(statement);
      case 'insert':
        return this.#printInsert(statement);
      case 'update':
        return this.#printUpdate(statement);
      case 'delete':
        return this.#printDelete(statement);
      default:
        return unreachable(statement);
    }
  }

  #printInsert(insert: InsertStatement): string {
    const columns = insert.columns.length === 0 ? '' : ` (${printNames(insert.columns)})`;
    const byName = insert.byName ? ' BY NAME' : '';
    const overriding =
      insert.overriding === undefined ? '' : ` OVERRIDING ${insert.overriding.toUpperCase()} VALUE`;
    const source = insert.source === undefined ? 'DEFAULT VALUES' : this.printQuery(insert.source);
    const head = `${this.#printLead(insert.with)}INSERT INTO ${printName(insert.table)}${printAs(insert.alias)}`;
    const conflict =
      insert.onConflict === undefined ? '' : this.#printOnConflict(insert.onConflict);
    const tail = `${conflict}${this.#printReturning(insert.returning)}`;
    return `${head}${columns}${byName}${overriding} ${source}${tail}`;
  }

  #printLead(withClause: WithClause | undefined): string {
    return withClause === undefined ? '' : `${this.printWith(withClause)} `;
  }

  #printOnConflict({ target, update }: OnConflict): string {
    const where = target === undefined ? '' : ` ${this.#printConflictTarget(target)}`;
    if (update === undefined) return ` ON CONFLICT${where} DO NOTHING`;
    const assignments = this.#printAssignments(update.assignments);
    return ` ON CONFLICT${where} DO UPDATE SET ${assignments}${this.#printWhere(update.where)}`;
  }

  #printConflictTarget(target: ConflictTarget): string {
    if (target.kind === 'conflict-constraint')
      return `ON CONSTRAINT ${printIdentifier(target.name)}`;
    return `(${this.printExpressions(target.columns)})${this.#printWhere(target.where)}`;
  }

  #printUpdate(update: UpdateStatement): string {
    const head = `${this.#printLead(update.with)}UPDATE ${printName(update.table)}${printAs(update.alias)}`;
    const from = update.from.length === 0 ? '' : ` FROM ${this.printFromItems(update.from)}`;
    const tail = `${this.#printWhere(update.where)}${this.#printReturning(update.returning)}`;
    return `${head} SET ${this.#printAssignments(update.assignments)}${from}${tail}`;
  }

  #printDelete(statement: DeleteStatement): string {
    const table = `${printName(statement.table)}${printAs(statement.alias)}`;
    const using =
      statement.using.length === 0 ? '' : ` USING ${this.printFromItems(statement.using)}`;
    const tail = `${this.#printWhere(statement.where)}${this.#printReturning(statement.returning)}`;
    return `${this.#printLead(statement.with)}DELETE FROM ${table}${using}${tail}`;
  }

  #printWhere(where: Expression | undefined): string {
    return where === undefined ? '' : ` WHERE ${this.printExpression(where)}`;
  }

  #printReturning(items: readonly SelectItem[]): string {
    return items.length === 0 ? '' : ` RETURNING ${this.printSelectItems(items)}`;
  }

  #printAssignments(assignments: readonly Assignment[]): string {
    return assignments
      .map(({ targets, multiple, value }) => {
        const list = targets.map((node) => this.#printTarget(node)).join(', ');
        return `${multiple ? `(${list})` : list} = ${this.printExpression(value)}`;
      })
      .join(', ');
  }

  #printTarget({ column, path }: AssignmentTarget): string {
    const steps = path.map((step) => {
      if (step.kind === 'identifier') return `.${printIdentifier(step)}`;
      if (step.kind !== 'assignment-slice') return `[${this.printExpression(step)}]`;
      const { lower, upper } = step;
      const bound = (node: Expression | undefined): string =>
        node === undefined ? '' : this.printExpression(node);
      return `[${bound(lower)}:${bound(upper)}]`;
    });
    return printIdentifier(column) + steps.join('');
  }
}

function printAs(alias: Identifier | undefined): string {
  return alias === undefined ? '' : ` AS ${printIdentifier(alias)}`;
}
