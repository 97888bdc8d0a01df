import { describe, expect, it } from 'vitest';
import { batchOf, collectRows, source, testContext, testRuntime } from '../../test/test-runtime.ts';
import type { Row } from '../../test/test-runtime.ts';
import { countAggregate } from '../compute/aggregate/count.ts';
import { maxAggregate, minAggregate } from '../compute/aggregate/extreme.ts';
import { stringAggAggregate } from '../compute/aggregate/string-agg.ts';
import { averageAggregate, sumAggregate } from '../compute/aggregate/sum.ts';
import { compareScalars } from '../compute/compare.ts';
import { PENDING } from '../base/pending.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { BOOLEAN, FLOAT64, INT32, INT64, TEXT, UUID } from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import { encodeOrderKey, ascendingKey } from '../types/order-key.ts';
import type { Scalar } from '../types/scalar.ts';
import { aggregate } from './aggregate.ts';
import { distinct } from './distinct.ts';
import type { AggregateCall, Expression, SortKey } from './expression.ts';
import { filter } from './filter.ts';
import { hashJoin } from './hash-join.ts';
import { limit } from './limit.ts';
import { nestedLoopJoin } from './nested-loop-join.ts';
import type { BatchIterator } from './operator.ts';
import type { JoinKind } from './pair-output.ts';
import { project } from './project.ts';
import { setOperation } from './set-operation.ts';
import { sort } from './sort.ts';
import { topK } from './top-k.ts';
import { values } from './values.ts';

const runtime = testRuntime();
const context = testContext();

function column(index: number, type: DataType): Expression {
  return { kind: 'column', index, type };
}

function constant(value: Scalar, type: DataType): Expression {
  return { kind: 'constant', value, type };
}

function call(
  fn: AggregateCall['function'],
  args: readonly Expression[],
  type: DataType,
  more: Partial<AggregateCall> = {},
): AggregateCall {
  return { function: fn, args, type, distinct: false, filter: undefined, orderBy: [], ...more };
}

const TYPES = [INT32, INT64, FLOAT64, TEXT, BOOLEAN];

function randomScalar(random: SeededRandom, type: DataType): Scalar {
  if (random.below(6) === 0) return null;
  switch (type.kind) {
    case 'boolean':
      return random.below(2) === 0;
    case 'int32':
      return random.below(12) - 4;
    case 'int64':
      return random.pick([-1, 0, 1, 2, 7_000_000_000, 2n ** 60n]);
    case 'float64':
      return random.pick([Number.NaN, Infinity, -0, 0, 1.5, -2, 1e300]);
    default:
      return random.pick(['', 'a', 'ab', 'b', 'é', 'a longer text', 'a longer text!']);
  }
}

function randomRows(
  random: SeededRandom,
  count: number,
  types: readonly DataType[] = TYPES,
): Row[] {
  return Array.from({ length: count }, () => types.map((type) => randomScalar(random, type)));
}

/** One string per row that is equal exactly for equal rows. */
function keyOf(row: Row, types: readonly DataType[] = TYPES): string {
  return String(
    encodeOrderKey(
      types.map((type) => ascendingKey(type, true)),
      row,
    ),
  );
}

function keysOf(rows: readonly Row[], types: readonly DataType[] = TYPES): string[] {
  return rows.map((row) => keyOf(row, types)).toSorted();
}

/** Which of 0 and -0 stands for a group is nobody's promise. */
function withoutSign(row: Row): Row {
  return row.map((value) => (value === 0 ? 0 : value));
}

function compareRows(keys: readonly SortKey[], left: Row, right: Row): number {
  for (const key of keys) {
    const at = key.expression.kind === 'column' ? key.expression.index : 0;
    const a = left[at]!;
    const b = right[at]!;
    if (a === null && b === null) continue;
    if (a === null || b === null) return (a === null) === key.nullsFirst ? -1 : 1;
    const order = compareScalars(key.expression.type, a, b);
    if (order !== 0) return key.descending ? -order : order;
  }
  return 0;
}

function seeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

describe('operators against their row-by-row meaning', () => {
  it('sort and top-k order alike, keep ties in place and lose nothing', () => {
    for (const seed of seeds(1, 40)) {
      const random = new SeededRandom(seed);
      const rows = randomRows(random, random.pick([0, 1, 50, 700, 9_000]));
      const keys: SortKey[] = Array.from({ length: 1 + random.below(3) }, () => {
        const index = random.below(TYPES.length);
        const expression = column(index, TYPES[index]!);
        return { expression, descending: random.chance(0.5), nullsFirst: random.chance(0.5) };
      });
      const expected = rows.toSorted((left, right) => compareRows(keys, left, right));
      const sorted = collectRows(
        sort(source(TYPES, rows, 997, true), TYPES, keys, runtime, context),
      );
      expect(sorted, `seed ${seed}`).toEqual(expected);
      const [offset, count] = [random.below(5), random.pick([1, 10, 3_000])];
      const options = { types: TYPES, keys, limit: count, offset };
      const best = collectRows(topK(source(TYPES, rows, 997, true), options, runtime, context));
      expect(best, `seed ${seed}`).toEqual(expected.slice(offset, offset + count));
    }
  });

  it('group rows by any keys and aggregate each group', () => {
    for (const seed of seeds(100, 40)) {
      const random = new SeededRandom(seed);
      const rows = randomRows(random, random.pick([0, 1, 60, 5_000]));
      const keyColumns = random.pick([[0], [1], [2], [3], [4], [0, 3], [2, 1], []]);
      const groups = keyColumns.map((at) => column(at, TYPES[at]!));
      const calls = [
        call(countAggregate, [], INT64),
        call(countAggregate, [column(3, TEXT)], INT64, { distinct: true }),
        call(sumAggregate, [column(0, INT32)], INT64),
        call(maxAggregate, [column(2, FLOAT64)], FLOAT64),
        call(minAggregate, [column(3, TEXT)], TEXT),
        call(sumAggregate, [column(0, INT32)], INT64, {
          distinct: true,
          filter: column(4, BOOLEAN),
        }),
        call(averageAggregate, [column(0, INT32)], FLOAT64),
      ];
      const result = collectRows(
        aggregate(source(TYPES, rows, 700, true), groups, calls, runtime, context),
      );
      const expected = groupNaively(rows, keyColumns);
      expect(result.map(withoutSign), `seed ${seed}`).toEqual(expected.map(withoutSign));
    }
  });

  it('join by hash and by nested loop alike, in every kind', () => {
    const types = [INT32, TEXT, INT64];
    for (const seed of seeds(200, 60)) {
      const random = new SeededRandom(seed);
      const left = randomRows(random, random.pick([0, 3, 40, 300]), types);
      const right = randomRows(random, random.pick([0, 3, 40, 200]), types);
      const kind = random.pick<JoinKind>(['inner', 'left', 'right', 'full', 'semi', 'anti']);
      const keyColumns = random.pick([[0], [1], [2], [0, 1]]);
      const residual: Expression | undefined = random.chance(0.5)
        ? {
            kind: 'compare',
            type: BOOLEAN,
            operator: '<=',
            left: column(0, INT32),
            right: column(3, INT32),
          }
        : undefined;
      const leftKeys = keyColumns.map((at) => column(at, types[at]!));
      const shared = { kind, leftTypes: types, rightTypes: types };
      const hashed = hashJoin(
        {
          ...shared,
          left: source(types, left, 64, true),
          right: source(types, right, 64, true),
          leftKeys,
          rightKeys: leftKeys,
          residual,
        },
        runtime,
        context,
      );
      const equalities = keyColumns.map((at): Expression => ({
        kind: 'compare',
        type: BOOLEAN,
        operator: '=',
        left: column(at, types[at]!),
        right: column(at + 3, types[at]!),
      }));
      const condition: Expression = {
        kind: 'and',
        type: BOOLEAN,
        args: residual === undefined ? equalities : [...equalities, residual],
      };
      const looped = nestedLoopJoin(
        {
          ...shared,
          left: source(types, left, 64, true),
          right: source(types, right, 64, true),
          condition,
        },
        runtime,
        context,
      );
      const outputTypes = kind === 'semi' || kind === 'anti' ? types : [...types, ...types];
      const expected = keysOf(
        joinNaively(kind, left, right, keyColumns, residual !== undefined),
        outputTypes,
      );
      expect(keysOf(collectRows(hashed), outputTypes), `hash join, seed ${seed}`).toEqual(expected);
      expect(keysOf(collectRows(looped), outputTypes), `nested loop, seed ${seed}`).toEqual(
        expected,
      );
    }
  });

  it('combine sets with and without ALL', () => {
    for (const seed of seeds(300, 40)) {
      const random = new SeededRandom(seed);
      const types = random.pick([[INT32], [TEXT], [INT32, BOOLEAN]]);
      const left = randomRows(random, random.pick([0, 10, 400]), types);
      const right = randomRows(random, random.pick([0, 10, 400]), types);
      const operation = random.pick(['union', 'intersect', 'except'] as const);
      const all = random.chance(0.5);
      const result = collectRows(
        setOperation(
          {
            operation,
            all,
            left: source(types, left, 70, true),
            right: source(types, right, 70, true),
            types,
          },
          context,
        ),
      );
      expect(keysOf(result, types), `seed ${seed}`).toEqual(
        combineNaively(operation, all, left, right, types),
      );
    }
  });

  it('filter, project, limit and remove duplicates', () => {
    const rows = randomRows(new SeededRandom(5), 5_000);
    const positive: Expression = {
      kind: 'compare',
      type: BOOLEAN,
      operator: '>',
      left: column(0, INT32),
      right: constant(0, INT32),
    };
    const chosen = project(
      filter(source(TYPES, rows), positive, runtime),
      [column(3, TEXT), column(0, INT32)],
      runtime,
    );
    const expected = rows
      .filter((row) => row[0] !== null && Number(row[0]) > 0)
      .map((row) => [row[3]!, row[0]!]);
    expect(collectRows(limit(chosen, 1_000, 100))).toEqual(expected.slice(100, 1_100));
    const unique = collectRows(distinct(source(TYPES, rows, 333), TYPES, context));
    const seen = new Set<string>();
    expect(unique).toEqual(rows.filter((row) => !seen.has(keyOf(row)) && seen.add(keyOf(row))));
  });
});

describe('operators', () => {
  it('answer NOT IN with nulls on either side', () => {
    const notIn = (left: Row[], right: Row[]): Row[] =>
      collectRows(
        hashJoin(
          {
            kind: 'anti',
            left: source([INT32], left),
            right: source([INT32], right),
            leftTypes: [INT32],
            rightTypes: [INT32],
            leftKeys: [column(0, INT32)],
            rightKeys: [column(0, INT32)],
            residual: undefined,
            nullAware: true,
          },
          runtime,
          context,
        ),
      );
    expect(notIn([[1], [2], [null]], [[2]])).toEqual([[1]]);
    expect(notIn([[1], [2], [null]], [[2], [null]])).toEqual([]);
    expect(notIn([[1], [null]], [])).toEqual([[1], [null]]);
  });

  it('concatenate in the order an aggregate asks for', () => {
    const rows: Row[] = [
      [1, 'c'],
      [2, 'x'],
      [1, 'a'],
      [1, null],
      [1, 'b'],
      [1, 'a'],
    ];
    const orderBy: SortKey[] = [
      { expression: column(1, TEXT), descending: true, nullsFirst: false },
    ];
    const args = [column(1, TEXT), constant('-', TEXT)];
    const calls = [
      call(stringAggAggregate, args, TEXT),
      call(stringAggAggregate, args, TEXT, { orderBy }),
      call(stringAggAggregate, args, TEXT, { orderBy, distinct: true }),
    ];
    const result = collectRows(
      aggregate(source([INT32, TEXT], rows), [column(0, INT32)], calls, runtime, context),
    );
    expect(result).toEqual([
      [1, 'c-a-b-a', 'c-b-a-a', 'c-b-a'],
      [2, 'x', 'x', 'x'],
    ]);
  });

  it('give one row for no input without GROUP BY and none with it', () => {
    const calls = [call(countAggregate, [], INT64), call(sumAggregate, [column(0, INT32)], INT64)];
    expect(collectRows(aggregate(source([INT32], []), [], calls, runtime, context))).toEqual([
      [0, null],
    ]);
    expect(
      collectRows(aggregate(source([INT32], []), [column(0, INT32)], calls, runtime, context)),
    ).toEqual([]);
  });

  it('sum integers exactly and refuse what bigint cannot hold', () => {
    const total = (rows: Row[]): Row[] =>
      collectRows(
        aggregate(
          source([INT64], rows),
          [],
          [call(sumAggregate, [column(0, INT64)], INT64)],
          runtime,
          context,
        ),
      );
    const most = 2n ** 63n - 1n;
    expect(total([[most], [1], [-1], [-1]])).toEqual([[most - 1n]]);
    expect(total([[Number.MAX_SAFE_INTEGER], [1], [1]])).toEqual([[2n ** 53n + 1n]]);
    expect(() => total([[most], [1]])).toThrow('bigint out of range');
  });

  it('stop with a clear error when their memory is used up', () => {
    const rows = Array.from({ length: 5_000 }, (_, index): Row => [index]);
    const small = testContext(1_000);
    const keys: SortKey[] = [
      { expression: column(0, INT32), descending: false, nullsFirst: false },
    ];
    const run = (): Row[] =>
      collectRows(sort(source([INT32], rows), [INT32], keys, runtime, small));
    expect(run).toThrow('sort needs more than the 1000 bytes that an operator may hold');
  });

  it('close their inputs when they are closed, end or fail', () => {
    const closed: string[] = [];
    function* watched(name: string, rows: Row[]): BatchIterator {
      try {
        yield* source([INT32], rows, 1);
      } finally {
        closed.push(name);
      }
    }
    const rows: Row[] = [[1], [2], [3]];
    const early = limit(watched('limit', rows), 1, 0);
    collectRows(early);
    const joined = nestedLoopJoin(
      {
        kind: 'inner',
        left: watched('left', rows),
        right: watched('right', rows),
        leftTypes: [INT32],
        rightTypes: [INT32],
        condition: undefined,
      },
      runtime,
      context,
    );
    joined.next();
    joined.return();
    expect(closed).toEqual(['limit', 'right', 'left']);
  });

  it('pass PENDING on and lose no row', () => {
    const rows: Row[] = [[1], [2], [3]];
    const waiting = filter(source([INT32], rows, 1, true), constant(true, BOOLEAN), runtime);
    const seen = [...waiting].map((item) => (item === PENDING ? 'wait' : item.rowCount));
    expect(seen).toEqual(['wait', 1, 'wait', 1, 'wait', 1]);
  });

  it('produce rows of constants', () => {
    const tuples = [
      [constant(1, INT32), constant('a', TEXT)],
      [constant(null, INT32), constant('b', TEXT)],
    ];
    expect(collectRows(values(tuples, [INT32, TEXT], runtime))).toEqual([
      [1, 'a'],
      [null, 'b'],
    ]);
    expect(collectRows(values([[]], [], runtime))).toEqual([[]]);
    expect(batchOf([UUID], [[new Uint8Array(16)]]).rowCount).toBe(1);
  });
});

function groupNaively(rows: readonly Row[], keyColumns: readonly number[]): Row[] {
  const keyTypes = keyColumns.map((at) => TYPES[at]!);
  const groups = new Map<string, Row[]>();
  if (keyColumns.length === 0) groups.set('', []);
  for (const row of rows) {
    const key =
      keyColumns.length === 0
        ? ''
        : keyOf(
            keyColumns.map((at) => row[at]!),
            keyTypes,
          );
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [row]);
    else members.push(row);
  }
  return [...groups.values()].map((members) => {
    const present = (at: number, list: readonly Row[] = members): Scalar[] =>
      list.map((row) => row[at]!).filter((value) => value !== null);
    const total = (numbers: Scalar[]): Scalar =>
      numbers.length === 0 ? null : numbers.reduce<number>((sum, value) => sum + Number(value), 0);
    const best = (at: number, direction: number): Scalar =>
      present(at).toSorted(
        (left, right) => compareScalars(TYPES[at]!, left, right) * direction,
      )[0] ?? null;
    const ints = present(0);
    const sum = total(ints);
    const filtered = members.filter((row) => row[4] === true);
    return [
      ...keyColumns.map((at) => members[0]![at]!),
      members.length,
      new Set(present(3)).size,
      sum,
      best(2, -1),
      best(3, 1),
      total([...new Set(present(0, filtered))]),
      sum === null ? null : Number(sum) / ints.length,
    ];
  });
}

function joinNaively(
  kind: JoinKind,
  left: Row[],
  right: Row[],
  keyColumns: number[],
  bounded: boolean,
): Row[] {
  const matches = (a: Row, b: Row): boolean =>
    keyColumns.every((at) => a[at] !== null && a[at] === b[at]) &&
    (!bounded || (a[0] !== null && b[0] !== null && Number(a[0]) <= Number(b[0])));
  const nulls = [null, null, null];
  const result: Row[] = [];
  const found = new Set<Row>();
  for (const a of left) {
    const partners = right.filter((b) => matches(a, b));
    for (const b of partners) found.add(b);
    if (kind === 'semi' ? partners.length > 0 : kind === 'anti' && partners.length === 0)
      result.push(a);
    if (kind === 'semi' || kind === 'anti') continue;
    for (const b of partners) result.push([...a, ...b]);
    if (partners.length === 0 && (kind === 'left' || kind === 'full'))
      result.push([...a, ...nulls]);
  }
  if (kind === 'right' || kind === 'full')
    for (const b of right) if (!found.has(b)) result.push([...nulls, ...b]);
  return result;
}

function combineNaively(
  operation: string,
  all: boolean,
  left: Row[],
  right: Row[],
  types: readonly DataType[],
): string[] {
  const leftKeys = keysOf(left, types);
  const rightKeys = keysOf(right, types);
  if (operation === 'union')
    return all
      ? [...leftKeys, ...rightKeys].toSorted()
      : [...new Set([...leftKeys, ...rightKeys])].toSorted();
  const rest = [...rightKeys];
  const both: string[] = [];
  const only: string[] = [];
  for (const key of leftKeys) {
    const at = rest.indexOf(key);
    if (at >= 0) both.push(key);
    else only.push(key);
    if (at >= 0 && all) rest.splice(at, 1);
  }
  const chosen = operation === 'intersect' ? both : only;
  return all ? chosen.toSorted() : [...new Set(chosen)].toSorted();
}
