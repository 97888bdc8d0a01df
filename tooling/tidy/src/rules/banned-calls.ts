/** Time, randomness, timers, the process and Node's modules outside the adapters; tests are free. */
import ts from 'typescript';
import type { Finding } from '../finding.ts';
import { BANNED_CALLS, BANNED_GLOBALS, BANNED_OBJECTS, isAdapter } from '../laws/adapters.ts';
import type { Repository } from '../repository.ts';
import { lineOf, walk, type SourceFile } from '../source-file.ts';

export function bannedCalls(repository: Repository): readonly Finding[] {
  return [...repository.sources.values()]
    .filter((file) => !file.isTest && !isAdapter(file.path))
    .flatMap(inFile);
}

function inFile(file: SourceFile): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (line: number, what: string, cure: string): void => {
    findings.push({
      severity: 'error',
      file: file.path,
      line,
      rule: 'banned-call',
      message: `${what} outside the adapters`,
      cure,
    });
  };
  for (const one of file.imports) {
    if (one.specifier.startsWith('node:'))
      report(
        one.line,
        one.specifier,
        'Put it behind an interface and implement that in core/src/node.',
      );
  }
  const declared = declaredNames(file.tree);
  walk(file.tree, (node) => {
    const found = bannedUse(node, declared);
    if (found !== undefined) report(lineOf(file.tree, node), found[0], found[1]);
  });
  return findings;
}

/** What is used and the cure, or undefined. A name that the file itself declares is not the global one. */
function bannedUse(
  node: ts.Node,
  declared: ReadonlySet<string>,
): readonly [string, string] | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const object = node.expression.text;
    if (declared.has(object)) return undefined;
    const name = `${object}.${node.name.text}`;
    const cure = BANNED_CALLS[name] ?? ownValue(BANNED_OBJECTS, object);
    return cure === undefined ? undefined : [name, cure];
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const name = node.expression.text;
    const cure = declared.has(name) ? undefined : ownValue(BANNED_GLOBALS, name);
    return cure === undefined ? undefined : [`${name}()`, cure];
  }
  const isDate = ts.isNewExpression(node) && node.expression.getText() === 'Date';
  if (isDate && (node.arguments?.length ?? 0) === 0)
    return ['new Date()', 'Take a Clock (core/base/clock.ts) as an argument.'];
  return undefined;
}

function ownValue(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function declaredNames(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isImportSpecifier(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name))
      names.add(node.name.text);
  });
  return names;
}
