/** Names of the files of a store beside its log. Ids have six digits or more, so that listings show them in order. */
import { fileId, type FileId } from '../base/brand.ts';

export const CURRENT_NAME = 'CURRENT';
export const CURRENT_TEMPORARY_NAME = 'CURRENT.tmp';

const TABLE = /^(\d{6,16})\.sst$/;
const MANIFEST = /^MANIFEST-(\d{6,16})$/;

export function tableName(id: FileId): string {
  return `${String(id).padStart(6, '0')}.sst`;
}

export function manifestName(id: FileId): string {
  return `MANIFEST-${String(id).padStart(6, '0')}`;
}

/** The id in a table's name; undefined for any other name. */
export function parseTableName(name: string): FileId | undefined {
  return parse(TABLE, name);
}

/** The id in a manifest's name; undefined for any other name. */
export function parseManifestName(name: string): FileId | undefined {
  return parse(MANIFEST, name);
}

function parse(pattern: RegExp, name: string): FileId | undefined {
  const match = pattern.exec(name);
  return match === null ? undefined : fileId(Number(match[1]));
}
