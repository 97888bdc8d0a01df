import { describe, expect, it } from 'vitest';
import { fileId, keyspaceId } from '../base/brand.ts';
import { concatBytes, fromHex, toHex } from '../base/bytes.ts';
import { crc32 } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import {
  decodeManifest,
  encodeManifestHeader,
  encodeManifestRecord,
  encodeManifestSeal,
  MANIFEST_HEADER_SIZE,
} from './manifest-format.ts';
import { loadManifest, ManifestWriter, type ManifestPlace } from './manifest.ts';
import { decodeEdit, encodeEdit, type TableDescription, type VersionEdit } from './version-edit.ts';
import { applyEdit, editOf, EMPTY_VERSION, type Version } from './version.ts';

const TABLE: TableDescription = {
  fileId: fileId(5),
  keyspace: keyspaceId(16384),
  level: 0,
  fileSizeBytes: 70_000,
  metadata: {
    entryCount: 3,
    keyCount: 2,
    deleteCount: 1,
    rangeDeleteCount: 0,
    expiringCount: 0,
    keyBytes: 30,
    valueBytes: 20,
    minVersion: 7,
    maxVersion: 9,
    blockCount: 1,
    minKey: Uint8Array.of(1),
    maxKey: Uint8Array.of(2, 3),
  },
};

const EDIT: VersionEdit = {
  storeId: 1,
  nextFileId: 300,
  firstSegmentId: 2,
  lastVersion: 1_780_000_000_000_000,
  droppedKeyspaces: [keyspaceId(16385)],
  removedTables: [fileId(4)],
  addedTables: [TABLE],
};

function placeOn(vfs: FaultVfs): ManifestPlace {
  return { vfs, directory: '', checksum: crc32 };
}

/** A manifest writer with the bookkeeping of a tree. */
class Keeper {
  version: Version = EMPTY_VERSION;
  readonly writer: ManifestWriter;
  #nextFileId = 1;

  constructor(place: ManifestPlace, lastId = 0) {
    this.writer = new ManifestWriter(place, lastId);
    this.#nextFileId = lastId + 1;
  }

  install(edit: VersionEdit): void {
    const newFileId = (): ReturnType<typeof fileId> => fileId(this.#nextFileId++);
    this.writer.append(
      () => edit,
      () => editOf(this.version),
      newFileId,
    );
    this.version = applyEdit(this.version, edit, (description) => description);
  }
}

function stateOf(place: ManifestPlace): Version | undefined {
  const loaded = loadManifest(place);
  let version: Version = EMPTY_VERSION;
  for (const edit of loaded?.edits ?? [])
    version = applyEdit(version, edit, (description) => description);
  return loaded === undefined ? undefined : version;
}

describe('version edits', () => {
  it('come back as they were written', () => {
    expect(decodeEdit(encodeEdit(EDIT))).toEqual(EDIT);
  });

  it('keep their bytes: they are a file format', () => {
    const metadata =
      '0300000000000000' +
      '0200000000000000' +
      '0100000000000000' +
      '0000000000000000'.repeat(2) +
      '1e00000000000000' +
      '1400000000000000' +
      '0700000000000000' +
      '0900000000000000' +
      '0100000000000000' +
      '01000000' +
      '02000000' +
      '01' +
      '0203';
    const bytes =
      '0101' +
      '02ac02' +
      '0302' +
      '048080cddde8dc9403' +
      '07818001' +
      '0604' +
      '0505808001' +
      '00' +
      'f0a204' +
      '5b' +
      metadata;
    expect(toHex(encodeEdit(EDIT))).toBe(bytes);
  });

  it('are refused where they end early or hold what nobody knows', () => {
    const bytes = encodeEdit({ ...EDIT, storeId: undefined });
    // A shorter list of fields is an edit as well; within a field nothing may be missing.
    const whole = Array.from(
      { length: bytes.length },
      (_, size) => decodeEdit(bytes.subarray(0, size)) !== undefined,
    );
    expect(whole.filter(Boolean)).toHaveLength(6);
    expect(decodeEdit(Uint8Array.of(99, 1))).toBeUndefined();
  });
});

describe('a version', () => {
  it('is what its edits make it, and what one edit of all of it makes', () => {
    const added = applyEdit(
      EMPTY_VERSION as Version,
      { ...EDIT, removedTables: [] },
      (description) => description,
    );
    const copy = applyEdit(EMPTY_VERSION as Version, editOf(added), (description) => description);
    expect(copy).toEqual(added);
    const removed = applyEdit(
      added,
      { removedTables: [TABLE.fileId] },
      (description) => description,
    );
    expect(removed.trees.size).toBe(0);
    const dropped = applyEdit(
      added,
      { droppedKeyspaces: [TABLE.keyspace] },
      (description) => description,
    );
    expect(dropped.trees.size).toBe(0);
    expect(added.trees.get(TABLE.keyspace)?.[0]).toEqual([TABLE]);
  });
});

describe('the bytes of a manifest', () => {
  const header = encodeManifestHeader(9, crc32);
  const records = [1, 2, 3].map((storeId) =>
    encodeManifestRecord(encodeEdit({ storeId }), 9, crc32),
  );
  const whole = concatBytes(header, ...records);

  it('are pinned: they are a file format', () => {
    expect(toHex(header)).toBe(
      `414c584d414e0d0a01000000${'0900000000000000'}${toHex(header.subarray(20))}`,
    );
    expect(crc32(header, 0, 20, 0)).toBe(new DataView(header.buffer).getUint32(20, true));
    expect(toHex(records[0]!.subarray(8))).toBe('0101');
    const covered = concatBytes(
      fromHex('0900000000000000')!,
      fromHex('02000000')!,
      fromHex('0101')!,
    );
    expect(crc32(covered, 0, covered.length, 0)).toBe(
      new DataView(records[0]!.buffer).getUint32(4, true),
    );
  });

  it('may end in a torn record, which does not count', () => {
    for (let size = whole.length - records[2]!.length; size < whole.length; size += 1) {
      expect(decodeManifest(whole.subarray(0, size), 'M', 9, crc32).edits).toHaveLength(2);
    }
    expect(decodeManifest(whole, 'M', 9, crc32)).toMatchObject({ end: whole.length });
  });

  it('are damaged when a record before the last does not hold, or any byte before', () => {
    for (let offset = 0; offset < whole.length - records[2]!.length; offset += 1) {
      const bytes = whole.slice();
      bytes[offset]! ^= 0x10;
      let code = '';
      try {
        decodeManifest(bytes, 'M', 9, crc32);
      } catch (error) {
        code = error instanceof AlopexError ? error.code : 'other';
      }
      expect(code, `byte ${offset}`).toBe('ALX_CORRUPT');
    }
  });

  it('of a newer version are refused as such', () => {
    const newer = whole.slice();
    newer[8] = 2;
    new DataView(newer.buffer).setUint32(20, crc32(newer, 0, 20, 0), true);
    expect(() => decodeManifest(newer, 'M', 9, crc32)).toThrow(/format version 2/);
  });
});

describe('ManifestWriter', () => {
  it('leaves the old state or the new one, wherever the power is cut', () => {
    const script = (keeper: Keeper): void => {
      keeper.install({ storeId: 7 });
      keeper.install({ nextFileId: 50, lastVersion: 9, addedTables: [TABLE] });
      keeper.install({ removedTables: [TABLE.fileId] });
    };
    const counting = new FaultVfs();
    script(new Keeper(placeOn(counting)));
    // The last change is a seal, whose loss nobody is told of.
    for (let cut = 1; cut < counting.changeCount; cut += 1) {
      const vfs = new FaultVfs(cut);
      vfs.cutPower(cut);
      const keeper = new Keeper(placeOn(vfs));
      const before: Version[] = [];
      expect(() => {
        const install = keeper.install.bind(keeper);
        keeper.install = (edit) => {
          before.push(keeper.version);
          install(edit);
        };
        script(keeper);
      }).toThrow(/injected/);
      for (let crash = 1; crash <= 8; crash += 1) {
        const state = stateOf(placeOn(vfs.crash(crash)));
        const old = before.at(-1)!;
        const tables = [...(state?.trees.values() ?? [])].flat(2).length;
        const oldTables = [...old.trees.values()].flat(2).length;
        if (state === undefined) expect(before, `cut ${cut}`).toHaveLength(1);
        else
          expect(
            tables === oldTables || tables === (before.length === 2 ? 1 : 0),
            `cut ${cut}, crash ${crash}`,
          ).toBe(true);
      }
    }
  });

  it('tells a damaged last edit from a torn one: what was synced is sealed', () => {
    const vfs = new FaultVfs();
    const keeper = new Keeper(placeOn(vfs));
    keeper.install({ storeId: 7 });
    keeper.install({ nextFileId: 50, lastVersion: 9, addedTables: [TABLE] });
    const path = vfs.list('').find((name) => name.startsWith('MANIFEST'))!;
    const sealSize = encodeManifestSeal(keeper.writer.id, crc32).length;
    const size = vfs.size(path);
    for (let offset = MANIFEST_HEADER_SIZE; offset < size - sealSize; offset += 1) {
      const damaged = vfs.restart();
      damaged.flipBit(path, offset, offset % 8);
      expect(() => stateOf(placeOn(damaged)), `offset ${offset}`).toThrow(/damaged at offset \d+/);
    }
    for (let offset = size - sealSize; offset < size; offset += 1) {
      const damaged = vfs.restart();
      damaged.flipBit(path, offset, offset % 8);
      expect(stateOf(placeOn(damaged))).toMatchObject({ lastVersion: 9 });
    }
  });

  it('keeps an edit whose seal could not be written, and goes on in a new file', () => {
    const vfs = new FaultVfs();
    const keeper = new Keeper(placeOn(vfs));
    keeper.install({ storeId: 7 });
    const first = keeper.writer.id;
    const before = vfs.changeCount;
    keeper.install({ nextFileId: 10 });
    const changesOfAnEdit = vfs.changeCount - before;
    vfs.failChange(vfs.changeCount + changesOfAnEdit, 'ALX_DISK_FULL');
    keeper.install({ nextFileId: 20 });
    expect(stateOf(placeOn(vfs))).toMatchObject({ nextFileId: 20 });
    keeper.install({ nextFileId: 30 });
    expect(keeper.writer.id).toBeGreaterThan(first);
    expect(stateOf(placeOn(vfs))).toMatchObject({ nextFileId: 30 });
  });

  it('begins a new file after a failure, with the state that is in force', () => {
    const vfs = new FaultVfs();
    const keeper = new Keeper(placeOn(vfs));
    keeper.install({ storeId: 7 });
    vfs.failNextSync();
    expect(() => keeper.install({ nextFileId: 10 })).toThrow();
    keeper.install({ nextFileId: 20 });
    expect(stateOf(placeOn(vfs))).toMatchObject({ storeId: 7, nextFileId: 20 });
    expect(vfs.list('').filter((name) => name.startsWith('MANIFEST'))).toEqual([
      `MANIFEST-${String(keeper.writer.id).padStart(6, '0')}`,
    ]);
  });

  it('begins a new file when the old one has grown large', () => {
    const vfs = new FaultVfs();
    const keeper = new Keeper(placeOn(vfs));
    keeper.install({ storeId: 7 });
    const first = keeper.writer.id;
    const droppedKeyspaces = Array.from({ length: 60_000 }, (_, index) =>
      keyspaceId(20_000 + index),
    );
    for (let round = 0; round < 8; round += 1) keeper.install({ droppedKeyspaces });
    expect(keeper.writer.id).toBeGreaterThan(first);
    expect(vfs.size(`MANIFEST-${String(keeper.writer.id).padStart(6, '0')}`)).toBeLessThan(
      1_100_000,
    );
    expect(stateOf(placeOn(vfs))?.dropped.size).toBe(60_000);
  });
});
