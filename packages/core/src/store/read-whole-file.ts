/** Reading for those who cannot wait: on a disk that answers later they say so. */
import { AlopexError } from '../base/errors.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { Vfs } from '../vfs/vfs.ts';

export function readWholeFile(vfs: Vfs, path: string): Uint8Array {
  const file = vfs.openRead(path);
  try {
    return readHere(file.read(0, file.size()), path);
  } finally {
    file.close();
  }
}

/** The answer, when it is there. */
export function readHere<Answer>(answer: Answer | Pending, path: string): Answer {
  if (answer !== PENDING) return answer as Answer; // `Answer` is no `Pending` where this is called
  throw new AlopexError('ALX_UNSUPPORTED', `"${path}" lies on a disk that answers later`, {
    hint: 'Copy the database to a disk of this machine.',
  });
}
