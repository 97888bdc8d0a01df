/** Window functions that number rows or fetch a value from another row. All work on sorted positions. */
import { AlopexError } from '../base/errors.ts';
import { assert } from '../base/assert.ts';
import { fixedColumn, isValid } from '../types/column-vector.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { createColumnBuilder, gatherColumn } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { FLOAT64, INT64 } from '../types/data-type.ts';
import { forEachFramePart } from './window-exclude.ts';
import type { WindowFunctionName } from './window-call.ts';
import type { WindowFrames } from './window-frames.ts';
import type { WindowPartitions } from './window-partitions.ts';

/** What a call works on: everything in sorted order. */
export interface WindowInput {
  readonly args: readonly ColumnVector[];
  readonly partitions: WindowPartitions;
  readonly frames: WindowFrames;
  readonly type: DataType;
}

export function windowFunction(name: WindowFunctionName, input: WindowInput): ColumnVector {
  switch (name) {
    case 'row_number':
      return numbered(input, INT64, (at, start) => at - start + 1);
    case 'rank':
      return numbered(input, INT64, (at, start) => peerStart(input, at) - start + 1);
    case 'dense_rank': {
      const { peerGroups } = input.partitions;
      return numbered(input, INT64, (at, start) => peerGroups[at]! - peerGroups[start]! + 1);
    }
    case 'percent_rank':
      return numbered(input, FLOAT64, (at, start, end) =>
        end - start === 1 ? 0 : (peerStart(input, at) - start) / (end - start - 1),
      );
    case 'cume_dist':
      return numbered(
        input,
        FLOAT64,
        (at, start, end) => (peerEnd(input, at) - start) / (end - start),
      );
    case 'ntile':
      return ntile(input);
    case 'lag':
      return shifted(input, -1);
    case 'lead':
      return shifted(input, 1);
    case 'first_value':
      return picked(input, () => 1);
    case 'last_value':
      return picked(input, () => -1);
    case 'nth_value':
      return picked(input, (at) => nthOf(input.args[1]!, at));
  }
}

function peerStart({ partitions }: WindowInput, at: number): number {
  return partitions.peerStarts[partitions.peerGroups[at]!]!;
}

function peerEnd({ partitions }: WindowInput, at: number): number {
  return partitions.peerStarts[partitions.peerGroups[at]! + 1]!;
}

function forEachRow(
  { partitionStarts }: WindowPartitions,
  visit: (at: number, start: number, end: number) => void,
): void {
  for (let index = 0; index + 1 < partitionStarts.length; index += 1) {
    const start = partitionStarts[index]!;
    const end = partitionStarts[index + 1]!;
    for (let at = start; at < end; at += 1) visit(at, start, end);
  }
}

function numbered(
  { partitions }: WindowInput,
  type: DataType,
  number: (at: number, start: number, end: number) => number,
): ColumnVector {
  const values = new Float64Array(partitions.rowCount);
  forEachRow(partitions, (at, start, end) => {
    values[at] = number(at, start, end);
  });
  return fixedColumn(type, values.length, values);
}

/** Buckets as equal as can be, larger ones first. The first row of a partition says how many. */
function ntile({ args, partitions, type }: WindowInput): ColumnVector {
  const builder = createColumnBuilder(type, partitions.rowCount);
  const buckets = args[0]!;
  forEachRow(partitions, (at, start, end) => {
    if (!isValid(buckets, start)) {
      builder.appendNull();
      return;
    }
    const count = Number(buckets.values[start]!);
    if (count <= 0) {
      throw new AlopexError('ALX_NTILE_ARGUMENT', 'argument of ntile must be greater than zero');
    }
    const small = Math.floor((end - start) / count);
    const larger = (end - start) % count;
    const inLarger = larger * (small + 1);
    const place = at - start;
    builder.append(
      place < inLarger
        ? Math.floor(place / (small + 1)) + 1
        : larger + Math.floor((place - inLarger) / small) + 1,
    );
  });
  return builder.finish();
}

/** lag and lead: a row so many places away in the partition, whatever the frame; beyond it the default. */
function shifted({ args, partitions, type }: WindowInput, direction: 1 | -1): ColumnVector {
  const [values, offsets, defaults] = args;
  assert(values !== undefined, 'lag and lead have a value');
  const selection = new Int32Array(partitions.rowCount);
  const outside: number[] = [];
  forEachRow(partitions, (at, start, end) => {
    if (offsets !== undefined && !isValid(offsets, at)) {
      selection[at] = -1;
      return;
    }
    const steps = offsets === undefined ? 1 : Number(offsets.values[at]!);
    const target = at + direction * steps;
    const inside = target >= start && target < end;
    selection[at] = inside ? target : -1;
    if (!inside) outside.push(at);
  });
  if (defaults === undefined || outside.length === 0) {
    return gatherColumn(values, selection, selection.length);
  }
  const builder = createColumnBuilder(type, selection.length);
  let next = 0;
  for (let at = 0; at < selection.length; at += 1) {
    if (outside[next] === at) {
      builder.appendFrom(defaults, at);
      next += 1;
    } else if (selection[at]! < 0) builder.appendNull();
    else builder.appendFrom(values, selection[at]!);
  }
  return builder.finish();
}

/** Which value of the frame nth_value wants; 0: none. */
function nthOf(column: ColumnVector, at: number): number {
  if (!isValid(column, at)) return 0;
  const nth = Number(column.values[at]!);
  if (nth > 0) return nth;
  throw new AlopexError(
    'ALX_NTH_VALUE_ARGUMENT',
    'argument of nth_value must be greater than zero',
  );
}

/** The value at the wanted place of the frame, from 1; -1: its last. */
function picked(
  { args, partitions, frames }: WindowInput,
  wanted: (at: number) => number,
): ColumnVector {
  const selection = new Int32Array(partitions.rowCount).fill(-1);
  for (let at = 0; at < selection.length; at += 1) {
    let left = wanted(at);
    if (left === 0) continue;
    const last = left < 0;
    forEachFramePart(frames, partitions, at, (start, end) => {
      if (last) selection[at] = end - 1;
      else if (left > 0) {
        if (left <= end - start) selection[at] = start + left - 1;
        left -= end - start;
      }
    });
  }
  return gatherColumn(args[0]!, selection, selection.length);
}
