/**
 * Readers of one column of one stored row, chosen once a statement and called for each point read: the fast form of
 * `readColumn` for rows of the current schema version. The caller has looked at the row's first byte.
 */
import { assert, decodeUtf8, unreachable } from '@alopex-db/core/base';
import {
  isNested,
  numericTextAt,
  readInterval,
  readNested,
  type Scalar,
} from '@alopex-db/core/types';
import type { ColumnSlot, RowLayout } from './row-layout.ts';

/** `view` covers the same bytes as `bytes`; the row begins at `start`. */
export type ValueReader = (bytes: Uint8Array, view: DataView, start: number) => Scalar;

const TWO_32 = 0x1_0000_0000;

export function createValueReader(
  layout: RowLayout,
  ordinal: number,
  notNull: boolean,
): ValueReader {
  const slot = layout.columns[ordinal];
  assert(slot !== undefined, 'a reader reads a column of the table');
  const read = slot.variableIndex >= 0 ? variableReader(layout, slot) : fixedReader(slot);
  if (notNull) return read;
  const { nullByte, nullMask } = slot;
  return (bytes, view, start) =>
    (bytes[start + nullByte]! & nullMask) !== 0 ? null : read(bytes, view, start);
}

function fixedReader(slot: ColumnSlot): ValueReader {
  const offset = slot.fixedOffset;
  switch (slot.kind) {
    case 'boolean':
      return (bytes, _view, start) => bytes[start + offset] === 1;
    case 'int16':
      return (_bytes, view, start) => view.getInt16(start + offset, true);
    case 'int32':
    case 'date':
      return (_bytes, view, start) => view.getInt32(start + offset, true);
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return (_bytes, view, start) => {
        const at = start + offset;
        return view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
      };
    case 'int64':
      return (_bytes, view, start) => {
        const at = start + offset;
        const value = view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
        return Number.isSafeInteger(value) ? value : view.getBigInt64(at, true);
      };
    case 'float32':
      return (_bytes, view, start) => view.getFloat32(start + offset, true);
    case 'float64':
      return (_bytes, view, start) => view.getFloat64(start + offset, true);
    case 'interval':
      return (bytes, _view, start) => readInterval(bytes, start + offset);
    case 'uuid':
      return (bytes, _view, start) => bytes.slice(start + offset, start + offset + 16);
    case 'null':
    case 'text':
    case 'bytea':
    case 'numeric':
    case 'json':
    case 'jsonb':
    case 'vector':
    case 'array':
    case 'map':
    case 'struct':
      return assert(false, 'a fixed column has a fixed width') as never;
    default:
      return unreachable(slot.kind);
  }
}

function variableReader(layout: RowLayout, slot: ColumnSlot): ValueReader {
  const { variableStart, endOffsetsStart } = layout;
  const endAt = endOffsetsStart + 4 * slot.variableIndex;
  const isFirst = slot.variableIndex === 0;
  if (slot.kind === 'text' || slot.kind === 'json' || slot.kind === 'jsonb') {
    return (bytes, view, start) => {
      const first = start + variableStart;
      const from = isFirst ? first : first + view.getUint32(start + endAt - 4, true);
      return decodeUtf8(bytes, from, first + view.getUint32(start + endAt, true));
    };
  }
  if (slot.kind === 'numeric') {
    return (bytes, view, start) => {
      const first = start + variableStart;
      const from = isFirst ? first : first + view.getUint32(start + endAt - 4, true);
      return numericTextAt(bytes, from, first + view.getUint32(start + endAt, true));
    };
  }
  if (isNested(slot.type)) {
    return (bytes, view, start) => {
      const first = start + variableStart;
      const from = isFirst ? first : first + view.getUint32(start + endAt - 4, true);
      return readNested(slot.type, bytes, from, first + view.getUint32(start + endAt, true));
    };
  }
  const isVector = slot.kind === 'vector';
  return (bytes, view, start) => {
    const first = start + variableStart;
    const from = isFirst ? first : first + view.getUint32(start + endAt - 4, true);
    const copy = copyOf(bytes, from, first + view.getUint32(start + endAt, true));
    return isVector ? new Float32Array(copy.buffer) : copy;
  };
}

/** Always on an ordinary buffer of its own length: a slice of shared memory would be shared memory. */
function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}
