/** Files, functions and folders that have grown beyond what one reads in one go. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { Finding, Severity } from '../finding.ts';
import { SIZES } from '../laws/sizes.ts';
import type { Repository } from '../repository.ts';
import { lineOf, walk, type SourceFile } from '../source-file.ts';

export function sizes(repository: Repository): readonly Finding[] {
  const findings: Finding[] = [];
  const filesIn = new Map<string, number>();
  for (const file of repository.sources.values()) {
    const severity = grade(file.lineCount, SIZES.fileLines);
    if (severity !== undefined) {
      findings.push({
        severity,
        file: file.path,
        line: 0,
        rule: 'file-size',
        message: `${file.lineCount} lines; at most ${SIZES.fileLines.error}, better ${SIZES.fileLines.note}`,
        cure: 'Split it by concept, not by length.',
      });
    }
    // A describe block is a chapter, not a function.
    if (file.isTest) continue;
    findings.push(...longFunctions(file));
    const folder = posix.dirname(file.path);
    filesIn.set(folder, (filesIn.get(folder) ?? 0) + 1);
  }
  for (const [folder, count] of filesIn) {
    if (count <= SIZES.folderFiles.note) continue;
    findings.push({
      severity: 'note',
      file: folder,
      line: 0,
      rule: 'folder-size',
      message: `${count} files; better ${SIZES.folderFiles.note}, unless each is one of a kind`,
      cure: 'Look for a concept that deserves its own folder.',
    });
  }
  return findings;
}

function longFunctions(file: SourceFile): readonly Finding[] {
  const findings: Finding[] = [];
  walk(file.tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const start = lineOf(file.tree, node);
    const lines = file.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - start;
    const severity = grade(lines, SIZES.functionLines);
    if (severity === undefined) return;
    findings.push({
      severity,
      file: file.path,
      line: start,
      rule: 'function-size',
      message: `${nameOf(node)} has ${lines} lines; at most ${SIZES.functionLines.error}, better ${SIZES.functionLines.note}`,
      cure: 'Name its steps as functions; keep the control flow here and the loops below.',
    });
  });
  return findings;
}

function grade(
  size: number,
  limits: { readonly note: number; readonly error: number },
): Severity | undefined {
  if (size > limits.error) return 'error';
  return size > limits.note ? 'note' : undefined;
}

function nameOf(node: ts.SignatureDeclaration): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return (
    named?.getText() ?? (ts.isConstructorDeclaration(node) ? 'the constructor' : 'this function')
  );
}
