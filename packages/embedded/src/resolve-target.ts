/** What `Database.open` is pointed at: memory, a directory or a snapshot file. Forms that are planned are refused by name. */
import { AlopexError } from '@alopex-db/core/base';

export type Target =
  | { readonly kind: 'memory' }
  | { readonly kind: 'directory'; readonly path: string }
  /** `name` is that of the file in `folder`. */
  | {
      readonly kind: 'snapshot';
      readonly path: string;
      readonly folder: string;
      readonly name: string;
    };

export const MEMORY_TARGET = ':memory:';

export function resolveTarget(target: string): Target {
  if (target === MEMORY_TARGET) return { kind: 'memory' };
  if (target === '' || target.includes('\0')) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `not a path: ${JSON.stringify(target)}`, {
      hint: `Give a directory, or ${MEMORY_TARGET}.`,
    });
  }
  const path = withoutFileScheme(target);
  if (path.toLowerCase().endsWith('.alopex')) return snapshotTarget(path);
  return { kind: 'directory', path };
}

function snapshotTarget(path: string): Target {
  const [, folder = '', name = ''] = /^(.*[/\\])?([^/\\]+)$/.exec(path) ?? [];
  return { kind: 'snapshot', path, folder: folder === '' ? '.' : folder, name };
}

function withoutFileScheme(target: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(target)?.[1]?.toLowerCase();
  if (scheme === undefined) return target;
  if (scheme !== 'file') {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      `"${target}": opening ${scheme}:// targets is not built yet`,
      {
        hint: 'Open a directory of this machine.',
      },
    );
  }
  const { host, pathname } = new URL(target);
  if (host !== '' && host !== 'localhost') {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `"${target}" names the host "${host}"`, {
      hint: 'A file URL has three slashes: file:///path/to/data.',
    });
  }
  // file:///C:/data is C:/data; elsewhere the path starts at the slash.
  const path = decodeURIComponent(pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}
