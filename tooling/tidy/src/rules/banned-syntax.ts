/** `throw new Error`, `export *`, default exports and re-exports outside entries: forms that have a better one here. */
import ts from 'typescript';
import type { Finding } from '../finding.ts';
import type { Repository } from '../repository.ts';
import { lineOf, walk, type SourceFile } from '../source-file.ts';

/** The bootstrap runs before anything of ours is there; configuration files are asked for a default export by their tools. */
const WITHOUT_OUR_ERRORS = /^(tooling|examples)\/|^packages\/[^/]+\/scripts\//;
const CONFIGURATION = /\.config\.(ts|mjs)$/;

export function bannedSyntax(repository: Repository): readonly Finding[] {
  return [...repository.sources.values()].flatMap(inFile);
}

type Problem = Pick<Finding, 'rule' | 'message' | 'cure'>;

function inFile(file: SourceFile): readonly Finding[] {
  const findings: Finding[] = [];
  walk(file.tree, (node) => {
    const problem = problemOf(file, node);
    if (problem !== undefined)
      findings.push({
        severity: 'error',
        file: file.path,
        line: lineOf(file.tree, node),
        ...problem,
      });
  });
  return findings;
}

function problemOf(file: SourceFile, node: ts.Node): Problem | undefined {
  if (ts.isThrowStatement(node)) return thrownError(file, node);
  if (ts.isExportDeclaration(node)) return exportFrom(file, node);
  const isDefault =
    ts.isExportAssignment(node) ||
    (ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.DefaultKeyword) === true);
  if (!isDefault || CONFIGURATION.test(file.path)) return undefined;
  return { rule: 'default-export', message: 'default export', cure: 'Export it by name.' };
}

function thrownError(file: SourceFile, node: ts.ThrowStatement): Problem | undefined {
  if (file.isTest || WITHOUT_OUR_ERRORS.test(file.path)) return undefined;
  const thrown = node.expression;
  if (
    !ts.isNewExpression(thrown) ||
    !/^(Error|TypeError|RangeError|SyntaxError)$/.test(thrown.expression.getText())
  )
    return undefined;
  return {
    rule: 'throw-error',
    message: `throw new ${thrown.expression.getText()}`,
    cure: 'Throw an AlopexError with kind and code (core/base/errors.ts), or assert when it is our own bug.',
  };
}

function exportFrom(file: SourceFile, node: ts.ExportDeclaration): Problem | undefined {
  if (node.moduleSpecifier === undefined) return undefined;
  if (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause)) {
    return { rule: 'export-all', message: 'export *', cure: 'List the names.' };
  }
  if (/(^|\/)index\.ts$/.test(file.path)) return undefined;
  return {
    rule: 're-export',
    message: 're-export outside an index.ts',
    cure: 'Let users import it from the file that declares it.',
  };
}
