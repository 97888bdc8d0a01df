/** The repository as the rules see it: parsed sources, package manifests and other texts, read once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSourceFile, type SourceFile } from './source-file.ts';

export interface Manifest {
  /** Folder of the package relative to the root; empty for the root itself. */
  readonly folder: string;
  readonly file: string;
  readonly text: string;
  readonly content: ManifestContent;
}

/** The fields of package.json that rules read. */
export interface ManifestContent {
  readonly name?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Repository {
  /** By path, in sorted order. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  readonly manifests: readonly Manifest[];
  /** Every other text file (documents, settings, scripts) by path. */
  readonly texts: ReadonlyMap<string, string>;
}

const SKIPPED_FOLDERS = new Set([
  'node_modules',
  'dist',
  '.git',
  '.tools',
  '.turbo',
  '.alopex',
  'coverage',
]);
const SKIPPED_PATHS = new Set([
  'docs/api',
  'tooling/tidy/api',
  'pnpm-lock.yaml',
  'tooling/bootstrap/package-lock.json',
]);
const SOURCE = /\.(ts|mjs|js)$/;
/** Made by a build and read by nobody: rules look at what people write. AssemblyScript is another language. */
const NOT_A_SOURCE = /\.gen\.ts$|^packages\/core\/assembly\//;
const TEXT =
  /\.(md|json|jsonc|ya?ml|toml|sh|sql|slt|txt|proto)$|(^|\/)(LICENSE|\.npmrc|\.gitignore|run)$/;

export function readRepository(root: string): Repository {
  return repositoryFrom(
    pathsBelow(root, '').map((path): readonly [string, string] => [
      path,
      readFileSync(join(root, path), 'utf8'),
    ]),
  );
}

/** From texts by path: what `readRepository` does after reading, and how tests make a repository of three lines. */
export function repositoryFrom(files: Iterable<readonly [path: string, text: string]>): Repository {
  const sources = new Map<string, SourceFile>();
  const manifests: Manifest[] = [];
  const texts = new Map<string, string>();
  for (const [path, text] of files) {
    if (SOURCE.test(path)) {
      sources.set(path, parseSourceFile(path, text));
      continue;
    }
    if (/(^|\/)package\.json$/.test(path)) {
      const folder = path.slice(0, Math.max(0, path.length - '/package.json'.length));
      manifests.push({ folder, file: path, text, content: JSON.parse(text) as ManifestContent });
    }
    texts.set(path, text);
  }
  return { sources, manifests, texts };
}

/** The manifest of the package that `path` stands in: the one with the longest folder. */
export function manifestOf(repository: Repository, path: string): Manifest | undefined {
  let best: Manifest | undefined;
  for (const manifest of repository.manifests) {
    const inside = manifest.folder === '' || path.startsWith(`${manifest.folder}/`);
    if (inside && (best === undefined || manifest.folder.length > best.folder.length))
      best = manifest;
  }
  return best;
}

function pathsBelow(root: string, folder: string): string[] {
  const paths: string[] = [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED_PATHS.has(path)) continue;
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) paths.push(...pathsBelow(root, path));
    } else if (
      entry.isFile() &&
      !NOT_A_SOURCE.test(path) &&
      (SOURCE.test(path) || TEXT.test(path))
    ) {
      paths.push(path);
    }
  }
  return paths;
}
