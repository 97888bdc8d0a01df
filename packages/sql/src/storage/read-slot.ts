/** The value of one slot of one row as a scalar. */
import { decodeUtf8 } from '@alopex-db/core/base';
import { numericTextAt, readInterval, readNested, type Scalar } from '@alopex-db/core/types';
import type { ColumnSlot, RowLayout } from './row-layout.ts';

/** The row begins at `start` of `bytes` and was written under `layout`. */
export function readSlot(
  layout: RowLayout,
  slot: ColumnSlot,
  bytes: Uint8Array,
  start: number,
): Scalar {
  if ((bytes[start + slot.nullByte]! & slot.nullMask) !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = start + slot.fixedOffset;
  switch (slot.kind) {
    case 'null':
      return null;
    case 'boolean':
      return bytes[at] === 1;
    case 'int16':
      return view.getInt16(at, true);
    case 'int32':
    case 'date':
      return view.getInt32(at, true);
    case 'int64': {
      const value = view.getBigInt64(at, true);
      return value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value;
    }
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return Number(view.getBigInt64(at, true));
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'interval':
      return readInterval(bytes, at);
    case 'numeric':
      return numericTextAt(
        bytes,
        variableStart(layout, slot, view, start),
        variableEnd(layout, slot, view, start),
      );
    case 'uuid':
      return bytes.slice(at, at + 16);
    case 'text':
    case 'json':
    case 'jsonb':
      return decodeUtf8(
        bytes,
        variableStart(layout, slot, view, start),
        variableEnd(layout, slot, view, start),
      );
    case 'bytea':
      return bytes.slice(
        variableStart(layout, slot, view, start),
        variableEnd(layout, slot, view, start),
      );
    case 'vector': {
      const from = variableStart(layout, slot, view, start);
      const floats = new Float32Array((variableEnd(layout, slot, view, start) - from) >>> 2);
      for (let index = 0; index < floats.length; index += 1)
        floats[index] = view.getFloat32(from + 4 * index, true);
      return floats;
    }
    case 'array':
    case 'map':
    case 'struct':
      return readNested(
        slot.type,
        bytes,
        variableStart(layout, slot, view, start),
        variableEnd(layout, slot, view, start),
      );
  }
}

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const SAFE_MIN = -SAFE_MAX;

function variableStart(layout: RowLayout, slot: ColumnSlot, view: DataView, start: number): number {
  const first = start + layout.variableStart;
  if (slot.variableIndex === 0) return first;
  return (
    first + view.getUint32(start + layout.endOffsetsStart + 4 * (slot.variableIndex - 1), true)
  );
}

function variableEnd(layout: RowLayout, slot: ColumnSlot, view: DataView, start: number): number {
  return (
    start +
    layout.variableStart +
    view.getUint32(start + layout.endOffsetsStart + 4 * slot.variableIndex, true)
  );
}
