import { describe, expect, it } from 'vitest';
import { encodeUtf8, toHex } from '../base/bytes.ts';
import { crc32 } from '../base/checksum.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { RECORD_TYPE } from './record.ts';
import { replayLog } from './replay.ts';
import { WalWriter } from './writer.ts';

/** Segment 3 with two records and the sync mark behind the second, as format version 1 has written it since its first release. */
const VERSION_1 = [
  '414c5857414c0d0a0100000003000000000000002716e68c050000008413bbf4',
  '01666972737406000000fb3e4130017365636f6e64080000005e861a2c062600',
  '000000000000',
].join('');

const PATH = '000000000003.wal';

describe('The log format', () => {
  it('is written as ever', () => {
    const vfs = new FaultVfs();
    const writer = new WalWriter({
      vfs,
      directory: '',
      checksum: crc32,
      nextSegmentId: 3,
      reserveBytes: 0,
    });
    for (const text of ['first', 'second']) {
      const data = encodeUtf8(text);
      writer.append(RECORD_TYPE.batch, data, 0, data.length);
      writer.syncNow();
    }
    expect(toHex(vfs.content(PATH))).toBe(VERSION_1);
  });

  it('is read as ever', () => {
    const vfs = new FaultVfs();
    vfs.create(PATH).append(Buffer.from(VERSION_1, 'hex'));
    const texts: string[] = [];
    replayLog(
      { vfs, directory: '', checksum: crc32, firstSegmentId: 3, repair: false },
      (record) => {
        texts.push(new TextDecoder().decode(record.bytes.subarray(record.start, record.end)));
      },
    );
    expect(texts).toEqual(['first', 'second']);
  });
});
