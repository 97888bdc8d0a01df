/**
 * The list of a store's tables on disk. CURRENT names the manifest in force; the manifest is a list of edits.
 *
 * - An edit is in force once it is synced. A failed append or sync leaves the outcome open, so the manifest refuses further
 *   edits and the next one begins with a new file that tells the whole state.
 * - A seal follows each synced edit, before anything that the edit made superfluous is removed: a damaged last edit is then told
 *   from one that a crash tore, which would be left out, and with it what it says of tables and log. The seal itself is not synced;
 *   the next opening writes a new manifest where a crash has taken it.
 * - A new manifest is written and synced before CURRENT is replaced by rename and the folder synced: a crash leaves the old
 *   or the new one in force, both whole.
 */
import { fileId, type FileId } from '../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { PENDING } from '../base/pending.ts';
import { joinPath } from '../vfs/path.ts';
import type { Vfs, WritableFile } from '../vfs/vfs.ts';
import {
  CURRENT_NAME,
  CURRENT_TEMPORARY_NAME,
  manifestName,
  parseManifestName,
} from './file-names.ts';
import {
  corruptManifest,
  decodeManifest,
  encodeManifestHeader,
  encodeManifestRecord,
  encodeManifestSeal,
} from './manifest-format.ts';
import { decodeEdit, encodeEdit, type VersionEdit } from './version-edit.ts';

/** Beyond this size the next edit begins a new manifest with the state so far. */
const REWRITE_FROM_BYTES = 1024 * 1024;

export interface ManifestPlace {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly checksum: Checksum;
}

export interface LoadedManifest {
  readonly id: FileId;
  readonly edits: readonly VersionEdit[];
  /** Whether a seal follows the last edit: without one, damage to it would look like a crash's doing. */
  readonly isSealed: boolean;
}

/** The id of the manifest that CURRENT names; undefined when there is no CURRENT. */
export function currentManifest(place: Omit<ManifestPlace, 'checksum'>): FileId | undefined {
  const currentPath = joinPath(place.directory, CURRENT_NAME);
  if (!place.vfs.exists(currentPath)) return undefined;
  const text = decodeUtf8(readWhole(place.vfs, currentPath));
  const id = text.endsWith('\n') ? parseManifestName(text.slice(0, -1)) : undefined;
  if (id !== undefined) return id;
  throw new AlopexError(
    'ALX_CORRUPT',
    `"${currentPath}" is damaged at offset 0: it names no manifest`,
    {
      hint: 'Restore the database from a backup.',
    },
  );
}

/** Reads the manifest in force; undefined when there is no CURRENT. */
export function loadManifest(place: ManifestPlace): LoadedManifest | undefined {
  const id = currentManifest(place);
  if (id === undefined) return undefined;
  const path = joinPath(place.directory, manifestName(id));
  if (!place.vfs.exists(path)) {
    throw new AlopexError(
      'ALX_CORRUPT',
      `manifest "${path}", which "${joinPath(place.directory, CURRENT_NAME)}" names, is missing`,
      {
        hint: 'Restore the file, or the database from a backup.',
      },
    );
  }
  const records = decodeManifest(readWhole(place.vfs, path), path, id, place.checksum);
  const edits = records.edits.map((bytes, index) => {
    const edit = decodeEdit(bytes);
    if (edit === undefined)
      throw corruptManifest(path, records.offsets[index]!, 'it holds no edit');
    return edit;
  });
  return { id, edits, isSealed: records.edits.at(-1)?.length === 0 };
}

export class ManifestWriter {
  readonly #place: ManifestPlace;
  #file: WritableFile | undefined;
  #id: FileId;
  #owesSeal: boolean;

  /** Writes nothing yet: the first edit begins a new manifest. `lastId` is the one in force, 0 if there is none. */
  constructor(place: ManifestPlace, lastId: number, isSealed = true) {
    this.#place = place;
    this.#id = fileId(lastId);
    this.#owesSeal = !isSealed;
  }

  /** The last edit has no seal: any edit, an empty one as well, gives it one. */
  get owesSeal(): boolean {
    return this.#owesSeal;
  }

  /** The manifest in force. */
  get id(): FileId {
    return this.#id;
  }

  /**
   * Puts an edit in force. A new file takes the id that `newFileId` gives, before the edit is asked for, and begins with the
   * `state` before the edit, which tells everything.
   */
  append(edit: () => VersionEdit, state: () => VersionEdit, newFileId: () => FileId): void {
    const file = this.#file;
    if (file === undefined || file.position > REWRITE_FROM_BYTES) {
      const id = newFileId();
      this.#begin(state(), edit(), id);
      return;
    }
    try {
      file.append(encodeManifestRecord(encodeEdit(edit()), this.#id, this.#place.checksum));
      file.syncNow();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#seal(file);
  }

  /** Idempotent. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Not synced: it guards against damage that comes later, not against the next power cut. */
  #seal(file: WritableFile): void {
    try {
      file.append(encodeManifestSeal(this.#id, this.#place.checksum));
    } catch {
      // The edit is in force all the same; behind a torn seal nothing may follow, so the next edit begins a new file.
      this.#owesSeal = true;
      this.close();
    }
  }

  #begin(state: VersionEdit, edit: VersionEdit, id: FileId): void {
    const { vfs, directory, checksum } = this.#place;
    const before = this.#id;
    const file = vfs.create(joinPath(directory, manifestName(id)));
    try {
      file.appendAll([
        encodeManifestHeader(id, checksum),
        encodeManifestRecord(encodeEdit(state), id, checksum),
        encodeManifestRecord(encodeEdit(edit), id, checksum),
        encodeManifestSeal(id, checksum),
      ]);
      file.syncNow();
      this.#makeCurrent(id);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file?.close();
    this.#file = file;
    this.#id = id;
    this.#owesSeal = false;
    removeQuietly(vfs, joinPath(directory, manifestName(before)));
  }

  #makeCurrent(id: FileId): void {
    const { vfs, directory } = this.#place;
    const temporary = joinPath(directory, CURRENT_TEMPORARY_NAME);
    const file = vfs.create(temporary);
    try {
      file.append(encodeUtf8(`${manifestName(id)}\n`));
      file.syncNow();
    } finally {
      file.close();
    }
    // The manifest's own name must be durable before CURRENT may say it.
    vfs.syncDirectory(directory);
    vfs.rename(temporary, joinPath(directory, CURRENT_NAME));
    vfs.syncDirectory(directory);
  }
}

/** The edit is in force by now, and must not seem to have failed because of a file that the next open removes as well. */
function removeQuietly(vfs: Vfs, path: string): void {
  try {
    if (vfs.exists(path)) vfs.remove(path);
  } catch (error) {
    if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
  }
}

function readWhole(vfs: Vfs, path: string): Uint8Array {
  const file = vfs.openRead(path);
  try {
    const bytes = file.read(0, file.size());
    if (bytes !== PENDING) return bytes;
  } finally {
    file.close();
  }
  throw new AlopexError('ALX_UNSUPPORTED', `"${path}" lies on a disk that answers later`, {
    hint: 'Open the snapshot file instead of a database directory.',
  });
}
