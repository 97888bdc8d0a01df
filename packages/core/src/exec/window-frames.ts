/**
 * The frame of every row as positions [start, end), before EXCLUDE. An empty frame has end <= start; both lie within the
 * partition. Starts and ends never go back within a partition, which running and sliding aggregates rely on, except
 * where a RANGE frame crosses from values to nulls: there both follow the sort order all the same.
 */
import { AlopexError } from '../base/errors.ts';
import { compareNumbers } from '../compute/compare.ts';
import type { SortColumn } from '../compute/sort-column.ts';
import { assert } from '../base/assert.ts';
import {
  addInterval,
  addIntervalInZone,
  negateInterval,
} from '../compute/temporal/interval-arithmetic.ts';
import type { TimeZone } from '../compute/temporal/time-zone.ts';
import type { DataType } from '../types/data-type.ts';
import { dateToTimestamp } from '../types/date.ts';
import { Interval, compareIntervals, isInterval } from '../types/interval.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import type { Scalar } from '../types/scalar.ts';
import { integerScalar } from '../types/scalar-at.ts';
import { evaluateConstant } from './compile-expression.ts';
import type { ExpressionRuntime } from './expression.ts';
import type { WindowBound, WindowFrame } from './window-call.ts';
import type { WindowPartitions } from './window-partitions.ts';

export interface WindowFrames {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly exclude: WindowFrame['exclude'];
}

/** `sortKey`: the sort key in sorted order, for RANGE with an offset. */
export function windowFrames(
  frame: WindowFrame,
  partitions: WindowPartitions,
  sortKey: SortColumn | undefined,
  runtime: ExpressionRuntime,
): WindowFrames {
  const starts = new Int32Array(partitions.rowCount);
  const ends = new Int32Array(partitions.rowCount);
  const startBound = resolve(frame.start, 'starting', runtime);
  const endBound = resolve(frame.end, 'ending', runtime);
  const { partitionStarts } = partitions;
  for (let index = 0; index + 1 < partitionStarts.length; index += 1) {
    const partition = { start: partitionStarts[index]!, end: partitionStarts[index + 1]! };
    const places = { partitions, sortKey, partition };
    writeBound(frame.unit, startBound, 'start', places, starts);
    writeBound(frame.unit, endBound, 'end', places, ends);
  }
  return { starts, ends, exclude: frame.exclude };
}

const NO_TIME = new Interval(0, 0, 0);

/** A bound with its offset evaluated. */
interface ResolvedBound {
  readonly kind: WindowBound['kind'];
  readonly offset: number | bigint | Interval;
  /** By whose clock an interval moves a timestamptz. */
  readonly timeZone: TimeZone;
}

interface Places {
  readonly partitions: WindowPartitions;
  readonly sortKey: SortColumn | undefined;
  readonly partition: { readonly start: number; readonly end: number };
}

type Side = 'start' | 'end';

function resolve(bound: WindowBound, side: string, runtime: ExpressionRuntime): ResolvedBound {
  const { timeZone } = runtime;
  if (bound.offset === undefined) return { kind: bound.kind, offset: 0, timeZone };
  const offset: Scalar = evaluateConstant(bound.offset, runtime);
  if (offset === null) {
    throw new AlopexError('ALX_FRAME_OFFSET', `frame ${side} offset must not be null`);
  }
  if (isInterval(offset)) {
    if (compareIntervals(offset, NO_TIME) < 0)
      throw new AlopexError('ALX_FRAME_OFFSET', `frame ${side} offset must not be negative`);
    return { kind: bound.kind, offset, timeZone };
  }
  const isNumber = typeof offset === 'number' || typeof offset === 'bigint';
  if (!isNumber || offset < 0 || offset !== offset) {
    throw new AlopexError('ALX_FRAME_OFFSET', `frame ${side} offset must not be negative`);
  }
  return { kind: bound.kind, offset, timeZone };
}

function writeBound(
  unit: WindowFrame['unit'],
  bound: ResolvedBound,
  side: Side,
  places: Places,
  out: Int32Array,
): void {
  const { start, end } = places.partition;
  if (bound.kind === 'unbounded preceding') out.fill(start, start, end);
  else if (bound.kind === 'unbounded following') out.fill(end, start, end);
  else if (unit === 'rows') writeRows(bound, side, places, out);
  else if (unit === 'range' && bound.kind !== 'current row') writeRange(bound, side, places, out);
  else writeGroups(bound, side, places, out);
}

/** How far a bound lies from the current row; more than the partition holds is as good as all of it. */
function distance(bound: ResolvedBound, length: number): number {
  assert(!isInterval(bound.offset), 'only RANGE has offsets of time');
  const steps = bound.offset > length ? length : Number(bound.offset);
  return bound.kind === 'preceding' ? -steps : steps;
}

function writeRows(bound: ResolvedBound, side: Side, places: Places, out: Int32Array): void {
  const { start, end } = places.partition;
  const shift = distance(bound, end - start) + (side === 'end' ? 1 : 0);
  for (let at = start; at < end; at += 1) out[at] = Math.min(end, Math.max(start, at + shift));
}

/** CURRENT ROW of RANGE is GROUPS with offset 0. */
function writeGroups(bound: ResolvedBound, side: Side, places: Places, out: Int32Array): void {
  const { start, end } = places.partition;
  const { peerGroups, peerStarts } = places.partitions;
  const first = peerGroups[start]!;
  const last = peerGroups[end - 1]!;
  const shift = distance(bound, end - start) + (side === 'end' ? 1 : 0);
  for (let at = start; at < end; at += 1) {
    const group = Math.min(last + 1, Math.max(first, peerGroups[at]! + shift));
    out[at] = peerStarts[group]!;
  }
}

/** The first position whose key is not before (start) or lies behind (end) the current key moved by the offset. */
function writeRange(bound: ResolvedBound, side: Side, places: Places, out: Int32Array): void {
  const { start, end } = places.partition;
  const { peerGroups, peerStarts } = places.partitions;
  const { column, descending } = places.sortKey!;
  const back = (bound.kind === 'preceding') !== descending;
  const valued = valuedRange(places);
  const keyAt = keyReader(column, bound.offset);
  for (let at = start; at < end; at += 1) {
    if (!isValid(column, at)) {
      // A null has no distance to anything but its peers.
      out[at] = peerStarts[peerGroups[at]! + (side === 'end' ? 1 : 0)]!;
      continue;
    }
    const target = moved(column.type, keyAt(at), bound, back);
    let low = valued.start;
    let high = valued.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const ascending = compareNumbers(keyAt(middle), target);
      const order = descending ? -ascending : ascending;
      if (side === 'start' ? order < 0 : order <= 0) low = middle + 1;
      else high = middle;
    }
    out[at] = low;
  }
}

/** The positions of a partition whose key is not null; nulls stand at one end. */
function valuedRange({ partition, partitions, sortKey }: Places): { start: number; end: number } {
  const { peerGroups, peerStarts } = partitions;
  let { start, end } = partition;
  if (!isValid(sortKey!.column, start)) start = peerStarts[peerGroups[start]! + 1]!;
  else if (!isValid(sortKey!.column, end - 1)) end = peerStarts[peerGroups[end - 1]!]!;
  return { start, end };
}

/** Dates are compared as the midnights they begin with, once an interval moves them. */
function keyReader(
  column: ColumnVector,
  offset: ResolvedBound['offset'],
): (at: number) => number | bigint {
  if (column.type.kind === 'date' && isInterval(offset))
    return (at) => dateToTimestamp(Number(column.values[at]));
  return (at) => integerScalar(column.values[at]!);
}

function moved(
  type: DataType,
  key: number | bigint,
  { offset, timeZone }: ResolvedBound,
  back: boolean,
): number | bigint {
  if (isInterval(offset)) {
    const shift = back ? negateInterval(offset) : offset;
    return type.kind === 'timestamptz'
      ? addIntervalInZone(Number(key), shift, timeZone)
      : addInterval(Number(key), shift);
  }
  if (typeof key === 'number' && typeof offset === 'number') {
    return back ? key - offset : key + offset;
  }
  // One of the two is an int64 beyond the safe integers: then both are int64.
  const [left, right] = [BigInt(key), BigInt(offset)];
  return back ? left - right : left + right;
}
