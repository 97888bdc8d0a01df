/** Errors that every disk words alike. */
import { AlopexError } from '../base/errors.ts';

export function fileNotFound(path: string, cause?: unknown): AlopexError {
  return new AlopexError('ALX_FILE_NOT_FOUND', `file "${path}" does not exist`, {
    hint: 'Check the path; if the file belongs to a database, restore it from a backup.',
    cause,
  });
}

export function isDirectory(path: string): AlopexError {
  return new AlopexError('ALX_FILE_ACCESS', `"${path}" is a folder, not a file`);
}

export function isFile(path: string): AlopexError {
  return new AlopexError('ALX_FILE_ACCESS', `"${path}" is a file, not a folder`, {
    hint: 'Name another path, or move the file away.',
  });
}

/** A read beyond the end: the file is shorter than those who wrote it left it. */
export function readPastEnd(
  path: string,
  position: number,
  length: number,
  size: number,
): AlopexError {
  return new AlopexError(
    'ALX_CORRUPT',
    `file "${path}" is damaged at offset ${position}: ${length} bytes expected, the file ends at ${size}`,
    { hint: 'Restore the file from a backup.' },
  );
}

export function fileClosed(path: string): AlopexError {
  return new AlopexError('ALX_CLOSED', `file "${path}" is closed`, { hint: 'Open it again.' });
}

/** The folder already has a writer. */
export function alreadyOpen(directory: string, holder: string): AlopexError {
  return new AlopexError(
    'ALX_ALREADY_OPEN',
    `database "${directory}" is already open for writing by ${holder}`,
    {
      hint: 'Close it there first, open it read-only here, or talk to that process through its server.',
    },
  );
}

/** After a failed sync nobody knows which bytes reached the disk, so the file accepts no further sync. */
export function poisonedFile(path: string, cause: unknown): AlopexError {
  return new AlopexError(
    'ALX_IO',
    `file "${path}" lost a sync earlier, its bytes on disk are unknown`,
    {
      hint: 'Reopen the database: recovery keeps what is really on the disk.',
      cause,
    },
  );
}
