/** Random queries over the tables t (id, a, b, c) and u (x, y, z): valid ones, whose evaluation cannot fail. */
import type { SeededRandom } from '@alopex-db/core/testing';

/** Columns in reach, by kind: expressions of one kind can be compared. */
interface Names {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
}

export class QueryMaker {
  readonly #random: SeededRandom;
  #aliases = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  query(): { readonly text: string; readonly isOrdered: boolean } {
    this.#aliases = 0;
    switch (this.#below(6)) {
      case 0:
        return { text: this.#grouped(), isOrdered: false };
      case 1:
        return { text: this.#union(), isOrdered: false };
      case 2:
        return { text: this.#derived(), isOrdered: false };
      case 3:
        return { text: this.#withClause(), isOrdered: false };
      case 4:
        return this.#limited();
      default:
        return { text: this.#plain(), isOrdered: false };
    }
  }

  #plain(): string {
    const { from, names } = this.#from(1 + this.#below(3));
    const distinct = this.#below(5) === 0 ? 'DISTINCT ' : '';
    const items = [this.#number(names, 1), this.#pick(names.texts), this.#scalarSubquery(names)];
    return `SELECT ${distinct}${items.join(', ')} FROM ${from}${this.#where(names)}`;
  }

  #grouped(): string {
    const { from, names } = this.#from(1 + this.#below(2));
    const key = this.#below(2) === 0 ? this.#pick(names.texts) : this.#pick(names.numbers);
    const having = this.#below(2) === 0 ? ` HAVING count(*) > ${this.#below(3)}` : '';
    const sum = this.#pick(names.numbers);
    return `SELECT ${key}, count(*), sum(${sum}), min(${this.#pick(names.texts)}) FROM ${from}${this.#where(names)} GROUP BY ${key}${having}`;
  }

  #union(): string {
    const operation = this.#pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT']);
    const left = this.#from(1);
    const right = this.#from(1);
    const side = (one: { from: string; names: Names }): string =>
      `SELECT ${this.#pick(one.names.numbers)} AS n, ${this.#pick(one.names.texts)} AS s FROM ${one.from}${this.#where(one.names)}`;
    const outer: Names = { numbers: ['q.n'], texts: ['q.s'] };
    return `SELECT q.n, q.s FROM (${side(left)} ${operation} ${side(right)}) q WHERE ${this.#condition(outer, 1)}`;
  }

  #derived(): string {
    const { from, names } = this.#from(1 + this.#below(2));
    const outer: Names = { numbers: ['d.n', 'd.m'], texts: ['d.s'] };
    const inner = `SELECT ${this.#number(names, 1)} AS n, ${this.#pick(names.numbers)} AS m, ${this.#pick(names.texts)} AS s FROM ${from}${this.#where(names)}`;
    const join = this.#pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
    const both: Names = {
      numbers: [...outer.numbers, 'j.id', 'j.a'],
      texts: [...outer.texts, 'j.b'],
    };
    return `SELECT d.n, d.s, j.id FROM (${inner}) d ${join} t j ON d.m = j.id WHERE ${this.#condition(both, 2)}`;
  }

  #withClause(): string {
    const { from, names } = this.#from(1);
    const body = `SELECT ${this.#pick(names.numbers)} AS n, ${this.#pick(names.texts)} AS s FROM ${from}${this.#where(names)}`;
    const outer: Names = { numbers: ['p.n', 'r.n'], texts: ['p.s', 'r.s'] };
    const once = this.#below(2) === 0;
    const reads = once
      ? 'w p JOIN (SELECT id AS n, b AS s FROM t) r ON p.n = r.n'
      : 'w p JOIN w r ON p.n = r.n';
    return `WITH w AS (${body}) SELECT p.n, r.s FROM ${reads} WHERE ${this.#condition(outer, 1)}`;
  }

  /** Sorted by all output columns, so that the answer is one list. */
  #limited(): { readonly text: string; readonly isOrdered: boolean } {
    const { from, names } = this.#from(1 + this.#below(2));
    const direction = (): string => this.#pick(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST']);
    const items = [this.#pick(names.numbers), this.#number(names, 1), this.#pick(names.texts)];
    const order = items.map((_, index) => `${index + 1}${direction()}`).join(', ');
    const text = `SELECT ${items.map((item, index) => `${item} AS o${index}`).join(', ')} FROM ${from}${this.#where(names)} ORDER BY ${order} LIMIT ${this.#below(6)} OFFSET ${this.#below(3)}`;
    return { text, isOrdered: true };
  }

  #from(count: number): { readonly from: string; readonly names: Names } {
    let { from, names } = this.#table();
    for (let index = 1; index < count; index += 1) {
      const next = this.#table();
      const both: Names = {
        numbers: [...names.numbers, ...next.names.numbers],
        texts: [...names.texts, ...next.names.texts],
      };
      const on = `${this.#pick(names.numbers)} = ${this.#pick(next.names.numbers)}`;
      const extra = this.#below(3) === 0 ? ` AND ${this.#condition(both, 1)}` : '';
      const join = this.#pick(['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', ',']);
      from =
        join === ',' ? `${from}, ${next.from}` : `${from} ${join} ${next.from} ON ${on}${extra}`;
      // A comma binds less than JOIN, so what follows may not name what stands before it.
      names = join === ',' ? next.names : both;
    }
    return { from, names };
  }

  #table(): { readonly from: string; readonly names: Names } {
    this.#aliases += 1;
    const alias = `v${this.#aliases}`;
    return this.#below(2) === 0
      ? {
          from: `t ${alias}`,
          names: { numbers: [`${alias}.id`, `${alias}.a`], texts: [`${alias}.b`] },
        }
      : {
          from: `u ${alias}`,
          names: { numbers: [`${alias}.x`, `${alias}.y`], texts: [`${alias}.z`] },
        };
  }

  #where(names: Names): string {
    return this.#below(4) === 0 ? '' : ` WHERE ${this.#condition(names, 2)}`;
  }

  #condition(names: Names, depth: number): string {
    if (depth > 0 && this.#below(2) === 0) {
      const parts = [this.#condition(names, depth - 1), this.#condition(names, depth - 1)];
      const joined = `(${parts.join(this.#pick([' AND ', ' OR ']))})`;
      return this.#below(4) === 0 ? `NOT ${joined}` : joined;
    }
    switch (this.#below(9)) {
      case 0:
        return `${this.#number(names, 1)} ${this.#operator()} ${this.#number(names, 1)}`;
      case 1:
        return `${this.#pick(names.texts)} = 'k${this.#below(3)}'`;
      case 2:
        return `${this.#pick([...names.numbers, ...names.texts])} IS ${this.#pick(['', 'NOT '])}NULL`;
      case 3:
        return `${this.#pick(names.numbers)} ${this.#pick(['', 'NOT '])}IN (${this.#below(5)}, ${this.#below(5)}, 2 + 1)`;
      case 4:
        return `${this.#pick(names.numbers)} BETWEEN ${this.#below(3)} AND ${2 + this.#below(4)}`;
      case 5:
      case 6:
        return this.#subqueryCondition(names);
      default:
        return `${this.#pick(names.numbers)} ${this.#operator()} ${this.#below(6)}`;
    }
  }

  #subqueryCondition(names: Names): string {
    const inner = this.#table();
    const correlated = this.#below(2) === 0;
    const link = `${this.#pick(inner.names.numbers)} ${this.#pick(['=', '=', '<'])} ${this.#pick(names.numbers)}`;
    const conditions = [
      ...(correlated ? [link] : []),
      ...(this.#below(2) === 0 ? [this.#condition(inner.names, 0)] : []),
    ];
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const not = this.#pick(['', 'NOT ']);
    if (this.#below(2) === 0) return `${not}EXISTS (SELECT * FROM ${inner.from}${where})`;
    return `${this.#pick(names.numbers)} ${not}IN (SELECT ${this.#pick(inner.names.numbers)} FROM ${inner.from}${where})`;
  }

  #scalarSubquery(names: Names): string {
    const inner = this.#table();
    return `(SELECT max(${this.#pick(inner.names.numbers)}) FROM ${inner.from} WHERE ${this.#pick(inner.names.numbers)} <= ${this.#pick(names.numbers)})`;
  }

  #number(names: Names, depth: number): string {
    if (depth === 0 || this.#below(2) === 0) return this.#pick(names.numbers);
    return `(${this.#number(names, depth - 1)} ${this.#pick(['+', '-', '*'])} ${this.#below(4)})`;
  }

  #operator(): string {
    return this.#pick(['=', '<>', '<', '<=', '>', '>=']);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #below(bound: number): number {
    return this.#random.nextUint32() % bound;
  }
}
