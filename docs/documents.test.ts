/**
 * Documents keep their word: every TypeScript block compiles and runs, every relative link leads somewhere. Blocks are laid
 * into a folder of the embedded package, whose dependencies they name.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const snippetFolder = join(root, 'packages/embedded/.snippets');
const scratch = mkdtempSync(join(tmpdir(), 'alopex-documents-'));

interface Snippet {
  /** `docs/getting-started.md:22` */
  readonly place: string;
  readonly path: string;
}

const documents = findDocuments(root);
const snippets = documents.flatMap(extractSnippets);

beforeAll(() => {
  mkdirSync(snippetFolder, { recursive: true });
  const config = {
    extends: '../../../tooling/tsconfig/base.json',
    compilerOptions: { noEmit: true, composite: false, declaration: false, declarationMap: false },
    include: ['*.ts'],
  };
  writeFileSync(join(snippetFolder, 'tsconfig.json'), JSON.stringify(config));
});

afterAll(() => {
  rmSync(snippetFolder, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
});

test('every TypeScript block of the documents compiles', async () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  // The compiler's exit code says no more than its output does.
  const printed = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, '-p', snippetFolder], (_error, stdout) =>
      resolve(stdout),
    );
  });
  expect(printed).toBe('');
}, 60_000);

test.each(snippets)(
  'the block at $place runs',
  async ({ path }) => {
    const cwd = mkdtempSync(join(scratch, 'run-'));
    await run(process.execPath, ['--conditions=@alopex-db/source', path], { cwd });
  },
  60_000,
);

test.each(documents.map((path) => relative(root, path)))(
  'the links of %s lead somewhere',
  (path) => {
    const broken = linksOf(join(root, path)).filter(
      (target) => !existsSync(resolve(root, dirname(path), target)),
    );
    expect(broken).toEqual([]);
  },
);

function findDocuments(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const skipped =
        entry.name.startsWith('.') || ['node_modules', 'dist', 'api'].includes(entry.name);
      return skipped ? [] : findDocuments(path);
    }
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : [];
  });
}

function extractSnippets(document: string): Snippet[] {
  const text = readFileSync(document, 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, index) => {
    const line = text.slice(0, match.index).split('\n').length;
    const name = `${relative(root, document).replaceAll(/[^a-z0-9]+/gi, '-')}-${index + 1}.ts`;
    mkdirSync(snippetFolder, { recursive: true });
    writeFileSync(join(snippetFolder, name), `${match[1]!}\nexport {};\n`);
    return { place: `${relative(root, document)}:${line}`, path: join(snippetFolder, name) };
  });
}

/** Targets of relative links, without anchors; code is not searched. */
function linksOf(document: string): string[] {
  const text = readFileSync(document, 'utf8').replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!.split('#')[0]!)
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}
