/**
 * Imports between packages: only along the arrows, only through entries, only of declared dependencies.
 *
 * Tests may also use lower packages that their manifest declares (contract suites, adapters), but no upper ones.
 */
import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import { LIBRARY_HOMES, PACKAGES, type PackageLaw } from '../laws/arrows.ts';
import { packageEntries } from '../module-graph.ts';
import { manifestOf, type Manifest, type Repository } from '../repository.ts';
import type { Import, SourceFile } from '../source-file.ts';

const SCOPE = '@alopex-db/';

export function arrows(repository: Repository): readonly Finding[] {
  const entries = packageEntries(repository);
  const findings: Finding[] = [];
  for (const file of repository.sources.values()) {
    for (const one of file.imports) {
      const problem = problemOf(repository, entries, file, one);
      if (problem !== undefined)
        findings.push({ severity: 'error', file: file.path, line: one.line, ...problem });
    }
  }
  return findings;
}

type Problem = Pick<Finding, 'rule' | 'message' | 'cure'>;

function problemOf(
  repository: Repository,
  entries: ReadonlyMap<string, string>,
  file: SourceFile,
  one: Import,
): Problem | undefined {
  const manifest = manifestOf(repository, file.path);
  if (manifest === undefined) return undefined;
  if (one.specifier.startsWith('.')) return relativeProblem(manifest, file, one);
  if (one.specifier.startsWith('node:')) return undefined; // banned-calls says where those may stand
  if (one.specifier.startsWith(SCOPE)) return packageProblem(entries, manifest, file, one);
  return libraryProblem(repository, manifest, file, one);
}

function relativeProblem(manifest: Manifest, file: SourceFile, one: Import): Problem | undefined {
  const target = posix.join(posix.dirname(file.path), one.specifier);
  if (manifest.folder === '' || target.startsWith(`${manifest.folder}/`)) return undefined;
  // Benchmarks stand outside the workspace, where the package names lead nowhere: they measure what was built, with the
  // probes that the packages' own benchmarks use.
  if (manifest.folder === 'tooling/bench' && /\/(dist|bench)\//.test(target)) return undefined;
  return {
    rule: 'deep-import',
    message: `${one.specifier} leaves the package ${manifest.folder}`,
    cure: 'Import the entry of the other package by its name.',
  };
}

function packageProblem(
  entries: ReadonlyMap<string, string>,
  manifest: Manifest,
  file: SourceFile,
  one: Import,
): Problem | undefined {
  const target = PACKAGES.find(
    (law) => one.specifier === law.name || one.specifier.startsWith(`${law.name}/`),
  );
  const own = PACKAGES.find((law) => law.folder === manifest.folder);
  if (target !== undefined && target === own) {
    if (file.isTest) return undefined;
    return {
      rule: 'deep-import',
      message: `${one.specifier} is this package`,
      cure: 'Import the file relatively.',
    };
  }
  if (target !== undefined && !entries.has(one.specifier) && !one.dynamic) {
    return {
      rule: 'deep-import',
      message: `${one.specifier} is not an entry of ${target.name}`,
      cure: `Import one of the entries in ${target.folder}/package.json, or add one there.`,
    };
  }
  if (!isDeclared(manifest, target?.name ?? one.specifier))
    return undeclared(manifest, target?.name ?? one.specifier);
  if (own === undefined || target === undefined || isAllowed(own, target, file, one))
    return undefined;
  return {
    rule: 'arrows',
    message: `${own.folder} may not import ${one.specifier}`,
    cure: `Use one of: ${own.mayImport.join(', ') || 'nothing of ours'}; the table is tooling/tidy/src/laws/arrows.ts.`,
  };
}

function isAllowed(own: PackageLaw, target: PackageLaw, file: SourceFile, one: Import): boolean {
  if (file.isTest) return PACKAGES.indexOf(target) < PACKAGES.indexOf(own);
  return own.mayImport.some(
    (arrow) => one.specifier === arrow || one.specifier.startsWith(`${arrow}/`),
  );
}

function libraryProblem(
  repository: Repository,
  manifest: Manifest,
  file: SourceFile,
  one: Import,
): Problem | undefined {
  const library = one.specifier
    .split('/')
    .slice(0, one.specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const homes = LIBRARY_HOMES[library];
  if (homes !== undefined && !file.isTest && !homes.some((home) => file.path.startsWith(home))) {
    return {
      rule: 'library-home',
      message: `${library} may be known only in ${homes.join(', ')}`,
      cure: 'Go through what that folder exports.',
    };
  }
  const root = repository.manifests.find((one) => one.folder === '');
  const fromRoot =
    root !== undefined && (file.isTest || isTool(file.path)) && isDeclared(root, library);
  return isDeclared(manifest, library) || fromRoot ? undefined : undeclared(manifest, library);
}

function isTool(path: string): boolean {
  return path.startsWith('tooling/') || /\.config\.(ts|mjs)$/.test(path);
}

function isDeclared(manifest: Manifest, name: string): boolean {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } =
    manifest.content;
  return [dependencies, devDependencies, peerDependencies, optionalDependencies].some(
    (group) => group !== undefined && Object.hasOwn(group, name),
  );
}

function undeclared(manifest: Manifest, name: string): Problem {
  return {
    rule: 'undeclared-dependency',
    message: `${name} is not declared in ${manifest.file}`,
    cure: `Add it there (version "catalog:" or "workspace:*").`,
  };
}
