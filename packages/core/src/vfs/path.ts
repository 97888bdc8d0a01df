/** Paths of a Vfs: relative, `/` between parts, no `.` or `..`. The empty path is the root folder itself. */
import { AlopexError } from '../base/errors.ts';

// Backslashes and colons separate folders and drives on some systems, so they may not hide inside a part; a NUL ends a name.
const FORBIDDEN = /[\\:\0]/;

/** Throws ALX_INVALID_ARGUMENT unless `path` stays below the root of its Vfs. */
export function checkPath(path: string): void {
  if (path === '') return;
  const bad =
    FORBIDDEN.test(path) ||
    path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (!bad) return;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `path "${path}" is not a relative path below the root of its disk`,
    {
      hint: 'Use names joined by "/", without "." and ".." parts.',
    },
  );
}

/** Joins a folder and a name; the empty folder is the root. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** The folder of a path; the empty path for a name in the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
