/** Columns that conditions make equal (union-find over `column = column`), and what follows from it. */
import type { Expression } from '@alopex-db/core/exec';
import { BOOLEAN, equalTypes } from '@alopex-db/core/types';
import { equalExpressions } from '../plan/walk-expression.ts';

type Column = Expression & { readonly kind: 'column' };

export class EquivalenceClasses {
  readonly #parent = new Map<number, number>();
  readonly #columns = new Map<number, Column>();
  readonly #written = new Set<string>();

  constructor(conditions: readonly Expression[]) {
    for (const condition of conditions) {
      const pair = equatedColumns(condition);
      if (pair === undefined) continue;
      for (const column of pair) this.#columns.set(column.index, column);
      this.#written.add(pairKey(pair[0].index, pair[1].index));
      this.#parent.set(this.#find(pair[0].index), this.#find(pair[1].index));
    }
  }

  /** The representative of the class an equality of columns belongs to. */
  classOf(condition: Expression): number | undefined {
    const pair = equatedColumns(condition);
    return pair === undefined ? undefined : this.#find(pair[0].index);
  }

  /** Columns equal to this one, itself among them. */
  equalTo(id: number): readonly Column[] {
    const root = this.#find(id);
    return [...this.#columns.values()].filter((column) => this.#find(column.index) === root);
  }

  /** Equalities that follow from the written ones. */
  impliedEqualities(): readonly Expression[] {
    const implied: Expression[] = [];
    const columns = [...this.#columns.values()];
    columns.forEach((left, index) => {
      for (const right of columns.slice(index + 1)) {
        if (this.#find(left.index) !== this.#find(right.index)) continue;
        if (
          this.#written.has(pairKey(left.index, right.index)) ||
          !equalTypes(left.type, right.type)
        )
          continue;
        implied.push({ kind: 'compare', type: BOOLEAN, operator: '=', left, right });
      }
    });
    return implied;
  }

  #find(id: number): number {
    let at = id;
    for (;;) {
      const parent = this.#parent.get(at);
      if (parent === undefined || parent === at) return at;
      at = parent;
    }
  }
}

/** `a = b AND a = 5` also says `b = 5`, which the other side of a join can use. */
export function withPropagatedConstants(conditions: readonly Expression[]): readonly Expression[] {
  const classes = new EquivalenceClasses(conditions);
  const added: Expression[] = [];
  for (const condition of conditions) {
    const fixed = fixedColumn(condition);
    if (fixed === undefined) continue;
    for (const column of classes.equalTo(fixed.column.index)) {
      if (!equalTypes(column.type, fixed.column.type)) continue;
      const copy = fixed.forColumn(column);
      const known = [...conditions, ...added].some((other) => equalExpressions(other, copy));
      if (!known) added.push(copy);
    }
  }
  return added.length === 0 ? conditions : [...conditions, ...added];
}

/** A comparison of a column with a value that is known before the query runs. */
function fixedColumn(
  condition: Expression,
): { readonly column: Column; forColumn(column: Column): Expression } | undefined {
  if (
    condition.kind === 'in' &&
    !condition.negated &&
    condition.input.kind === 'column' &&
    condition.list.every(isGiven)
  ) {
    return { column: condition.input, forColumn: (input) => ({ ...condition, input }) };
  }
  if (condition.kind !== 'compare') return undefined;
  if (condition.left.kind === 'column' && isGiven(condition.right)) {
    return { column: condition.left, forColumn: (left) => ({ ...condition, left }) };
  }
  if (condition.right.kind === 'column' && isGiven(condition.left)) {
    return { column: condition.right, forColumn: (right) => ({ ...condition, right }) };
  }
  return undefined;
}

function isGiven(expression: Expression): boolean {
  return expression.kind === 'constant' || expression.kind === 'parameter';
}

function equatedColumns(condition: Expression): readonly [Column, Column] | undefined {
  if (condition.kind !== 'compare' || condition.operator !== '=') return undefined;
  const { left, right } = condition;
  return left.kind === 'column' && right.kind === 'column' && left.index !== right.index
    ? [left, right]
    : undefined;
}

function pairKey(left: number, right: number): string {
  return left < right ? `${left} ${right}` : `${right} ${left}`;
}
