/**
 * The platters of the faulty disk: for every file what programs see and what is certainly on the disk, for every name the same.
 * `afterCrash` draws one of the disks that the laws of `Vfs` allow after the machine stopped:
 *
 * - a file has its synced bytes, and of the rest some prefix in which whole disk blocks may be missing (zeros, or what was
 *   there before)
 * - of the changes of names since a folder was synced, some prefix has happened, or any of them, as on disks that keep no order
 *
 * Folders themselves are durable when made.
 */
import { directoryOf } from '../vfs/path.ts';
import { noFaults, type FaultCounts } from './fault-counts.ts';
import type { SeededRandom } from './seeded-random.ts';

const DISK_BLOCK_SIZE = 512;
const NO_BYTES = new Uint8Array(0);

export interface SyncedContent {
  readonly content: Uint8Array;
  readonly order: number;
}

/** One file, whatever its names. */
export class DiskFile {
  #bytes: Uint8Array = new Uint8Array(64);
  #size = 0;
  #durable: Uint8Array = NO_BYTES;
  #syncCount = 0;
  #durableOrder = 0;
  /** Whether a sync has failed: all later ones do. */
  poisoned = false;

  static holding(bytes: Uint8Array): DiskFile {
    const file = new DiskFile();
    file.write(0, bytes);
    file.endSync(file.beginSync());
    return file;
  }

  get size(): number {
    return this.#size;
  }

  write(position: number, bytes: Uint8Array): void {
    this.extend(position + bytes.length);
    this.#bytes.set(bytes, position);
  }

  /** What is added reads as zeros. */
  extend(size: number): void {
    if (size <= this.#size) return;
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#bytes.fill(0, this.#size, size);
    this.#size = size;
  }

  truncate(size: number): void {
    this.#size = Math.min(this.#size, size);
  }

  read(position: number, length: number): Uint8Array {
    return this.#bytes.slice(position, position + length);
  }

  content(): Uint8Array {
    return this.read(0, this.#size);
  }

  /** What a sync that begins now makes durable. */
  beginSync(): SyncedContent {
    this.#syncCount += 1;
    return { content: this.content(), order: this.#syncCount };
  }

  /** A sync has ended; one that began after it may have ended before, and then has made the newer content durable. */
  endSync(synced: SyncedContent): void {
    if (synced.order < this.#durableOrder) return;
    this.#durableOrder = synced.order;
    this.#durable = synced.content;
  }

  flipBit(offset: number, bit: number): void {
    this.#bytes[offset]! ^= 1 << bit;
    if (offset < this.#durable.length) this.#durable[offset]! ^= 1 << bit;
  }

  afterCrash(random: SeededRandom, counts: FaultCounts): DiskFile {
    const durable = this.#durable;
    const size = this.#sizeAfterCrash(random);
    const result = new Uint8Array(size);
    result.set(durable.subarray(0, size));
    const written = this.#writtenAfterCrash(random);
    const blocksGetLost = random.chance(0.5);
    for (let start = 0; start < size; start += DISK_BLOCK_SIZE) {
      if (blocksGetLost && random.chance(0.3)) continue;
      const end = Math.min(start + DISK_BLOCK_SIZE, size, written);
      if (end > start) result.set(this.#bytes.subarray(start, end), start);
    }
    this.#count(result, counts);
    return DiskFile.holding(result);
  }

  /** Tells what became of the writes since the last sync. */
  #count(result: Uint8Array, counts: FaultCounts): void {
    let isLost = false;
    let isReordered = false;
    let isTorn = false;
    for (let start = 0; start < this.#size; start += DISK_BLOCK_SIZE) {
      let lost = 0;
      let kept = 0;
      const end = Math.min(start + DISK_BLOCK_SIZE, this.#size);
      for (let at = start; at < end; at += 1) {
        const written = this.#bytes[at]!;
        if (at < this.#durable.length && this.#durable[at] === written) continue;
        if (at >= result.length || result[at] !== written) lost += 1;
        else kept += 1;
      }
      if (isLost && kept > 0 && lost === 0 && start < result.length) isReordered = true;
      if (lost > 0) isLost = true;
      if (lost > 0 && kept > 0) isTorn = true;
    }
    if (isLost) counts.lostWrites += 1;
    if (isTorn) counts.tornWrites += 1;
    if (isReordered) counts.reorderedWrites += 1;
  }

  /** Where a write within the file's size was torn: behind it stands what was durable. */
  #writtenAfterCrash(random: SeededRandom): number {
    if (random.chance(0.3)) return this.#size;
    const durable = this.#durable;
    let first = 0;
    while (first < this.#size && this.#bytes[first] === (durable[first] ?? 0)) first += 1;
    let end = this.#size;
    while (end > first && this.#bytes[end - 1] === (durable[end - 1] ?? 0)) end -= 1;
    return first + random.below(end - first + 1);
  }

  #sizeAfterCrash(random: SeededRandom): number {
    const durableSize = this.#durable.length;
    if (this.#size < durableSize) return random.chance(0.5) ? this.#size : durableSize;
    const all = random.chance(0.3);
    return all ? this.#size : durableSize + random.below(this.#size - durableSize + 1);
  }
}

type NameChange =
  | { readonly kind: 'set'; readonly path: string; readonly file: DiskFile }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly path: string };

/** The names of a disk. */
export class DiskNames {
  readonly current = new Map<string, DiskFile>();
  readonly directories = new Set<string>(['']);
  readonly #durable = new Map<string, DiskFile>();
  #changes: NameChange[] = [];

  set(path: string, file: DiskFile): void {
    this.#change({ kind: 'set', path, file });
  }

  remove(path: string): void {
    this.#change({ kind: 'remove', path });
  }

  rename(from: string, to: string): void {
    this.#change({ kind: 'rename', from, path: to });
  }

  /** Makes the changes of one folder durable; a rename belongs to the folder of its new name. */
  syncDirectory(directory: string): void {
    const rest: NameChange[] = [];
    for (const change of this.#changes) {
      if (directoryOf(change.path) === directory) apply(this.#durable, change);
      else rest.push(change);
    }
    this.#changes = rest;
  }

  afterCrash(random: SeededRandom, counts: FaultCounts = noFaults()): DiskNames {
    const names = new Map(this.#durable);
    const kept = new Map<string, number>();
    let isLost = false;
    for (const directory of this.directories)
      kept.set(directory, this.#drawKept(directory, random));
    const isOrdered = random.chance(0.6);
    for (const change of this.#changes) {
      const directory = directoryOf(change.path);
      const left = kept.get(directory) ?? 0;
      const survives = isOrdered ? left > 0 : random.chance(0.5);
      if (survives) apply(names, change);
      else isLost = true;
      kept.set(directory, left - 1);
    }
    if (isLost) counts.lostNames += 1;
    return this.#copy(names, (file) => file.afterCrash(random, counts));
  }

  /** The disk as the next process finds it: everything written is there. */
  afterProcessEnd(): DiskNames {
    return this.#copy(this.current, (file) => DiskFile.holding(file.content()));
  }

  #drawKept(directory: string, random: SeededRandom): number {
    const count = this.#changes.filter((change) => directoryOf(change.path) === directory).length;
    return random.below(count + 1);
  }

  #copy(names: ReadonlyMap<string, DiskFile>, copyFile: (file: DiskFile) => DiskFile): DiskNames {
    const copy = new DiskNames();
    for (const directory of this.directories) copy.directories.add(directory);
    for (const [path, file] of names) {
      const copied = copyFile(file);
      copy.current.set(path, copied);
      copy.#durable.set(path, copied);
    }
    return copy;
  }

  #change(change: NameChange): void {
    apply(this.current, change);
    this.#changes.push(change);
  }
}

function apply(names: Map<string, DiskFile>, change: NameChange): void {
  if (change.kind === 'set') {
    names.set(change.path, change.file);
    return;
  }
  if (change.kind === 'remove') {
    names.delete(change.path);
    return;
  }
  // After a crash the old name may already lack what a later change took away: then there is nothing to rename.
  const file = names.get(change.from);
  names.delete(change.from);
  if (file !== undefined) names.set(change.path, file);
}
