import { describe, expect, it } from 'vitest';
import { PENDING } from '../base/pending.ts';
import {
  countAggregate,
  maxAggregate,
  stringAggAggregate,
  sumAggregate,
} from '../compute/index.ts';
import { SeededRandom } from '../testing/index.ts';
import { columnFromScalars } from '../types/create-column-builder.ts';
import { INT32, INT64, TEXT } from '../types/data-type.ts';
import type { Scalar } from '../types/scalar.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { Expression, ExpressionRuntime } from './expression.ts';
import { NO_SESSION } from '../compute/temporal/time-zone.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import type { WindowBound, WindowCall, WindowFrame } from './window-call.ts';
import { window } from './window.ts';

const CONTEXT: ExecContext = { check: () => undefined, memoryBytesMax: 1 << 28 };

const RUNTIME: ExpressionRuntime = {
  parameters: [],
  outer: [],
  ...NO_SESSION,
  statementMicros: 0,
  nowMicros: () => 0,
  nextUint32: () => 0,
  openSubquery: () => expect.unreachable('there are no subqueries here'),
};

/** Partition, order, value, text. */
type Row = readonly [number, number, number | null, string];

const column = (index: number, type = INT32): Expression => ({ kind: 'column', type, index });
const PARTITION = column(0);
const ORDER = column(1);
const VALUE = column(2);

function* source(rows: readonly Row[]): BatchIterator {
  const types = [INT32, INT32, INT32, TEXT];
  for (let start = 0; start < rows.length; start += 1000) {
    const part = rows.slice(start, start + 1000);
    const columns = types.map((type, index) =>
      columnFromScalars(
        type,
        part.map((row) => row[index]!),
      ),
    );
    yield { rowCount: part.length, columns };
  }
}

/** Every row as the operator hands it out: the input's columns, then the calls. */
function run(rows: readonly Row[], calls: readonly WindowCall[]): Scalar[][] {
  const key = { expression: ORDER, descending: false, nullsFirst: false };
  const types = [INT32, INT32, INT32, TEXT];
  const options = { types, partitionBy: [PARTITION], orderBy: [key], calls };
  const result: Scalar[][] = [];
  for (const batch of window(source(rows), options, RUNTIME, CONTEXT)) {
    if (batch === PENDING) continue;
    for (let row = 0; row < batch.rowCount; row += 1)
      result.push(batch.columns.map((one) => scalarAt(one, row)));
  }
  return result;
}

function bound(kind: WindowBound['kind'], offset?: number): WindowBound {
  const constant: Expression | undefined =
    offset === undefined ? undefined : { kind: 'constant', type: INT64, value: offset };
  return { kind, offset: constant };
}

function randomFrame(random: SeededRandom): WindowFrame {
  const units = ['rows', 'range', 'groups'] as const;
  const excludes = ['no others', 'current row', 'group', 'ties'] as const;
  const starts = ['unbounded preceding', 'preceding', 'current row'] as const;
  const ends = ['unbounded following', 'following', 'current row'] as const;
  const pick = <T>(list: readonly T[]): T => list[random.nextUint32() % list.length]!;
  const make = (kind: WindowBound['kind']): WindowBound =>
    kind === 'preceding' || kind === 'following'
      ? bound(kind, random.nextUint32() % 300)
      : bound(kind);
  return {
    unit: pick(units),
    start: make(pick(starts)),
    end: make(pick(ends)),
    exclude: random.nextUint32() % 2 === 0 ? 'no others' : pick(excludes),
  };
}

/** The rows of the frame of `at`, found by asking every row of the partition. */
function frameRows(rows: readonly Scalar[][], at: number, frame: WindowFrame): Scalar[][] {
  const partition = rows.filter((row) => row[0] === rows[at]![0]);
  const own = partition.indexOf(rows[at]!);
  const keys = [...new Set(partition.map((row) => Number(row[1])))];
  const place = (row: Scalar[]): number => {
    if (frame.unit === 'rows') return partition.indexOf(row);
    return frame.unit === 'range' ? Number(row[1]) : keys.indexOf(Number(row[1]));
  };
  const offset = (one: WindowBound): number =>
    one.offset?.kind === 'constant' ? Number(one.offset.value) : 0;
  const here = place(partition[own]!);
  const low = frame.start.kind.startsWith('unbounded') ? -Infinity : here - offset(frame.start);
  const high = frame.end.kind.startsWith('unbounded') ? Infinity : here + offset(frame.end);
  return partition.filter((row, index) => {
    if (place(row) < low || place(row) > high) return false;
    const isPeer = row[1] === partition[own]![1];
    if (frame.exclude === 'current row') return index !== own;
    if (frame.exclude === 'group') return !isPeer;
    return frame.exclude !== 'ties' || !isPeer || index === own;
  });
}

describe('window', () => {
  it('answers for random frames what asking every row would answer', () => {
    const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
    const random = new SeededRandom(seed);
    for (let round = 0; round < 24; round += 1) {
      const spread = [3, 40, 1000][round % 3]!;
      const rows = Array.from({ length: 400 }, (_, index): Row => {
        const value = random.nextUint32() % 5 === 0 ? null : (random.nextUint32() % 100) - 50;
        const key = random.nextUint32() % spread;
        return [round % 4 === 0 ? 0 : random.nextUint32() % 4, key, value, `${index},`];
      });
      const frame = randomFrame(random);
      const call = { filter: undefined, frame };
      const text = column(3, TEXT);
      const none: Expression = { kind: 'constant', type: TEXT, value: '' };
      const result = run(rows, [
        { ...call, function: sumAggregate, args: [VALUE], type: INT64 },
        { ...call, function: countAggregate, args: [], type: INT64 },
        { ...call, function: maxAggregate, args: [VALUE], type: INT32 },
        { ...call, function: stringAggAggregate, args: [text, none], type: TEXT },
        { ...call, function: 'first_value', args: [text], type: TEXT },
        { ...call, function: 'last_value', args: [text], type: TEXT },
      ]);
      expect(result.length).toBe(rows.length);
      for (let at = 0; at < result.length; at += 7) {
        const seen = frameRows(result, at, frame);
        const values = seen.flatMap((row) => (row[2] === null ? [] : [Number(row[2])]));
        const sum = values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
        const max = values.length === 0 ? null : Math.max(...values);
        const texts = seen.map((row) => row[3]!);
        const joined = texts.length === 0 ? null : texts.join('');
        expect(result[at]!.slice(4), `seed ${seed}, round ${round}, row ${at}`).toEqual([
          sum,
          seen.length,
          max,
          joined,
          texts[0] ?? null,
          texts.at(-1) ?? null,
        ]);
      }
    }
  });

  it('fails with the memory error once its rows outgrow the budget', () => {
    const rows = Array.from({ length: 5000 }, (_, index): Row => [0, index, 1, 'x']);
    const key = { expression: ORDER, descending: false, nullsFirst: false };
    const types = [INT32, INT32, INT32, TEXT];
    const options = { types, partitionBy: [], orderBy: [key], calls: [] };
    const small = { ...CONTEXT, memoryBytesMax: 10_000 };
    expect(() => [...window(source(rows), options, RUNTIME, small)]).toThrow(
      expect.objectContaining({ code: 'ALX_MEMORY_LIMIT' }),
    );
  });
});
