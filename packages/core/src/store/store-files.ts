/** Which names in a folder are files of a store. */
import {
  CURRENT_NAME,
  CURRENT_TEMPORARY_NAME,
  parseManifestName,
  parseTableName,
} from '../lsm/file-names.ts';
import { parseSegmentName } from '../wal/segment.ts';

export function isStoreFile(name: string): boolean {
  return (
    name === CURRENT_NAME ||
    name === CURRENT_TEMPORARY_NAME ||
    parseTableName(name) !== undefined ||
    parseManifestName(name) !== undefined ||
    parseSegmentName(name) !== undefined
  );
}
