/** Translates the errors of Node's file calls: the cure decides the code, the path stands in the message. */
import { AlopexError } from '../base/errors.ts';
import { fileNotFound, isDirectory, isFile } from '../vfs/file-errors.ts';

/** The system's error code of a Node error, such as `ENOSPC`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** `action` completes the sentence "cannot ... PATH". */
export function fileError(error: unknown, action: string, path: string): AlopexError {
  if (error instanceof AlopexError) return error;
  const code = systemCode(error);
  switch (code) {
    case 'ENOENT':
      return fileNotFound(path, error);
    case 'EISDIR':
      return isDirectory(path);
    case 'ENOTDIR':
      return isFile(path);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AlopexError(
        'ALX_FILE_ACCESS',
        `cannot ${action} "${path}": permission denied (${code})`,
        {
          hint: 'Give this user write access to the folder, or open the database read-only.',
          cause: error,
        },
      );
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new AlopexError(
        'ALX_DISK_FULL',
        `cannot ${action} "${path}": no space left on the disk (${code})`,
        {
          hint: 'Free disk space and repeat the request; nothing was lost.',
          cause: error,
        },
      );
    case 'EMFILE':
    case 'ENFILE':
      return new AlopexError(
        'ALX_RESOURCES',
        `cannot ${action} "${path}": too many open files (${code})`,
        {
          hint: 'Raise the limit of open files (ulimit -n).',
          cause: error,
        },
      );
    default:
      return new AlopexError('ALX_IO', `cannot ${action} "${path}": ${code ?? String(error)}`, {
        cause: error,
      });
  }
}
