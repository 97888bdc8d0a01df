/** Queries as SQL text. */
import { unreachable } from '@alopex-db/core/base';
import type {
  CommonTable,
  FromItem,
  FunctionTable,
  GroupBy,
  GroupingElement,
  Join,
  OrderBy,
  Query,
  QueryBody,
  Select,
  SelectItem,
  Star,
  TableAlias,
  TableReference,
  WithClause,
} from '../query.ts';
import type { DataStatement } from '../statement.ts';
import { ExpressionPrinter, printDirection } from './print-expression.ts';
import { printIdentifier, printName, printNames, printType } from './print-name.ts';

export abstract class QueryPrinter extends ExpressionPrinter {
  protected abstract printDataStatement(statement: DataStatement): string;

  protected override printQuery(query: Query): string {
    const parts = [this.#printBody(query.body)];
    if (query.with !== undefined) parts.unshift(this.printWith(query.with));
    if (query.orderBy !== undefined) parts.push(this.#printOrderBy(query.orderBy));
    if (query.limit !== undefined && !query.withTies)
      parts.push(`LIMIT ${this.printExpression(query.limit)}`);
    if (query.offset !== undefined) parts.push(`OFFSET ${this.printOperand(query.offset)}`);
    if (query.limit !== undefined && query.withTies) {
      parts.push(`FETCH FIRST ${this.printOperand(query.limit)} ROWS WITH TIES`);
    }
    for (const { strength, tables, wait } of query.locking) {
      const of = tables.length === 0 ? '' : ` OF ${tables.map(printName).join(', ')}`;
      parts.push(
        `FOR ${strength.toUpperCase()}${of}${wait === 'wait' ? '' : ` ${wait.toUpperCase()}`}`,
      );
    }
    return parts.join(' ');
  }

  protected printWith({ recursive, tables }: WithClause): string {
    return `WITH ${recursive ? 'RECURSIVE ' : ''}${tables.map((node) => this.#printCommonTable(node)).join(', ')}`;
  }

  #printCommonTable({ name, columns, materialized, statement }: CommonTable): string {
    const list = columns.length === 0 ? '' : ` (${printNames(columns)})`;
    const hint =
      materialized === undefined ? '' : materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED ';
    return `${printIdentifier(name)}${list} AS ${hint}(${this.printDataStatement(statement)})`;
  }

  #printBody(body: QueryBody): string {
    switch (body.kind) {
      case 'select':
        return this.#printSelect(body);
      case 'values':
        return `VALUES ${body.rows.map((row) => `(${this.printExpressions(row)})`).join(', ')}`;
      case 'set-operation': {
        const word = body.operation.toUpperCase();
        const flags = `${body.all ? ' ALL' : ''}${body.byName ? ' BY NAME' : ''}`;
        return `${this.#printBody(body.left)} ${word}${flags} ${this.#printBody(body.right)}`;
      }
      case 'query':
        return `(${this.printQuery(body)})`;
      default:
        return unreachable(body);
    }
  }

  #printOrderBy({ all, items }: OrderBy): string {
    if (all !== undefined) return `ORDER BY ALL${printDirection(all.descending, all.nulls)}`;
    return `ORDER BY ${this.printOrderItems(items)}`;
  }

  #printSelect(select: Select): string {
    const hints = select.hints.map((hint) => `/*+ ${hint} */ `).join('');
    const parts = [
      `SELECT ${hints}${this.#printDistinct(select)}${this.printSelectItems(select.items)}`.trimEnd(),
    ];
    if (select.from.length > 0) parts.push(`FROM ${this.printFromItems(select.from)}`);
    if (select.where !== undefined) parts.push(`WHERE ${this.printExpression(select.where)}`);
    if (select.groupBy !== undefined) parts.push(this.#printGroupBy(select.groupBy));
    if (select.having !== undefined) parts.push(`HAVING ${this.printExpression(select.having)}`);
    const windows = select.windows.map(
      ({ name, window }) => `${printIdentifier(name)} AS ${this.printWindow(window)}`,
    );
    if (windows.length > 0) parts.push(`WINDOW ${windows.join(', ')}`);
    if (select.qualify !== undefined) parts.push(`QUALIFY ${this.printExpression(select.qualify)}`);
    return parts.join(' ');
  }

  #printDistinct({ distinct }: Select): string {
    if (distinct === undefined) return '';
    return distinct.on.length === 0
      ? 'DISTINCT '
      : `DISTINCT ON (${this.printExpressions(distinct.on)}) `;
  }

  protected printSelectItems(items: readonly SelectItem[]): string {
    return items
      .map((item) => {
        if (item.kind === 'star') return this.#printStar(item);
        const alias = item.alias === undefined ? '' : ` AS ${printIdentifier(item.alias)}`;
        return `${this.printExpression(item.expression)}${alias}`;
      })
      .join(', ');
  }

  #printStar({ table, exclude, replace, rename }: Star): string {
    const replacements = replace.map(
      ({ column, value }) => `${this.printExpression(value)} AS ${printIdentifier(column)}`,
    );
    const renames = rename.map(
      ({ from, to }) => `${printIdentifier(from)} AS ${printIdentifier(to)}`,
    );
    return [
      table === undefined ? '*' : `${printName(table)}.*`,
      exclude.length === 0 ? '' : ` EXCLUDE (${printNames(exclude)})`,
      replacements.length === 0 ? '' : ` REPLACE (${replacements.join(', ')})`,
      renames.length === 0 ? '' : ` RENAME (${renames.join(', ')})`,
    ].join('');
  }

  #printGroupBy({ all, distinct, elements }: GroupBy): string {
    if (all) return 'GROUP BY ALL';
    return `GROUP BY ${distinct ? 'DISTINCT ' : ''}${this.#printGroupings(elements)}`;
  }

  #printGroupings(elements: readonly GroupingElement[]): string {
    return elements.map((node) => this.#printGrouping(node)).join(', ');
  }

  #printGrouping(element: GroupingElement): string {
    switch (element.kind) {
      case 'grouping-expression':
        return this.printExpression(element.expression);
      case 'empty-grouping':
        return '()';
      case 'rollup':
      case 'cube':
        return `${element.kind.toUpperCase()} (${this.printExpressions(element.expressions)})`;
      case 'grouping-sets':
        return `GROUPING SETS (${this.#printGroupings(element.sets)})`;
      default:
        return unreachable(element);
    }
  }

  protected printFromItems(items: readonly FromItem[]): string {
    return items.map((node) => this.#printFromItem(node)).join(', ');
  }

  #printFromItem(item: FromItem): string {
    switch (item.kind) {
      case 'table-reference':
        return this.#printTableReference(item);
      case 'derived-table':
        return `${printLateral(item.lateral)}(${this.printQuery(item.query)})${printAlias(item.alias)}`;
      case 'function-table':
        return this.#printFunctionTable(item);
      case 'join': {
        const text = this.#printJoin(item);
        return item.alias === undefined ? text : `(${text})${printAlias(item.alias)}`;
      }
      default:
        return unreachable(item);
    }
  }

  #printTableReference({ name, alias, asOf, sample }: TableReference): string {
    const time =
      asOf === undefined
        ? ''
        : ` AS OF ${asOf.unit.toUpperCase()} ${this.printOperand(asOf.value)}`;
    let sampled = '';
    if (sample !== undefined) {
      const repeatable = sample.repeatable;
      const tail =
        repeatable === undefined ? '' : ` REPEATABLE (${this.printExpression(repeatable)})`;
      sampled = ` TABLESAMPLE ${printIdentifier(sample.method)} (${this.printExpressions(sample.args)})${tail}`;
    }
    return `${printName(name)}${time}${printAlias(alias)}${sampled}`;
  }

  #printFunctionTable(item: FunctionTable): string {
    const [only] = item.calls;
    const calls =
      item.calls.length === 1 && only !== undefined
        ? this.printCall(only)
        : `ROWS FROM (${item.calls.map((node) => this.printCall(node)).join(', ')})`;
    const ordinality = item.withOrdinality ? ' WITH ORDINALITY' : '';
    const definitions = item.definitions.map(
      ({ name, type }) => `${printIdentifier(name)} ${printType(type)}`,
    );
    const list = definitions.length === 0 ? '' : ` (${definitions.join(', ')})`;
    const alias = item.alias === undefined && list !== '' ? ' AS' : printAlias(item.alias);
    return `${printLateral(item.lateral)}${calls}${ordinality}${alias}${list}`;
  }

  #printJoin(join: Join): string {
    const right = this.#printFromItem(join.right);
    // Joins associate to the left; one on the right came from parentheses.
    const target =
      join.right.kind === 'join' && join.right.alias === undefined ? `(${right})` : right;
    const word = `${join.natural ? 'NATURAL ' : ''}${join.join.toUpperCase()} JOIN`;
    let condition = join.on === undefined ? '' : ` ON ${this.printExpression(join.on)}`;
    if (join.using.length > 0) condition = ` USING (${printNames(join.using)})`;
    if (join.usingAlias !== undefined) condition += ` AS ${printIdentifier(join.usingAlias)}`;
    return `${this.#printFromItem(join.left)} ${word} ${target}${condition}`;
  }
}

// FROM

function printLateral(lateral: boolean): string {
  return lateral ? 'LATERAL ' : '';
}

function printAlias(alias: TableAlias | undefined): string {
  if (alias === undefined) return '';
  const columns = alias.columns.length === 0 ? '' : ` (${printNames(alias.columns)})`;
  return ` AS ${printIdentifier(alias.name)}${columns}`;
}
