/**
 * The public surface of a package as text: every entry, every exported name with its declaration, comments left out. A
 * change of the surface then shows as a change of a file, and review sees it.
 *
 * Reads the declarations that the build wrote, because those are what users compile against. A name that several entries
 * export is spelled out in the first one.
 */
import { join } from 'node:path';
import ts from 'typescript';
import type { PublicPackage } from './public-packages.ts';

export function apiSnapshot(one: PublicPackage): string {
  const files = one.entries.map(([, types]) => join(one.folder, types));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
    skipLibCheck: true,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const spelledOut = new Map<ts.Symbol, string>();
  const lines = [
    `# Public surface of ${one.name}. Made by "npm run api -- --update"; do not edit.`,
  ];
  for (const [index, [entry]] of one.entries.entries()) {
    lines.push('', `## ${entry}`);
    const source = program.getSourceFile(files[index] ?? '');
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    const names = module === undefined ? [] : checker.getExportsOfModule(module);
    for (const name of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const symbol = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name;
      const where = spelledOut.get(symbol);
      if (where === undefined) {
        spelledOut.set(symbol, entry);
        lines.push('', ...declarationsOf(symbol, name.name));
      } else lines.push('', `${name.name}: as in ${where}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const printer = ts.createPrinter({ removeComments: true });

function declarationsOf(symbol: ts.Symbol, name: string): readonly string[] {
  const declarations = symbol.declarations ?? [];
  if (declarations.length === 0) return [`${name}: not found`];
  return declarations.flatMap((declaration) => {
    // `const x: T` is the declaration of a list in a statement; the statement is what reads well.
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer
      .printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile())
      .split('\n');
  });
}
