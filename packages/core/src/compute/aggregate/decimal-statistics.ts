/**
 * sum, avg, variance and standard deviation with a NUMERIC result: of numeric, and of integers where PostgreSQL answers
 * numeric. Count, sum and sum of squares of each group are kept exactly, at the largest scale among its values; NaN and
 * the infinities are counted apart. No value (for samples: fewer than two): null.
 */
import { assert } from '../../base/assert.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import { NUMERIC } from '../../types/data-type.ts';
import { growFloat64, growInt32 } from '../../types/growable.ts';
import {
  checkedNumeric,
  decodeNumeric,
  formatNumeric,
  numericScale,
  powerOfTen,
  smallCoefficient,
  smallPowerOfTen,
} from '../../types/numeric.ts';
import type { Decimal, NumericValue } from '../../types/numeric.ts';
import { bitAt } from '../../types/validity.ts';
import { divide, divisionScale } from '../numeric/numeric-arithmetic.ts';
import { rootTo } from '../numeric/numeric-power.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { ExactSums } from './exact-sums.ts';

/** What is made of the moments of a group. */
interface Statistic {
  readonly squares: boolean;
  readonly finish: (moments: Moments) => NumericValue | undefined;
}

interface Moments {
  readonly count: number;
  readonly sum: Decimal;
  readonly squares: Decimal;
}

function define(name: string, statistic: Statistic): AggregateFunction {
  return { name, createAccumulator: () => new DecimalAccumulator(statistic) };
}

export const numericSumAggregate = /* @__PURE__ */ define('sum', {
  squares: false,
  finish: ({ sum }) => sum,
});

export const numericAverageAggregate = /* @__PURE__ */ define('avg', {
  squares: false,
  finish: ({ sum, count }) => {
    const divisor = { coefficient: BigInt(count), scale: 0 };
    return divide(sum, divisor, divisionScale(sum, divisor));
  },
});

export const numericVarPopAggregate = /* @__PURE__ */ define('var_pop', spread(false, false));
export const numericVarSampAggregate = /* @__PURE__ */ define('var_samp', spread(true, false));
export const numericStddevPopAggregate = /* @__PURE__ */ define('stddev_pop', spread(false, true));
export const numericStddevSampAggregate = /* @__PURE__ */ define('stddev_samp', spread(true, true));

/** (n Σx² - (Σx)²) / (n (n - 1)), or over n² for the whole population; exact up to the division. */
function spread(sample: boolean, root: boolean): Statistic {
  return {
    squares: true,
    finish: ({ count, sum, squares }) => {
      if (sample && count < 2) return undefined;
      const n = BigInt(count);
      const dividend = {
        coefficient: n * squares.coefficient - sum.coefficient * sum.coefficient,
        scale: squares.scale,
      };
      if (dividend.coefficient <= 0n) return { coefficient: 0n, scale: 0 };
      const divisor = { coefficient: n * (sample ? n - 1n : n), scale: 0 };
      const scale = divisionScale(dividend, divisor);
      const variance = divide(dividend, divisor, scale);
      return root ? rootTo(variance, scale) : variance;
    },
  };
}

const POSITIVE = 1;
const NEGATIVE = 2;
const NOT_A_NUMBER = 4;

class DecimalAccumulator implements Accumulator {
  readonly #statistic: Statistic;
  #counts: Float64Array = new Float64Array(0);
  #scales: Int32Array = new Int32Array(0);
  readonly #sums = new ExactSums();
  readonly #squares = new ExactSums();
  /** Which of NaN and the infinities a group has met. */
  readonly #specials = new Map<number, number>();

  constructor(statistic: Statistic) {
    this.#statistic = statistic;
  }

  resize(groupCount: number): void {
    this.#counts = growFloat64(this.#counts, groupCount);
    this.#scales = growInt32(this.#scales, groupCount);
    this.#sums.resize(groupCount);
    if (this.#statistic.squares) this.#squares.resize(groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    const isNumeric = column.type.kind === 'numeric';
    for (let row = 0; row < rowCount; row += 1) {
      if (present !== undefined && !bitAt(present, row)) continue;
      const group = groups[row]!;
      this.#counts[group]! += 1;
      if (isNumeric) this.#addNumeric(group, column, row);
      else this.#addInteger(group, column.values[row]!);
    }
  }

  #addInteger(group: number, value: number | bigint): void {
    if (typeof value === 'bigint') this.#addLarge(group, value);
    else this.#addSmall(group, value);
  }

  #addNumeric(group: number, column: ColumnVector, row: number): void {
    const { data, offsets } = column;
    const start = offsets![row]!;
    const end = offsets![row + 1]!;
    const coefficient = smallCoefficient(data!, start, end);
    if (coefficient === coefficient) {
      const shift = this.#alignTo(group, numericScale(data!, start));
      const aligned = shift === 0 ? coefficient : coefficient * smallPowerOfTen(shift);
      if (Number.isSafeInteger(aligned)) this.#addSmall(group, aligned);
      else this.#addLarge(group, BigInt(coefficient) * powerOfTen(shift));
      return;
    }
    const value = decodeNumeric(data!, start, end);
    if (typeof value === 'number') {
      const flag = value === Infinity ? POSITIVE : value === -Infinity ? NEGATIVE : NOT_A_NUMBER;
      this.#specials.set(group, (this.#specials.get(group) ?? 0) | flag);
      return;
    }
    const shift = this.#alignTo(group, value.scale);
    this.#addLarge(group, value.coefficient * powerOfTen(shift));
  }

  #addSmall(group: number, value: number): void {
    this.#sums.add(group, value);
    if (!this.#statistic.squares) return;
    const square = value * value;
    if (Number.isSafeInteger(square)) this.#squares.add(group, square);
    else this.#squares.addLarge(group, BigInt(value) * BigInt(value));
  }

  #addLarge(group: number, value: bigint): void {
    this.#sums.addLarge(group, value);
    if (this.#statistic.squares) this.#squares.addLarge(group, value * value);
  }

  /** Makes the group's scale `scale` at least; answers how many places a value of `scale` is moved to meet it. */
  #alignTo(group: number, scale: number): number {
    const current = this.#scales[group]!;
    if (scale <= current) return current - scale;
    const factor = powerOfTen(scale - current);
    this.#sums.set(group, this.#sums.sum(group) * factor);
    if (this.#statistic.squares)
      this.#squares.set(group, this.#squares.sum(group) * factor * factor);
    this.#scales[group] = scale;
    return 0;
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof DecimalAccumulator, 'accumulators of one function merge');
    for (let from = 0; from < groups.length; from += 1) {
      const group = groups[from]!;
      const factor = powerOfTen(this.#alignTo(group, other.#scales[from]!));
      this.#counts[group]! += other.#counts[from]!;
      this.#sums.addLarge(group, other.#sums.sum(from) * factor);
      if (this.#statistic.squares)
        this.#squares.addLarge(group, other.#squares.sum(from) * factor * factor);
      const flags = other.#specials.get(from);
      if (flags !== undefined) this.#specials.set(group, (this.#specials.get(group) ?? 0) | flags);
    }
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(NUMERIC, end - start);
    for (let group = start; group < end; group += 1) {
      const result = this.#counts[group] === 0 ? undefined : this.#result(group);
      builder.append(result === undefined ? null : formatNumeric(checkedNumeric(result)));
    }
    return builder.finish();
  }

  #result(group: number): NumericValue | undefined {
    const flags = this.#specials.get(group);
    const count = this.#counts[group]!;
    if (flags !== undefined) {
      if (this.#statistic.squares) return count < 2 ? undefined : Number.NaN;
      return flags === POSITIVE ? Infinity : flags === NEGATIVE ? -Infinity : Number.NaN;
    }
    const scale = this.#scales[group]!;
    return this.#statistic.finish({
      count,
      sum: { coefficient: this.#sums.sum(group), scale },
      squares: {
        coefficient: this.#statistic.squares ? this.#squares.sum(group) : 0n,
        scale: scale * 2,
      },
    });
  }

  get byteLength(): number {
    return (
      this.#counts.byteLength +
      this.#scales.byteLength +
      this.#sums.byteLength +
      this.#squares.byteLength
    );
  }
}
