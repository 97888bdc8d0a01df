/** Files and folders are named after what they hold, in kebab-case. */
import type { Finding } from '../finding.ts';
import { BANNED_WORDS, HISTORY_SUFFIX, KEBAB_CASE, PRESCRIBED } from '../laws/names.ts';
import type { Repository } from '../repository.ts';

export function names(repository: Repository): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const path of [...repository.sources.keys(), ...repository.texts.keys()]) {
    const parts = path.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const prefix = parts.slice(0, depth).join('/');
      if (seen.has(prefix)) continue;
      seen.add(prefix);
      const problem = problemOf(parts[depth - 1] ?? '');
      if (problem !== undefined)
        findings.push({ severity: 'error', file: prefix, line: 0, ...problem });
    }
  }
  return findings;
}

function problemOf(name: string): Pick<Finding, 'rule' | 'message' | 'cure'> | undefined {
  if (PRESCRIBED.test(name)) return undefined;
  const [stem = ''] = name.split('.');
  if (BANNED_WORDS.includes(stem)) {
    return {
      rule: 'empty-name',
      message: `"${stem}" says nothing`,
      cure: 'Name the concept; the bottom layer is core/base.',
    };
  }
  if (HISTORY_SUFFIX.test(stem)) {
    return {
      rule: 'history-name',
      message: `"${stem}" speaks of history`,
      cure: 'Keep one live version; git holds the others.',
    };
  }
  if (!KEBAB_CASE.test(name)) {
    return {
      rule: 'kebab-case',
      message: `"${name}" is not kebab-case`,
      cure: 'Rename it: words in lower case, joined by hyphens.',
    };
  }
  return undefined;
}
