/**
 * Files that nothing reaches. Roots are the entries and binaries of packages, test files, configurations and whatever a
 * script names (package.json scripts, `.ci/run`, the bootstrap).
 */
import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import { moduleGraph, sourceEntries, type Edge } from '../module-graph.ts';
import type { Manifest, Repository } from '../repository.ts';

export function deadFiles(repository: Repository): readonly Finding[] {
  const graph = moduleGraph(repository);
  const fromProduct = reachable(graph, productRoots(repository));
  const tests = [...repository.sources.values()]
    .filter((file) => file.isTest)
    .map((file) => file.path);
  const fromTests = reachable(graph, tests);
  const findings: Finding[] = [];
  for (const path of repository.sources.keys()) {
    if (fromProduct.has(path)) continue;
    const tested = fromTests.has(path);
    if (tested && isTestOnly(repository, path)) continue;
    findings.push({
      severity: 'error',
      file: path,
      line: 0,
      rule: 'dead-file',
      message: tested ? 'only tests reach this file' : 'nothing reaches this file',
      cure: tested ? 'Use it, or delete it with its tests.' : 'Use it or delete it; git remembers.',
    });
  }
  return findings;
}

/** Tests themselves and what stands in folders made for them. */
function isTestOnly(repository: Repository, path: string): boolean {
  return (
    repository.sources.get(path)?.isTest === true ||
    /\/(testing|fixtures)\//.test(path) ||
    path.startsWith('examples/')
  );
}

function productRoots(repository: Repository): readonly string[] {
  const named = repository.manifests.flatMap((manifest) => [
    ...sourceEntries(manifest).map(([, file]) => file),
    ...binaries(manifest),
    ...Object.values(manifest.content.scripts ?? {}).flatMap((script) =>
      filesNamedIn(script, [manifest.folder, '']),
    ),
  ]);
  const byScripts = [
    repository.texts.get('.ci/run') ?? '',
    repository.sources.get('tooling/bootstrap/run.mjs')?.text ?? '',
  ];
  const configurations = [...repository.sources.keys()].filter((path) =>
    /\.config\.(ts|mjs)$/.test(path),
  );
  return [...named, ...byScripts.flatMap((text) => filesNamedIn(text, [''])), ...configurations];
}

function binaries(manifest: Manifest): readonly string[] {
  const bin = manifest.content.bin ?? {};
  const targets = typeof bin === 'string' ? [bin] : Object.values(bin);
  return targets.map((target) =>
    posix.join(manifest.folder, target.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts')),
  );
}

function filesNamedIn(text: string, folders: readonly string[]): readonly string[] {
  const paths = text.match(/[\w./-]+\.(ts|mjs|js)\b/g) ?? [];
  return paths.flatMap((path) => folders.map((folder) => posix.join(folder, path)));
}

function reachable(
  graph: ReadonlyMap<string, readonly Edge[]>,
  roots: readonly string[],
): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path) || !graph.has(path)) continue;
    seen.add(path);
    for (const edge of graph.get(path) ?? []) queue.push(edge.to);
  }
  return seen;
}
