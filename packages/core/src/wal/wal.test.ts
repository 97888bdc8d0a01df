import { describe, expect, it } from 'vitest';
import { crc32 } from '../base/checksum.ts';
import { concatBytes, equalBytes } from '../base/bytes.ts';
import { writeUint32 } from '../base/little-endian.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { Vfs } from '../vfs/vfs.ts';
import { RECORD_TYPE, SEGMENT_HEADER_SIZE } from './record.ts';
import { replayLog, type ReplayResult } from './replay.ts';
import { listSegments, segmentPath } from './segment.ts';
import { writtenEnd } from './torn-tail.ts';
import { WalWriter } from './writer.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const FIRST = segmentPath('', 1);

function openWriter(
  vfs: Vfs,
  nextSegmentId = 1,
  segmentSizeBytes?: number,
  reserveBytes?: number,
): WalWriter {
  return new WalWriter({
    vfs,
    directory: '',
    checksum: crc32,
    nextSegmentId,
    segmentSizeBytes,
    reserveBytes,
  });
}

interface Replayed extends ReplayResult {
  readonly records: readonly Uint8Array[];
}

function replay(vfs: Vfs, repair = true, firstSegmentId = 1): Replayed {
  const records: Uint8Array[] = [];
  const result = replayLog(
    { vfs, directory: '', checksum: crc32, firstSegmentId, repair },
    (record) => {
      records.push(record.bytes.slice(record.start, record.end));
    },
  );
  return { ...result, records };
}

function append(writer: WalWriter, data: Uint8Array): void {
  writer.append(RECORD_TYPE.batch, data, 0, data.length);
}

function numbered(count: number, size = 20): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new Uint8Array(size).fill(index + 1));
}

/** A log of one segment that ends with its last record, every record flushed; synced after each of the records named. */
function writeLog(
  vfs: Vfs,
  records: readonly Uint8Array[],
  syncAfter: readonly number[] = [],
): void {
  const writer = openWriter(vfs, 1, undefined, 0);
  for (const [index, record] of records.entries()) {
    append(writer, record);
    writer.flush();
    if (syncAfter.includes(index)) writer.syncNow();
  }
}

function overwrite(vfs: FaultVfs, path: string, change: (bytes: Uint8Array) => void): void {
  const bytes = vfs.content(path);
  change(bytes);
  vfs.create(path).append(bytes);
}

function isPrefix(part: readonly Uint8Array[], whole: readonly Uint8Array[]): boolean {
  return (
    part.length <= whole.length && part.every((record, index) => equalBytes(record, whole[index]!))
  );
}

describe('The log', () => {
  it('gives back what was appended, in order, across segments and sessions', async () => {
    const random = new SeededRandom(SEED);
    const vfs = new FaultVfs();
    const written: Uint8Array[] = [];
    let nextSegmentId = 1;
    for (let session = 0; session < 4; session += 1) {
      const writer = openWriter(vfs, nextSegmentId, 4096);
      for (let index = 0; index < 100; index += 1) {
        const data = random.bytes(random.chance(0.05) ? random.below(10_000) : random.below(200));
        append(writer, data);
        written.push(data);
        if (random.chance(0.5)) writer.flush();
        if (random.chance(0.1)) await writer.sync();
      }
      await writer.close();
      const found = replay(vfs);
      expect(found.records, `seed ${SEED}`).toEqual(written);
      expect(found.cut).toBeUndefined();
      nextSegmentId = found.nextSegmentId;
    }
    expect(listSegments(vfs, '').length).toBeGreaterThan(20);
  });

  it('lets the caller encode straight into its buffer', () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    const at = writer.beginRecord(1000);
    writer.buffer.set([7, 8, 9], at);
    writer.endRecord(RECORD_TYPE.prepare, 3);
    writer.flush();
    replayLog(
      { vfs, directory: '', checksum: crc32, firstSegmentId: 1, repair: false },
      (record) => {
        expect(record.type).toBe(RECORD_TYPE.prepare);
        expect([...record.bytes.subarray(record.start, record.end)]).toEqual([7, 8, 9]);
        expect(record.offset).toBe(SEGMENT_HEADER_SIZE);
      },
    );
  });

  it('leaves no file behind when nothing was appended', async () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    writer.flush();
    await writer.sync();
    expect(writer.rotate()).toBe(1);
    await writer.close();
    expect(vfs.list('')).toEqual([]);
    expect(replay(vfs).nextSegmentId).toBe(1);
  });

  it('gives a record larger than a segment a segment of its own', () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs, 1, 1000);
    const records = [new Uint8Array(10), new Uint8Array(5000).fill(5), new Uint8Array(10)];
    for (const record of records) append(writer, record);
    writer.flush();
    expect(listSegments(vfs, '')).toEqual([1, 2, 3]);
    expect(replay(vfs).records).toEqual(records);
  });

  it('rotates so that all records so far lie in smaller segments, durably', () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    const [first, second] = numbered(2);
    append(writer, first!);
    expect(writer.rotate()).toBe(2);
    append(writer, second!);
    writer.flush();
    expect(replay(vfs, false, 2).records).toEqual([second]);
    for (let seed = 0; seed < 20; seed += 1)
      expect(replay(vfs.crash(seed)).records[0]).toEqual(first);
  });

  it('discards records that were not flushed', () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    const [first, second, third] = numbered(3);
    append(writer, first!);
    writer.flush();
    append(writer, second!);
    writer.discard();
    append(writer, third!);
    writer.flush();
    expect(replay(vfs).records).toEqual([first, third]);
  });
});

describe('Group commit', () => {
  it('shares one sync among all that ask while another is in flight', async () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    append(writer, new Uint8Array(10));
    vfs.holdSyncs();
    const first = writer.sync();
    const others: Promise<void>[] = [];
    for (let index = 0; index < 50; index += 1) {
      append(writer, new Uint8Array(10));
      others.push(writer.sync());
    }
    const before = vfs.changeCount;
    vfs.releaseSyncs();
    await Promise.all([first, ...others]);
    expect(vfs.changeCount - before).toBe(1);
    for (let seed = 0; seed < 20; seed += 1) expect(replay(vfs.crash(seed)).recordCount).toBe(51);
  });

  it('answers at once when everything is durable already', async () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    append(writer, new Uint8Array(10));
    await writer.sync();
    const before = vfs.changeCount;
    await writer.sync();
    writer.syncNow();
    expect(vfs.changeCount).toBe(before);
  });

  it('tells everybody when a sync fails, and refuses from then on', async () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    append(writer, new Uint8Array(10));
    vfs.holdSyncs();
    const first = writer.sync();
    append(writer, new Uint8Array(10));
    const second = writer.sync();
    vfs.failNextSync();
    vfs.releaseSyncs();
    const outcomes = await Promise.allSettled([first, second]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(() => append(writer, new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'ALX_IO', hint: expect.stringContaining('reopen') }),
    );
    await writer.close();
  });

  it('survives a rotation while a sync is in flight', async () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    append(writer, new Uint8Array(10));
    vfs.holdSyncs();
    const syncing = writer.sync();
    writer.rotate();
    append(writer, new Uint8Array(10));
    writer.flush();
    vfs.releaseSyncs();
    await syncing;
    await writer.sync();
    for (let seed = 0; seed < 20; seed += 1) expect(replay(vfs.crash(seed)).recordCount).toBe(2);
  });
});

describe('A full disk', () => {
  it('fails the flush, keeps what was there and takes the record again later', () => {
    const records = numbered(6, 300);
    for (let seed = 1; seed <= 30; seed += 1) {
      const vfs = new FaultVfs(seed);
      const writer = openWriter(vfs);
      // The first flush creates the segment, syncs its folder and appends; later ones only append.
      const failing = seed % 3;
      for (const [index, record] of records.entries()) {
        if (index === failing)
          vfs.failChange(vfs.changeCount + 1 + (index === 0 ? seed % 4 : 0), 'ALX_DISK_FULL');
        try {
          append(writer, record);
          writer.flush();
        } catch (error) {
          expect(error).toMatchObject({ code: 'ALX_DISK_FULL' });
          append(writer, record);
          writer.flush();
        }
      }
      expect(replay(vfs.restart()).records).toEqual(records);
    }
  });
});

describe('The size set ahead of the records', () => {
  it('reads as nothing: neither a cut nor a loss, whether the segment was closed or not', async () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs);
    for (const record of numbered(3)) append(writer, record);
    writer.syncNow();
    expect(vfs.size(FIRST)).toBeGreaterThan(60_000);
    const open = replay(vfs.restart());
    expect(open).toMatchObject({ recordCount: 3, cut: undefined });
    await writer.close();
    expect(vfs.size(FIRST)).toBe(writtenEnd(vfs.content(FIRST)));
    expect(replay(vfs.restart())).toMatchObject({ recordCount: 3, cut: undefined });
  });

  it('grows in steps that double, up to the limits of step and segment', () => {
    const vfs = new FaultVfs();
    const writer = openWriter(vfs, 1, 1_000_000, 200_000);
    const sizes = new Set<number>();
    for (let index = 0; index < 49; index += 1) {
      append(writer, new Uint8Array(20_000));
      writer.flush();
      sizes.add(vfs.size(FIRST));
    }
    const steps = [...sizes].map((size, index, all) => size - (all[index - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(220_100);
    expect(Math.max(...sizes)).toBe(1_000_000);
    expect(sizes.size).toBeLessThan(10);
  });

  it('is cut off before the next segment exists, so that a whole segment ends with its last record', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const vfs = new FaultVfs(seed);
      const writer = openWriter(vfs, 1, 700);
      for (const record of numbered(12, 100)) {
        append(writer, record);
        writer.syncNow();
      }
      const found = replay(vfs.crash(SEED + seed));
      expect(found.records).toEqual(numbered(12, 100));
    }
  });

  it('ends a torn write as the end of the file would', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const vfs = new FaultVfs(seed);
      const writer = openWriter(vfs);
      const records = numbered(6, 700);
      for (const record of records.slice(0, 3)) append(writer, record);
      writer.syncNow();
      for (const record of records.slice(3)) append(writer, record);
      writer.flush();
      const found = replay(vfs.crash(SEED + seed));
      expect(found.recordCount).toBeGreaterThanOrEqual(3);
      expect(isPrefix(found.records, records)).toBe(true);
    }
  });
});

describe('Recovery', () => {
  it('cuts a log torn at any byte behind its last whole record, and goes on from there', () => {
    const records = numbered(6);
    const whole = new FaultVfs();
    writeLog(whole, records, [1, 3]);
    const size = whole.size(FIRST);
    for (let cutAt = 0; cutAt < size; cutAt += 1) {
      const vfs = whole.restart();
      vfs.cutFile(FIRST, cutAt);
      const readOnly = replay(vfs, false);
      expect(vfs.size(FIRST)).toBe(cutAt);
      const found = replay(vfs);
      expect(found.records).toEqual(readOnly.records);
      expect(isPrefix(found.records, records)).toBe(true);
      const writer = openWriter(vfs, found.nextSegmentId);
      append(writer, records[0]!);
      writer.flush();
      expect(replay(vfs).records).toEqual([...found.records, records[0]]);
    }
  });

  it('finds every flipped bit, or loses nothing but the last record', () => {
    const records = numbered(5);
    const whole = new FaultVfs();
    writeLog(whole, records);
    const size = whole.size(FIRST);
    for (let bit = 0; bit < size * 8; bit += 1) {
      const vfs = whole.restart();
      vfs.flipBit(FIRST, bit >> 3, bit & 7);
      let found: Replayed | undefined;
      try {
        found = replay(vfs);
      } catch (error) {
        expect(error).toMatchObject({
          kind: 'Corrupt',
          message: expect.stringMatching(/000000000001\.wal.*offset \d+/),
        });
      }
      if (found !== undefined) expect(found.records).toEqual(records.slice(0, 4));
    }
  });

  it('never loses the last record to a flipped bit once a later sync mark stands behind it', () => {
    const records = numbered(5);
    const whole = new FaultVfs();
    writeLog(whole, records, [0, 1, 2, 3, 4]);
    for (let bit = 0; bit < whole.size(FIRST) * 8; bit += 1) {
      const vfs = whole.restart();
      vfs.flipBit(FIRST, bit >> 3, bit & 7);
      let found: Replayed | undefined;
      try {
        found = replay(vfs);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'Corrupt' });
      }
      // Only a flip in the last mark itself, which carries no data, passes.
      if (found !== undefined) expect(found.records).toEqual(records);
    }
  });

  it('takes a lost disk block for lost writes unless a sync mark says that it had been durable', () => {
    const records = numbered(60, 40);
    const zeroBlock = (bytes: Uint8Array): Uint8Array => bytes.fill(0, 1024, 1536);
    const unsynced = new FaultVfs();
    writeLog(unsynced, records);
    overwrite(unsynced, FIRST, zeroBlock);
    const found = replay(unsynced);
    expect(found.cut).toMatchObject({ kind: 'lost writes', path: FIRST });
    expect(found.records.length).toBe(20);
    const synced = new FaultVfs();
    writeLog(synced, records, [50]);
    overwrite(synced, FIRST, zeroBlock);
    expect(() => replay(synced)).toThrow(expect.objectContaining({ code: 'ALX_CORRUPT' }));
  });

  it('reports a damaged or missing segment that has a successor', () => {
    const whole = new FaultVfs();
    const writer = openWriter(whole, 1, 200);
    for (const record of numbered(20)) append(writer, record);
    writer.flush();
    expect(listSegments(whole, '').length).toBeGreaterThan(3);
    const torn = whole.restart();
    torn.cutFile(segmentPath('', 2), torn.size(segmentPath('', 2)) - 1);
    expect(() => replay(torn)).toThrow(
      expect.objectContaining({
        code: 'ALX_CORRUPT',
        message: expect.stringContaining('000000000002.wal'),
      }),
    );
    const missing = whole.restart();
    missing.remove(segmentPath('', 2));
    expect(() => replay(missing)).toThrow(
      expect.objectContaining({
        code: 'ALX_CORRUPT',
        message: expect.stringContaining('000000000002.wal'),
      }),
    );
  });

  it('does not take a record of another segment for one of its own', () => {
    const vfs = new FaultVfs();
    writeLog(vfs, numbered(3));
    const other = new FaultVfs();
    const writer = openWriter(other, 2);
    for (const record of numbered(10)) append(writer, record);
    writer.flush();
    const written = writtenEnd(other.content(segmentPath('', 2)));
    const stale = other.content(segmentPath('', 2)).subarray(vfs.size(FIRST), written);
    vfs.openAppend(FIRST).append(stale);
    const found = replay(vfs);
    expect(found.records).toEqual(numbered(3));
    expect(found.cut).toMatchObject({ kind: 'torn', lostBytes: stale.length });
  });

  it('refuses a newer format by its version', () => {
    const vfs = new FaultVfs();
    writeLog(vfs, numbered(1));
    overwrite(vfs, FIRST, (bytes) => {
      writeUint32(bytes, 8, 99);
      writeUint32(bytes, 20, crc32(bytes, 0, 20, 0));
    });
    expect(() => replay(vfs)).toThrow(
      expect.objectContaining({ code: 'ALX_INCOMPATIBLE_VERSION' }),
    );
  });

  it('judges a torn record of many megabytes of random bytes quickly', () => {
    const random = new SeededRandom(3);
    const vfs = new FaultVfs();
    writeLog(vfs, [random.bytes(16_000_000)]);
    vfs.cutFile(FIRST, 15_000_000);
    const start = performance.now();
    expect(replay(vfs).cut).toMatchObject({ kind: 'torn', offset: SEGMENT_HEADER_SIZE });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('finds the record behind a large damaged one', () => {
    const random = new SeededRandom(4);
    const vfs = new FaultVfs();
    writeLog(vfs, [random.bytes(200_000), random.bytes(100_000)]);
    vfs.flipBit(FIRST, 1000, 0);
    expect(() => replay(vfs)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`follows at ${SEGMENT_HEADER_SIZE + 9 + 200_000}`),
      }),
    );
  });
});

describe('A crash of the machine', () => {
  /** A session that stops where the disk stops. Returns what it wrote and how many records are acknowledged as durable. */
  async function session(
    vfs: FaultVfs,
    random: SeededRandom,
  ): Promise<{ written: Uint8Array[]; durable: number }> {
    const written: Uint8Array[] = [];
    let durable = 0;
    try {
      const writer = openWriter(vfs, replay(vfs).nextSegmentId, 3000);
      for (let index = 0; index < 30; index += 1) {
        const data = random.bytes(random.below(400));
        append(writer, data);
        written.push(data);
        if (random.chance(0.7)) writer.flush();
        if (!random.chance(0.3)) continue;
        await writer.sync();
        durable = written.length;
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'ALX_IO' });
    }
    return { written, durable };
  }

  it('at any write point keeps every synced record, and of the others a prefix', async () => {
    const calm = new FaultVfs();
    await session(calm, new SeededRandom(SEED));
    for (let point = 1; point <= calm.changeCount; point += 1) {
      const vfs = new FaultVfs(point);
      vfs.cutPower(point);
      const { written, durable } = await session(vfs, new SeededRandom(SEED));
      for (let seed = 0; seed < 8; seed += 1) {
        const found = replay(vfs.crash(seed)).records;
        expect(isPrefix(found, written), `seed ${SEED}, write ${point}, crash ${seed}`).toBe(true);
        expect(found.length, `seed ${SEED}, write ${point}, crash ${seed}`).toBeGreaterThanOrEqual(
          durable,
        );
      }
    }
  });

  it('during recovery loses nothing more', async () => {
    const first = new FaultVfs(SEED);
    const { written, durable } = await session(first, new SeededRandom(SEED));
    for (let seed = 0; seed < 40; seed += 1) {
      const expected = replay(first.crash(seed)).records;
      for (let point = 1; point <= 4; point += 1) {
        const second = first.crash(seed);
        second.cutPower(point);
        try {
          replay(second);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ALX_IO' });
        }
        const found = replay(second.crash(seed + point)).records;
        expect(found, `seed ${SEED}, crash ${seed}, write ${point}`).toEqual(expected);
      }
      expect(isPrefix(expected, written)).toBe(true);
      expect(expected.length).toBeGreaterThanOrEqual(durable);
    }
  });

  it('leaves the record alone that joins two buffers', () => {
    const vfs = new FaultVfs();
    const records = [new Uint8Array(70_000).fill(1), new Uint8Array(3).fill(2)];
    writeLog(vfs, records);
    expect(concatBytes(...replay(vfs).records)).toEqual(concatBytes(...records));
  });
});
