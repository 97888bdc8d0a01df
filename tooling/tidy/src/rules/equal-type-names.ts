/**
 * A type name that one package publishes and another one declares too: either the same type twice, or two things that a
 * reader will confuse. Names that both keep to themselves are nobody's business.
 */
import ts from 'typescript';
import type { Finding } from '../finding.ts';
import { PACKAGES } from '../laws/arrows.ts';
import type { Repository } from '../repository.ts';
import { lineOf, walk, type SourceFile } from '../source-file.ts';

interface Declaration {
  readonly folder: string;
  readonly file: string;
  readonly line: number;
  readonly published: boolean;
}

export function equalTypeNames(repository: Repository): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, declarations] of typeDeclarations(repository)) {
    // Lower packages stand first in the table of arrows: theirs is the original.
    const [original, ...others] = declarations.toSorted((a, b) => levelOf(a) - levelOf(b));
    if (original === undefined || !declarations.some((one) => one.published)) continue;
    for (const other of others) {
      if (other.folder === original.folder) continue;
      findings.push({
        severity: 'error',
        file: other.file,
        line: other.line,
        rule: 'equal-type-name',
        message: `${name} is also exported by ${original.file}:${original.line}`,
        cure: 'Import that one, or give this one the name of what it is.',
      });
    }
  }
  return findings;
}

function levelOf(declaration: Declaration): number {
  return PACKAGES.findIndex((law) => law.folder === declaration.folder);
}

function typeDeclarations(repository: Repository): ReadonlyMap<string, readonly Declaration[]> {
  const published = publishedNames(repository);
  const found = new Map<string, Declaration[]>();
  for (const file of repository.sources.values()) {
    const folder = packageFolder(file);
    if (folder === undefined || file.isTest || NAMED_BY_GRAMMAR.test(file.path)) continue;
    for (const [name, line] of exportedTypes(file)) {
      const one = { folder, file: file.path, line, published: published.has(`${folder} ${name}`) };
      found.set(name, [...(found.get(name) ?? []), one]);
    }
  }
  return found;
}

/** Nodes of the syntax tree are named after the grammar, whatever their bound counterparts are called. */
const NAMED_BY_GRAMMAR = /^packages\/sql\/src\/ast\//;

/** "folder name" for every name that an `index.ts` of a package lists. */
function publishedNames(repository: Repository): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of repository.sources.values()) {
    const folder = packageFolder(file);
    if (folder === undefined || !file.path.endsWith('/index.ts')) continue;
    walk(file.tree, (node) => {
      if (ts.isExportSpecifier(node)) names.add(`${folder} ${node.name.text}`);
    });
  }
  return names;
}

function packageFolder(file: SourceFile): string | undefined {
  return PACKAGES.find((law) => file.path.startsWith(`${law.folder}/src/`))?.folder;
}

function exportedTypes(file: SourceFile): readonly (readonly [name: string, line: number])[] {
  return file.tree.statements.flatMap((statement) => {
    const isType =
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isClassDeclaration(statement);
    if (!isType || statement.name === undefined) return [];
    const exported =
      ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) === true;
    return exported ? [[statement.name.text, lineOf(file.tree, statement)] as const] : [];
  });
}
