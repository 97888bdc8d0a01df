/**
 * Speed of the operators over a million rows in memory, in milliseconds: best and median of several runs.
 * Run: node --conditions=@alopex-db/source bench/operators.ts [part of a name]
 */
import { arithmeticFunction } from '../src/compute/arithmetic.ts';
import { countAggregate } from '../src/compute/aggregate/count.ts';
import { maxAggregate } from '../src/compute/aggregate/extreme.ts';
import { averageAggregate, sumAggregate } from '../src/compute/aggregate/sum.ts';
import { textFunctions } from '../src/compute/text/text-functions.ts';
import { aggregate } from '../src/exec/aggregate.ts';
import type { AggregateCall, Expression, ExpressionRuntime } from '../src/exec/expression.ts';
import { compileScalar } from '../src/exec/compile-expression.ts';
import { distinct } from '../src/exec/distinct.ts';
import { filter } from '../src/exec/filter.ts';
import { hashJoin } from '../src/exec/hash-join.ts';
import type { BatchIterator, ExecContext } from '../src/exec/operator.ts';
import { project } from '../src/exec/project.ts';
import { emitRows } from '../src/exec/row-collector.ts';
import { sort } from '../src/exec/sort.ts';
import { topK } from '../src/exec/top-k.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { Batch } from '../src/types/batch.ts';
import { fixedColumn } from '../src/types/column-vector.ts';
import type { ColumnVector } from '../src/types/column-vector.ts';
import { NO_SESSION } from '../src/compute/temporal/time-zone.ts';
import { createColumnBuilder } from '../src/types/create-column-builder.ts';
import { BOOLEAN, FLOAT64, INT32, INT64, TEXT } from '../src/types/data-type.ts';
import type { DataType } from '../src/types/data-type.ts';
import type { Scalar } from '../src/types/scalar.ts';

const ROWS = 1_000_000;
const RUNS = 7;

const random = new SeededRandom(42);
const runtime: ExpressionRuntime = {
  parameters: [7, 'text'],
  outer: [],
  ...NO_SESSION,
  statementMicros: 0,
  nowMicros: () => 0,
  nextUint32: () => random.nextUint32(),
  openSubquery: () => emitRows({ rowCount: 0, columns: [] }),
};
const context: ExecContext = { check: () => undefined, memoryBytesMax: 1 << 30 };

function ints(bound: number): ColumnVector {
  return fixedColumn(
    INT32,
    ROWS,
    Int32Array.from({ length: ROWS }, () => random.below(bound)),
  );
}

function texts(count: number): ColumnVector {
  const builder = createColumnBuilder(TEXT, ROWS);
  const words = Array.from({ length: count }, (_, index) => `category ${index}`);
  for (let row = 0; row < ROWS; row += 1) builder.append(random.pick(words));
  return builder.finish();
}

const TYPES: readonly DataType[] = [INT32, INT32, FLOAT64, TEXT, INT32, INT64];
const facts: Batch = {
  rowCount: ROWS,
  columns: [
    ints(10),
    ints(100_000),
    fixedColumn(
      FLOAT64,
      ROWS,
      Float64Array.from({ length: ROWS }, () => random.below(1_000_000) / 1_000),
    ),
    texts(10),
    fixedColumn(
      INT32,
      ROWS,
      Int32Array.from({ length: ROWS }, () => random.below(2 ** 31)),
    ),
    fixedColumn(
      INT64,
      ROWS,
      Float64Array.from({ length: ROWS }, (_, row) => row * 1_000_003),
    ),
  ],
};
const DIMENSION_ROWS = 100_000;
const dimension: Batch = {
  rowCount: DIMENSION_ROWS,
  columns: [
    fixedColumn(
      INT32,
      DIMENSION_ROWS,
      Int32Array.from({ length: DIMENSION_ROWS }, (_, row) => row),
    ),
    fixedColumn(
      FLOAT64,
      DIMENSION_ROWS,
      Float64Array.from({ length: DIMENSION_ROWS }, (_, row) => row / 3),
    ),
  ],
};

const column = (index: number): Expression => ({ kind: 'column', index, type: TYPES[index]! });
const constant = (value: Scalar, type: DataType): Expression => ({ kind: 'constant', value, type });
const call = (
  fn: AggregateCall['function'],
  args: readonly Expression[],
  type: DataType,
): AggregateCall => ({
  function: fn,
  args,
  type,
  distinct: false,
  filter: undefined,
  orderBy: [],
});
const compare = (operator: '<' | '>' | '=', left: Expression, right: Expression): Expression => ({
  kind: 'compare',
  type: BOOLEAN,
  operator,
  left,
  right,
});

const sums = [call(sumAggregate, [column(2)], FLOAT64), call(countAggregate, [], INT64)];
const wideGroups = [
  call(sumAggregate, [column(0)], INT64),
  call(averageAggregate, [column(2)], FLOAT64),
  call(maxAggregate, [column(2)], FLOAT64),
];
const multiply: Expression = {
  kind: 'call',
  type: FLOAT64,
  function: arithmeticFunction('*', FLOAT64),
  args: [
    column(2),
    {
      kind: 'call',
      type: FLOAT64,
      function: arithmeticFunction('+', FLOAT64),
      args: [column(2), constant(1, FLOAT64)],
    },
  ],
};
const like: Expression = {
  kind: 'call',
  type: BOOLEAN,
  function: textFunctions.like,
  args: [column(3), constant('%ory 7%', TEXT)],
};
const key = (index: number, descending = false) => [
  { expression: column(index), descending, nullsFirst: false },
];
const scan = (): BatchIterator => emitRows(facts);
/** The float column alone, as projection pruning leaves it. */
const floats = (): BatchIterator => emitRows({ rowCount: ROWS, columns: [facts.columns[2]!] });
const float: Expression = { kind: 'column', index: 0, type: FLOAT64 };
const joinWith = (leftKey: number): BatchIterator =>
  hashJoin(
    {
      kind: 'inner',
      left: scan(),
      right: emitRows(dimension),
      leftTypes: TYPES,
      rightTypes: [INT32, FLOAT64],
      leftKeys: [column(leftKey)],
      rightKeys: [{ kind: 'column', index: 0, type: INT32 }],
      residual: undefined,
    },
    runtime,
    context,
  );

const floatSums = [call(sumAggregate, [float], FLOAT64), call(countAggregate, [], INT64)];
const below = compare('<', float, constant(500, FLOAT64));
const between: Expression = {
  kind: 'and',
  type: BOOLEAN,
  args: [compare('>', float, constant(100, FLOAT64)), below],
};
const CASES: readonly (readonly [string, number | undefined, () => BatchIterator])[] = [
  ['scan only', undefined, scan],
  [
    'filter float + sum, count',
    15,
    () => aggregate(filter(floats(), below, runtime), [], floatSums, runtime, context),
  ],
  [
    'filter range + sum, count',
    15,
    () => aggregate(filter(floats(), between, runtime), [], floatSums, runtime, context),
  ],
  [
    'filter int = + count',
    15,
    () =>
      aggregate(
        filter(scan(), compare('=', column(0), constant(3, INT32)), runtime),
        [],
        sums,
        runtime,
        context,
      ),
  ],
  [
    'sum(x * (x + 1))',
    15,
    () => aggregate(scan(), [], [call(sumAggregate, [multiply], FLOAT64)], runtime, context),
  ],
  ['group by 10 ints', 15, () => aggregate(scan(), [column(0)], sums, runtime, context)],
  [
    'group by 10 ints, 3 aggregates',
    undefined,
    () => aggregate(scan(), [column(0)], wideGroups, runtime, context),
  ],
  ['group by 100k ints', 60, () => aggregate(scan(), [column(1)], sums, runtime, context)],
  [
    'group by 1M wide bigints',
    undefined,
    () => aggregate(scan(), [column(5)], sums, runtime, context),
  ],
  ['group by 10 texts', 40, () => aggregate(scan(), [column(3)], sums, runtime, context)],
  [
    'group by text and int',
    undefined,
    () => aggregate(scan(), [column(3), column(0)], sums, runtime, context),
  ],
  [
    'hash join 1M x 100k ints, count',
    80,
    () => aggregate(joinWith(1), [], [call(countAggregate, [], INT64)], runtime, context),
  ],
  [
    'distinct 100k ints',
    undefined,
    () => distinct(project(scan(), [column(1)], runtime), [INT32], context),
  ],
  [
    'like %x% + count',
    undefined,
    () => aggregate(filter(scan(), like, runtime), [], sums, runtime, context),
  ],
  ['sort by int', undefined, () => sort(scan(), TYPES, key(4), runtime, context)],
  ['sort by float desc', undefined, () => sort(scan(), TYPES, key(2, true), runtime, context)],
  ['sort by text', undefined, () => sort(scan(), TYPES, key(3), runtime, context)],
  [
    'top 100 by float',
    undefined,
    () =>
      topK(scan(), { types: TYPES, keys: key(2, true), limit: 100, offset: 0 }, runtime, context),
  ],
];

function drain(iterator: BatchIterator): number {
  let rows = 0;
  for (const batch of iterator) if (typeof batch !== 'symbol') rows += batch.rowCount;
  return rows;
}

const wanted = process.argv[2];
for (const [name, target, open] of CASES) {
  if (wanted !== undefined && !name.includes(wanted)) continue;
  const times: number[] = [];
  let rows = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    rows = drain(open());
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  const goal = target === undefined ? '' : `  (goal ${target})`;
  const best = times[0]!.toFixed(1).padStart(8);
  console.log(
    `${name.padEnd(34)}${best} best ${times[RUNS >> 1]!.toFixed(1).padStart(8)} median ${String(rows).padStart(9)} rows${goal}`,
  );
}

const parameter = compileScalar({ kind: 'parameter', index: 0, type: INT32 });
const CALLS = 10_000_000;
let sum = 0;
const start = performance.now();
for (let index = 0; index < CALLS; index += 1) sum += Number(parameter(runtime));
console.log(
  `parameter through compileScalar   ${(((performance.now() - start) / CALLS) * 1e6).toFixed(1)} ns (${sum})`,
);
