/** Functions of text that work on its UTF-8 bytes, without a JavaScript string per row. */
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { bytesColumn, fixedColumn } from '../../types/column-vector.ts';
import { growBytes } from '../../types/growable.ts';
import { BytesColumnBuilder } from '../../types/bytes-column-builder.ts';
import type { ScalarFunction } from '../scalar-function.ts';

/** Code points are the bytes that do not continue one. */
export function textLength(name: string): ScalarFunction {
  return {
    name,
    volatility: 'immutable',
    onNull: 'null',
    evaluate: ([column], rowCount, type) => {
      const data = column!.data!;
      const offsets = column!.offsets!;
      const out = new Int32Array(rowCount);
      for (let row = 0; row < rowCount; row += 1) {
        let count = 0;
        for (let at = offsets[row]!; at < offsets[row + 1]!; at += 1)
          if ((data[at]! & 0xc0) !== 0x80) count += 1;
        out[row] = count;
      }
      return fixedColumn(type, rowCount, out);
    },
  };
}

/** lower and upper: bytes from `first` to `last` change case by one bit; other than ASCII goes through `convert`. */
export function asciiCase(
  name: string,
  first: number,
  last: number,
  convert: (text: string) => string,
): ScalarFunction {
  return {
    name,
    volatility: 'immutable',
    onNull: 'null',
    evaluate: ([column], rowCount, type) => {
      const data = column!.data!;
      const offsets = column!.offsets!;
      const start = offsets[0]!;
      const end = offsets[rowCount]!;
      if (!isAscii(data, start, end)) return convertEach(column!, rowCount, convert);
      const out = new Uint8Array(end);
      for (let at = start; at < end; at += 1) {
        const byte = data[at]!;
        out[at] = byte >= first && byte <= last ? byte ^ 0x20 : byte;
      }
      return bytesColumn(type, rowCount, offsets, out);
    },
  };
}

function isAscii(data: Uint8Array, start: number, end: number): boolean {
  let seen = 0;
  for (let at = start; at < end; at += 1) seen |= data[at]!;
  return seen < 0x80;
}

function convertEach(
  column: ColumnVector,
  rowCount: number,
  convert: (text: string) => string,
): ColumnVector {
  const builder = new BytesColumnBuilder(column.type, rowCount);
  const offsets = column.offsets!;
  for (let row = 0; row < rowCount; row += 1) {
    const bytes = encodeUtf8(convert(decodeUtf8(column.data!, offsets[row]!, offsets[row + 1]!)));
    builder.appendBytes(bytes, 0, bytes.length);
  }
  return builder.finish();
}

/** Joins two columns of bytes row by row. */
export function concatBytesColumns(name: string): ScalarFunction {
  return {
    name,
    volatility: 'immutable',
    onNull: 'null',
    evaluate: ([left, right], rowCount, type) => {
      const offsets = new Int32Array(rowCount + 1);
      let data: Uint8Array = new Uint8Array(left!.data!.length + right!.data!.length);
      let at = 0;
      for (let row = 0; row < rowCount; row += 1) {
        for (const column of [left!, right!]) {
          const start = column.offsets![row]!;
          const end = column.offsets![row + 1]!;
          data = growBytes(data, at + end - start);
          for (let index = start; index < end; index += 1)
            data[at + index - start] = column.data![index]!;
          at += end - start;
        }
        offsets[row + 1] = at;
      }
      return bytesColumn(type, rowCount, offsets, data);
    },
  };
}
