/** One parsed source file with the facts that several rules ask for. Built once per run. */
import ts from 'typescript';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `export ... from` instead of `import ... from`. */
  readonly reexport: boolean;
  /** Gone after type stripping: `import type`, `export type`, `import('x').Name` in a type. */
  readonly typeOnly: boolean;
  /** Inside a function: `import('x')`, or a worker or asset named by `new URL('./x', import.meta.url)`. */
  readonly dynamic: boolean;
}

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
  readonly isTest: boolean;
}

export function parseSourceFile(path: string, text: string): SourceFile {
  const kind = path.endsWith('.ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, kind);
  const lineCount = text.length === 0 ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { path, text, lineCount, tree, imports: importsOf(tree), isTest: isTestPath(path) };
}

/** Tests, their type tests and whatever stands in a package's test or bench folder. */
export function isTestPath(path: string): boolean {
  return /\.(test|test-d)\.ts$/.test(path) || /(^|\/)(test|bench)\//.test(path);
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Calls `visit` for every node below `node`, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    visit(child);
    walk(child, visit);
  });
}

function importsOf(tree: ts.SourceFile): readonly Import[] {
  const imports: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, form: Partial<Import>): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const plain = { reexport: false, typeOnly: false, dynamic: false };
    imports.push({ specifier: specifier.text, line: lineOf(tree, node), ...plain, ...form });
  };
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      add(node, node.moduleSpecifier, { typeOnly });
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, { reexport: true, typeOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, { typeOnly: true });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], { dynamic: true });
    } else if (ts.isNewExpression(node) && isModuleUrl(node)) {
      add(node, node.arguments?.[0], { dynamic: true });
    }
  });
  return imports;
}

/** `new URL('./worker.ts', import.meta.url)`, the portable way to name a worker script. */
function isModuleUrl(node: ts.NewExpression): boolean {
  const [file, base] = node.arguments ?? [];
  if (node.expression.getText() !== 'URL' || base?.getText() !== 'import.meta.url') return false;
  return (
    file !== undefined && ts.isStringLiteralLike(file) && /^\..*\.(ts|mjs|js)$/.test(file.text)
  );
}
