import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8, toHex } from '../base/bytes.ts';
import { crc32 } from '../base/checksum.ts';
import { PENDING } from '../base/pending.ts';
import { BlockCache } from '../lsm/block-cache.ts';
import type { EntryKind } from '../memtable/entry.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { TableReader } from './table-reader.ts';
import { TableWriter } from './table-writer.ts';

/** Three entries in three blocks without compression, as format version 1 has written them since its first release. */
const VERSION_1 = [
  '0100000005000000050000000300000001000000000000000700000000000000',
  '6170706c657265640028000000d7e1fcee010000000500000005000000000000',
  '00000000000000000003000000000000006170706c650025000000bc25da2301',
  '0000000400000004000000050000000100000000000000090000000000000070',
  '656172677265656e00290000002ee76f090300000000000000ffffffff100000',
  '000100000001000000000000000000000005000000060000000a000000070000',
  '0000000000000000006170706c65707065617200000000000000002800000001',
  '000000310000000000000025000000010000005f000000000000002900000001',
  '0000000072000000c35981b80600000001000000000000000000000000000000',
  '0000100000000000000000000000000000000000010000000400004000000000',
  '1000000020000000000000800000000000002000008801010000000000500000',
  '00ca6f4199030000000000000002000000000000000100000000000000000000',
  '000000000000000000000000000e000000000000000800000000000000030000',
  '0000000000090000000000000003000000000000000500000004000000617070',
  '6c65706561720061000000720bce110100000000000000910000000000000072',
  '0000000000000002000000000000000c01000000000000500000000000000003',
  '00000000000000650100000000000061000000000000000048000000746f2ee9',
  'cf01000000000000480000000000000001000000000000005002000000000000',
  '24e2c24b00000000414c585441424c45',
].join('');

const ENTRIES: readonly (readonly [
  key: string,
  version: number,
  kind: EntryKind,
  value: string,
])[] = [
  ['apple', 7, 1, 'red'],
  ['apple', 3, 0, ''],
  ['pear', 9, 1, 'green'],
];

describe('The table format', () => {
  it('is written as ever', () => {
    const vfs = new FaultVfs();
    const writer = new TableWriter({
      file: vfs.create('table'),
      checksum: crc32,
      blockSizeBytes: 1,
    });
    for (const [key, version, kind, value] of ENTRIES) {
      const keyBytes = encodeUtf8(key);
      const valueBytes = encodeUtf8(value);
      writer.add(keyBytes, 0, keyBytes.length, version, kind, valueBytes, 0, valueBytes.length);
    }
    writer.finish();
    expect(toHex(vfs.content('table'))).toBe(VERSION_1);
  });

  it('is read as ever', () => {
    const vfs = new FaultVfs();
    vfs.create('table').append(Buffer.from(VERSION_1, 'hex'));
    const cache = new BlockCache();
    const table = TableReader.open({
      file: vfs.openRead('table'),
      checksum: crc32,
      compressions: [],
      cache,
    });
    if (table === PENDING) expect.unreachable('this disk answers at once');
    const found: unknown[] = [];
    const cursor = table.cursor();
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const key = decodeUtf8(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
      const value = decodeUtf8(cursor.valueBytes, cursor.valueStart, cursor.valueEnd);
      found.push([key, cursor.version, cursor.kind, value]);
    }
    expect(found).toEqual(ENTRIES);
  });
});
