/** Within `core`, a folder imports only folders above it in the order of ARCHITECTURE.md. */
import type { Finding } from '../finding.ts';
import { CORE_FOLDERS } from '../laws/folder-order.ts';
import { moduleGraph } from '../module-graph.ts';
import type { Repository } from '../repository.ts';

const CORE = 'packages/core/src/';

export function folderOrder(repository: Repository): readonly Finding[] {
  const findings: Finding[] = [];
  const unknown = new Set<string>();
  for (const [path, edges] of moduleGraph(repository)) {
    const from = coreFolderOf(path);
    if (from === undefined) continue;
    const place = CORE_FOLDERS.indexOf(from);
    if (place < 0) unknown.add(from);
    // Tests may look down: the tests of a contract run its implementations.
    if (place < 0 || /\.(test|test-d)\.ts$/.test(path)) continue;
    for (const edge of edges) {
      const to = coreFolderOf(edge.to);
      if (to === undefined || CORE_FOLDERS.indexOf(to) <= place) continue;
      // The entry of a folder lists the names of its nested folders too.
      if (path.endsWith('/index.ts') && to.startsWith(`${from}/`)) continue;
      findings.push({
        severity: 'error',
        file: path,
        line: edge.import.line,
        rule: 'folder-order',
        message: `${from} stands above ${to} and may not import it`,
        cure: 'Move the shared concept up, or hand it in as an argument.',
      });
    }
  }
  for (const folder of unknown) {
    findings.push({
      severity: 'error',
      file: CORE + folder,
      line: 0,
      rule: 'folder-order',
      message: 'this folder has no place in the order of core',
      cure: 'Give it one in tooling/tidy/src/laws/folder-order.ts and in ARCHITECTURE.md.',
    });
  }
  return findings;
}

/** `lsm/compaction` for `packages/core/src/lsm/compaction/job.ts`; undefined for files outside, and for the package's entry. */
function coreFolderOf(path: string): string | undefined {
  if (!path.startsWith(CORE)) return undefined;
  const parts = path.slice(CORE.length).split('/').slice(0, -1);
  if (parts.length === 0) return undefined;
  // Folders that are not listed themselves belong to the nearest listed one above them.
  for (let length = parts.length; length > 0; length -= 1) {
    const folder = parts.slice(0, length).join('/');
    if (CORE_FOLDERS.includes(folder)) return folder;
  }
  return parts.join('/');
}
