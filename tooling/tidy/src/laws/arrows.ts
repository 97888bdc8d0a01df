/**
 * The packages and the arrows between them, as LAYOUT and ARCHITECTURE.md draw them. The arrows are a law: an import that
 * is not in this table is an error, and changing the table is an architecture decision.
 */

export interface PackageLaw {
  /** Folder of the package relative to the root. */
  readonly folder: string;
  /** Published name. */
  readonly name: string;
  /** What its sources may import of ours: a package (any entry) or one entry of a package. */
  readonly mayImport: readonly string[];
}

export const PACKAGES: readonly PackageLaw[] = [
  { folder: 'packages/core', name: '@alopex-db/core', mayImport: [] },
  {
    folder: 'packages/chirps',
    name: '@alopex-db/chirps',
    mayImport: ['@alopex-db/core/base', '@alopex-db/core/vfs', '@alopex-db/core/wal'],
  },
  { folder: 'packages/sql', name: '@alopex-db/sql', mayImport: ['@alopex-db/core'] },
  { folder: 'packages/dataframe', name: '@alopex-db/dataframe', mayImport: ['@alopex-db/core'] },
  {
    folder: 'packages/embedded',
    name: '@alopex-db/embedded',
    mayImport: ['@alopex-db/core', '@alopex-db/sql', '@alopex-db/dataframe'],
  },
  {
    folder: 'packages/client',
    name: '@alopex-db/client',
    mayImport: [
      '@alopex-db/core/base',
      '@alopex-db/core/types',
      '@alopex-db/sql/session',
      '@alopex-db/embedded',
    ],
  },
  {
    folder: 'packages/wasm-viewer',
    name: '@alopex-db/wasm',
    mayImport: ['@alopex-db/core', '@alopex-db/sql'],
  },
  {
    folder: 'packages/server',
    name: '@alopex-db/server',
    mayImport: ['@alopex-db/embedded', '@alopex-db/client', '@alopex-db/sql', '@alopex-db/core'],
  },
  {
    folder: 'packages/cluster',
    name: '@alopex-db/cluster',
    mayImport: [
      '@alopex-db/embedded',
      '@alopex-db/client',
      '@alopex-db/chirps',
      '@alopex-db/sql',
      '@alopex-db/core',
    ],
  },
  {
    folder: 'packages/cli',
    name: '@alopex-db/cli',
    mayImport: ['@alopex-db/embedded', '@alopex-db/client', '@alopex-db/core/base'],
  },
  {
    folder: 'apps/server',
    name: '@alopex-db/app-server',
    mayImport: ['@alopex-db/server', '@alopex-db/cluster'],
  },
  { folder: 'apps/viewer', name: '@alopex-db/app-viewer', mayImport: ['@alopex-db/wasm'] },
];

/** Libraries that only one place may know, so that replacing them stays a local change. */
export const LIBRARY_HOMES: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ['packages/sql/src/syntax/'],
  commander: ['packages/cli/src/'],
  re2js: ['packages/core/src/compute/'],
  fzstd: ['packages/core/src/', 'packages/wasm-viewer/src/'],
};
