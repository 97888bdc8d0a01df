/** What no text of the repository may hold: paths of somebody's machine, promises to do it later, links that lead nowhere. */
import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import type { Repository } from '../repository.ts';

/** Homes and work folders; an example path in a document may start with /tmp, /var or /data. */
const MACHINE_PATH = /(?<![\w.~-])(\/(home|Users|root|work|workspace)\/[\w.-]+|[A-Z]:\\+Users\\+)/;
/** Spelled in two parts, so that this file does not report itself. */
const LATER = new RegExp(
  `\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b(?!\\s*\\(#\\d+\\))`,
);
const LINK = /\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;

export function texts(repository: Repository): readonly Finding[] {
  const all = [
    ...repository.texts,
    ...[...repository.sources.values()].map((file) => [file.path, file.text] as const),
  ];
  const known = knownPaths(all.map(([path]) => path));
  return all.flatMap(([path, text]) => [
    ...inLines(path, text),
    ...(path.endsWith('.md') ? brokenLinks(path, text, known) : []),
  ]);
}

function inLines(path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const machine = MACHINE_PATH.exec(line);
    const later = LATER.exec(line);
    const place = { severity: 'error', file: path, line: index + 1 } as const;
    if (machine !== null)
      findings.push({
        ...place,
        rule: 'machine-path',
        message: `${machine[0]} exists on one machine`,
        cure: 'Write a path relative to the repository.',
      });
    if (later !== null)
      findings.push({
        ...place,
        rule: 'later',
        message: `${later[0]} without an issue number`,
        cure: 'Do it, or write the issue: (#12).',
      });
  }
  return findings;
}

function brokenLinks(path: string, text: string, known: ReadonlySet<string>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(LINK)) {
    const target = (match[1] ?? '').split('#')[0] ?? '';
    if (target === '' || /^[a-z]+:/.test(target)) continue;
    const file = posix.join(posix.dirname(path), decodeURI(target)).replace(/\/$/, '');
    // The API pages are built, and what lies outside the repository is not ours to check.
    if (known.has(file) || file.startsWith('docs/api') || file.startsWith('..')) continue;
    const line = text.slice(0, match.index).split('\n').length;
    findings.push({
      severity: 'error',
      file: path,
      line,
      rule: 'broken-link',
      message: `${target} does not exist`,
      cure: 'Correct the link.',
    });
  }
  return findings;
}

/** The paths and all folders above them. */
function knownPaths(paths: readonly string[]): ReadonlySet<string> {
  const known = new Set<string>(['.']);
  for (const path of paths) {
    for (let prefix = path; prefix !== '.' && !known.has(prefix); prefix = posix.dirname(prefix))
      known.add(prefix);
  }
  return known;
}
