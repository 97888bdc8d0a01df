/** Entries (`index.ts`) are for other packages; a file that imports its own package's entry makes a knot of everything. */
import type { Finding } from '../finding.ts';
import { moduleGraph } from '../module-graph.ts';
import { manifestOf, type Repository } from '../repository.ts';

export function entryImports(repository: Repository): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [path, edges] of moduleGraph(repository)) {
    const file = repository.sources.get(path);
    // Tests of the public surface import it; the package's root entry gathers the entries of its folders.
    if (file === undefined || file.isTest || /(^|\/)index\.ts$/.test(path)) continue;
    for (const edge of edges) {
      const own = manifestOf(repository, path) === manifestOf(repository, edge.to);
      if (!own || !/(^|\/)index\.ts$/.test(edge.to)) continue;
      findings.push({
        severity: 'error',
        file: path,
        line: edge.import.line,
        rule: 'entry-import',
        message: `imports ${edge.import.specifier}, an entry of its own package`,
        cure: 'Import the file that declares the name.',
      });
    }
  }
  return findings;
}
