/**
 * Expressions as SQL text. An operand that is no primary stands in parentheses, whether precedence asks for them or not:
 * parentheses leave no node, so the text parses back to the same tree.
 */
import { toHex } from '@alopex-db/core/base';
import type { Expression, FunctionCall } from '../expression.ts';
import type { Query } from '../query.ts';
import type { FrameBound, OrderItem, Window, WindowFrame } from '../window.ts';
import { printIdentifier, printName, printString, printType } from './print-name.ts';

type Printers = {
  readonly [K in Expression['kind']]: (node: Extract<Expression, { kind: K }>) => string;
};

export abstract class ExpressionPrinter {
  protected abstract printQuery(query: Query): string;

  readonly #printers: Printers = {
    'null-literal': () => 'NULL',
    'boolean-literal': ({ value }) => (value ? 'TRUE' : 'FALSE'),
    'integer-literal': ({ text }) => text,
    'decimal-literal': ({ text }) => text,
    'string-literal': ({ value }) => printString(value),
    'bytes-literal': ({ value }) => `X'${toHex(value)}'`,
    'typed-literal': ({ type, value }) => {
      if (type.name !== 'interval') return `${printType(type)} ${printString(value)}`;
      const { intervalFields } = type;
      const fields = intervalFields === undefined ? '' : ` ${intervalFields}`;
      return `${printType({ ...type, intervalFields: undefined })} ${printString(value)}${fields}`;
    },
    parameter: ({ index, name }) => `$${name ?? index + 1}`,
    'column-reference': ({ parts }) => parts.map(printIdentifier).join('.'),
    unary: ({ operator, operand }) => `${operator} ${this.printOperand(operand)}`,
    binary: ({ operator, left, right }) =>
      `${this.printOperand(left)} ${operator} ${this.printOperand(right)}`,
    not: ({ operand }) => `NOT ${this.printOperand(operand)}`,
    and: ({ operands }) => operands.map((node) => this.printOperand(node)).join(' AND '),
    or: ({ operands }) => operands.map((node) => this.printOperand(node)).join(' OR '),
    is: ({ operand, test, negated }) =>
      `${this.printOperand(operand)} IS ${negated ? 'NOT ' : ''}${test.toUpperCase()}`,
    'distinct-from': ({ left, right, negated }) =>
      `${this.printOperand(left)} IS ${negated ? 'NOT ' : ''}DISTINCT FROM ${this.printOperand(right)}`,
    between: ({ operand, low, high, symmetric, negated }) => {
      const word = `${negated ? 'NOT ' : ''}BETWEEN ${symmetric ? 'SYMMETRIC ' : ''}`;
      return `${this.printOperand(operand)} ${word}${this.printOperand(low)} AND ${this.printOperand(high)}`;
    },
    'in-list': ({ operand, list, negated }) =>
      `${this.printOperand(operand)} ${negated ? 'NOT ' : ''}IN (${this.printExpressions(list)})`,
    'in-subquery': ({ operand, query, negated }) =>
      `${this.printOperand(operand)} ${negated ? 'NOT ' : ''}IN (${this.printQuery(query)})`,
    like: ({ operator, operand, pattern, escape, negated }) => {
      const word = operator === 'similar' ? 'SIMILAR TO' : operator.toUpperCase();
      const tail = escape === undefined ? '' : ` ESCAPE ${this.printOperand(escape)}`;
      return `${this.printOperand(operand)} ${negated ? 'NOT ' : ''}${word} ${this.printOperand(pattern)}${tail}`;
    },
    case: ({ operand, branches, otherwise }) => {
      const head = operand === undefined ? '' : ` ${this.printOperand(operand)}`;
      const body = branches.map(
        ({ when, then }) => ` WHEN ${this.printOperand(when)} THEN ${this.printOperand(then)}`,
      );
      const tail = otherwise === undefined ? '' : ` ELSE ${this.printOperand(otherwise)}`;
      return `CASE${head}${body.join('')}${tail} END`;
    },
    cast: ({ operand, type, onFailure }) =>
      onFailure === 'null'
        ? `TRY_CAST(${this.printExpression(operand)} AS ${printType(type)})`
        : `${this.printOperand(operand)}::${printType(type)}`,
    'function-call': (node) => this.printCall(node),
    'named-argument': ({ name, value }) =>
      `${printIdentifier(name)} => ${this.printExpression(value)}`,
    collate: ({ operand, collation }) =>
      `${this.printOperand(operand)} COLLATE ${printName(collation)}`,
    row: ({ fields }) => `ROW(${this.printExpressions(fields)})`,
    array: ({ elements, bare }) => `${bare ? '' : 'ARRAY'}[${this.printExpressions(elements)}]`,
    'array-subquery': ({ query }) => `ARRAY(${this.printQuery(query)})`,
    subscript: ({ operand, index }) =>
      `${this.printOperand(operand)}[${this.printExpression(index)}]`,
    slice: ({ operand, lower, upper }) => {
      const [from, to] = [lower, upper].map((bound) =>
        bound === undefined ? '' : this.printOperand(bound),
      );
      return `${this.printOperand(operand)}[${from} : ${to}]`;
    },
    field: ({ operand, field }) => `(${this.printExpression(operand)}).${printIdentifier(field)}`,
    'scalar-subquery': ({ query }) => `(${this.printQuery(query)})`,
    exists: ({ query }) => `EXISTS (${this.printQuery(query)})`,
    'quantified-subquery': ({ left, operator, quantifier, query }) =>
      `${this.printOperand(left)} ${operator} ${quantifier.toUpperCase()} (${this.printQuery(query)})`,
    'quantified-array': ({ left, operator, quantifier, array }) =>
      `${this.printOperand(left)} ${operator} ${quantifier.toUpperCase()} (${this.printExpression(array)})`,
    default: () => 'DEFAULT',
  };

  protected printExpression(expression: Expression): string {
    // Each entry takes the member of its own key, which an index by the union cannot say.
    const print = this.#printers[expression.kind] as (node: Expression) => string;
    return print(expression);
  }

  protected printExpressions(expressions: readonly Expression[]): string {
    return expressions.map((node) => this.printExpression(node)).join(', ');
  }

  /** An operand of something else. */
  protected printOperand(expression: Expression): string {
    const text = this.printExpression(expression);
    return PRIMARIES.has(expression.kind) ? text : `(${text})`;
  }

  protected printCall(call: FunctionCall): string {
    const [name] = call.name.parts;
    const bare =
      call.name.parts.length === 1 && name?.quoted === false && BARE_CALLS.has(name.name);
    if (bare && call.args.length === 0) return name.name;
    const nulls = call.nulls === undefined ? '' : ` ${call.nulls.toUpperCase()} NULLS`;
    const within =
      call.withinGroup.length === 0
        ? ''
        : ` WITHIN GROUP (ORDER BY ${this.printOrderItems(call.withinGroup)})`;
    const filter =
      call.filter === undefined ? '' : ` FILTER (WHERE ${this.printExpression(call.filter)})`;
    const over = call.over === undefined ? '' : ` OVER ${this.printWindow(call.over)}`;
    return `${printName(call.name)}(${this.#printArguments(call)})${within}${filter}${nulls}${over}`;
  }

  #printArguments(call: FunctionCall): string {
    if (call.star) return '*';
    const args = call.args.map((node) => this.printExpression(node));
    if (call.variadic) args.push(`VARIADIC ${args.pop() ?? ''}`);
    const order =
      call.orderBy.length === 0 ? '' : ` ORDER BY ${this.printOrderItems(call.orderBy)}`;
    return `${call.distinct ? 'DISTINCT ' : ''}${args.join(', ')}${order}`;
  }

  protected printOrderItems(items: readonly OrderItem[]): string {
    return items.map((node) => this.#printOrderItem(node)).join(', ');
  }

  #printOrderItem({ expression, descending, nulls }: OrderItem): string {
    return `${this.printExpression(expression)}${printDirection(descending, nulls)}`;
  }

  protected printWindow(window: Window): string {
    if (window.kind === 'window-name') return printIdentifier(window.name);
    const parts: string[] = [];
    if (window.base !== undefined) parts.push(printIdentifier(window.base));
    if (window.partitionBy.length > 0)
      parts.push(`PARTITION BY ${this.printExpressions(window.partitionBy)}`);
    if (window.orderBy.length > 0) parts.push(`ORDER BY ${this.printOrderItems(window.orderBy)}`);
    if (window.frame !== undefined) parts.push(this.#printFrame(window.frame));
    return `(${parts.join(' ')})`;
  }

  #printFrame({ unit, start, end, exclude }: WindowFrame): string {
    const tail = exclude === 'no others' ? '' : ` EXCLUDE ${exclude.toUpperCase()}`;
    return `${unit.toUpperCase()} BETWEEN ${this.#printBound(start)} AND ${this.#printBound(end)}${tail}`;
  }

  #printBound({ bound, offset }: FrameBound): string {
    return `${offset === undefined ? '' : `${this.printOperand(offset)} `}${bound.toUpperCase()}`;
  }
}

const PRIMARIES: ReadonlySet<Expression['kind']> = new Set<Expression['kind']>([
  'null-literal',
  'boolean-literal',
  'integer-literal',
  'decimal-literal',
  'string-literal',
  'bytes-literal',
  'typed-literal',
  'parameter',
  'column-reference',
  'function-call',
  'case',
  'row',
  'array',
  'array-subquery',
  'scalar-subquery',
  'exists',
  'subscript',
  'slice',
  'field',
]);

/** Functions that are written without parentheses. */
const BARE_CALLS: ReadonlySet<string> = new Set([
  'current_catalog',
  'current_date',
  'current_role',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'system_user',
  'user',
]);

export function printDirection(descending: boolean, nulls: 'first' | 'last' | undefined): string {
  return (descending ? ' DESC' : '') + (nulls === undefined ? '' : ` NULLS ${nulls.toUpperCase()}`);
}
