/** Which file of ours an import leads to, by the same rules as the compiler: relative paths and the source entries of packages. */
import { posix } from 'node:path';
import type { Import, SourceFile } from './source-file.ts';
import type { Manifest, Repository } from './repository.ts';

export interface Edge {
  readonly from: SourceFile;
  readonly to: string;
  readonly import: Import;
}

/** The condition under which packages name their sources in `exports`. */
const SOURCE_CONDITION = '@alopex-db/source';

/** All edges between files of the repository, by the importing file's path; imports of libraries are left out. */
export function moduleGraph(repository: Repository): ReadonlyMap<string, readonly Edge[]> {
  const entries = packageEntries(repository);
  const graph = new Map<string, readonly Edge[]>();
  for (const file of repository.sources.values()) {
    const edges: Edge[] = [];
    for (const one of file.imports) {
      const to = one.specifier.startsWith('.')
        ? resolveRelative(repository, file.path, one.specifier)
        : entries.get(one.specifier);
      if (to !== undefined) edges.push({ from: file, to, import: one });
    }
    graph.set(file.path, edges);
  }
  return graph;
}

/** Import specifier to source file, for every entry in every manifest: `@alopex-db/core/base` to its `index.ts`. */
export function packageEntries(repository: Repository): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const manifest of repository.manifests) {
    const name = manifest.content.name;
    if (name === undefined) continue;
    for (const [entry, file] of sourceEntries(manifest)) entries.set(posix.join(name, entry), file);
  }
  return entries;
}

export function sourceEntries(
  manifest: Manifest,
): readonly (readonly [entry: string, file: string])[] {
  const found: (readonly [string, string])[] = [];
  for (const [entry, target] of Object.entries(manifest.content.exports ?? {})) {
    const source = typeof target === 'string' ? target : target[SOURCE_CONDITION];
    if (source !== undefined) found.push([entry, posix.join(manifest.folder, source)]);
  }
  return found;
}

function resolveRelative(
  repository: Repository,
  from: string,
  specifier: string,
): string | undefined {
  const path = posix.join(posix.dirname(from), specifier);
  if (repository.sources.has(path)) return path;
  const source = path.replace(/\.js$/, '.ts');
  return repository.sources.has(source) ? source : undefined;
}
