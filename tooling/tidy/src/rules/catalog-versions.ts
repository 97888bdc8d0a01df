/** Every version stands once, in the catalog of pnpm-workspace.yaml. */
import type { Finding } from '../finding.ts';
import type { Manifest, Repository } from '../repository.ts';

/** Installed by their own lock files, outside the workspace. */
const OUTSIDE = new Set(['tooling/bootstrap', 'tooling/bench']);

export function catalogVersions(repository: Repository): readonly Finding[] {
  return repository.manifests
    .filter((manifest) => !OUTSIDE.has(manifest.folder))
    .flatMap(inManifest);
}

function inManifest(manifest: Manifest): readonly Finding[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest.content;
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  return all
    .filter(([, version]) => !/^(catalog:|workspace:\*$)/.test(version))
    .map(([name, version]) => ({
      severity: 'error',
      file: manifest.file,
      line: lineOfText(manifest.text, `"${name}"`),
      rule: 'catalog-version',
      message: `${name} has its own version ${version}`,
      cure: 'Write "catalog:" and put the version into pnpm-workspace.yaml ("workspace:*" for a package of ours).',
    }));
}

function lineOfText(text: string, part: string): number {
  const offset = text.indexOf(part);
  return offset < 0 ? 0 : text.slice(0, offset).split('\n').length;
}
