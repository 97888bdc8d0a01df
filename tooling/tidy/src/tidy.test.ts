/** Each rule on a repository of a few lines: what it must find, and what it must leave alone. */
import { describe, expect, it } from 'vitest';
import type { Rule } from './rules/rule.ts';
import { arrows } from './rules/arrows.ts';
import { bannedCalls } from './rules/banned-calls.ts';
import { bannedSyntax } from './rules/banned-syntax.ts';
import { catalogVersions } from './rules/catalog-versions.ts';
import { deadFiles } from './rules/dead-files.ts';
import { entryImports } from './rules/entry-imports.ts';
import { equalTypeNames } from './rules/equal-type-names.ts';
import { folderOrder } from './rules/folder-order.ts';
import { importCycles } from './rules/import-cycles.ts';
import { names } from './rules/names.ts';
import { sizes } from './rules/sizes.ts';
import { texts } from './rules/texts.ts';
import { repositoryFrom } from './repository.ts';

/** Runs a rule over files given as text; answers "file:line rule". */
function found(rule: Rule, files: Readonly<Record<string, string>>): readonly string[] {
  return rule(repositoryFrom(Object.entries(files))).map(
    (one) => `${one.file}:${one.line} ${one.rule}`,
  );
}

const CORE = JSON.stringify({
  name: '@alopex-db/core',
  exports: {
    '.': { '@alopex-db/source': './src/index.ts' },
    './base': { '@alopex-db/source': './src/base/index.ts' },
  },
});
const SQL = JSON.stringify({
  name: '@alopex-db/sql',
  dependencies: { '@alopex-db/core': 'workspace:*' },
});
const WORKSPACE = { 'packages/core/package.json': CORE, 'packages/sql/package.json': SQL };
const line = (text: string, count: number): string => `${text}\n`.repeat(count);

describe('arrows', () => {
  it('accepts an entry of a lower package that the manifest declares', () => {
    expect(
      found(arrows, {
        ...WORKSPACE,
        'packages/sql/src/a.ts': "import { x } from '@alopex-db/core/base';",
      }),
    ).toEqual([]);
  });

  it('refuses an upper package', () => {
    const core = JSON.stringify({
      name: '@alopex-db/core',
      dependencies: { '@alopex-db/sql': 'workspace:*' },
    });
    const sql = JSON.stringify({ name: '@alopex-db/sql', exports: { '.': './src/index.ts' } });
    const files = { 'packages/core/package.json': core, 'packages/sql/package.json': sql };
    expect(
      found(arrows, { ...files, 'packages/core/src/a.ts': "\nimport '@alopex-db/sql';" }),
    ).toEqual(['packages/core/src/a.ts:2 arrows']);
  });

  it('refuses a file that is not an entry, by name and by relative path', () => {
    const source = "import '@alopex-db/core/lsm/tree';\nimport '../../core/src/base/errors.ts';";
    expect(found(arrows, { ...WORKSPACE, 'packages/sql/src/a.ts': source })).toEqual([
      'packages/sql/src/a.ts:1 deep-import',
      'packages/sql/src/a.ts:2 deep-import',
    ]);
  });

  it('refuses a library that the manifest does not declare, and one outside its home', () => {
    const sql = JSON.stringify({
      name: '@alopex-db/sql',
      dependencies: { chevrotain: 'catalog:' },
    });
    const source = "import 'left-pad';\nimport { CstParser } from 'chevrotain';";
    expect(
      found(arrows, { 'packages/sql/package.json': sql, 'packages/sql/src/plan/a.ts': source }),
    ).toEqual([
      'packages/sql/src/plan/a.ts:1 undeclared-dependency',
      'packages/sql/src/plan/a.ts:2 library-home',
    ]);
  });
});

describe('order and circles', () => {
  it('lets a folder of core import only folders above it, tests excepted', () => {
    const files = {
      'packages/core/src/wal/a.ts': "import '../base/b.ts';\nimport '../lsm/c.ts';",
      'packages/core/src/wal/a.test.ts': "import '../lsm/c.ts';",
      'packages/core/src/base/b.ts': '',
      'packages/core/src/lsm/c.ts': '',
    };
    expect(found(folderOrder, { ...WORKSPACE, ...files })).toEqual([
      'packages/core/src/wal/a.ts:2 folder-order',
    ]);
  });

  it('asks for a place in the order for a new folder of core', () => {
    expect(found(folderOrder, { 'packages/core/src/novelty/a.ts': '' })).toEqual([
      'packages/core/src/novelty:0 folder-order',
    ]);
  });

  it('reports a circle at run time', () => {
    const files = {
      'packages/sql/src/a.ts': "import './b.ts';",
      'packages/sql/src/b.ts': "import './a.ts';",
    };
    expect(found(importCycles, files)).toEqual(['packages/sql/src/a.ts:1 import-cycle']);
  });

  it('allows a circle of types within a folder but not across folders', () => {
    const within = {
      'packages/sql/src/a.ts': "import type { B } from './b.ts';",
      'packages/sql/src/b.ts': "import type { A } from './a.ts';",
    };
    const across = {
      'packages/sql/src/x/a.ts': "import type { B } from '../b.ts';",
      'packages/sql/src/b.ts': "import type { A } from './x/a.ts';",
    };
    expect(found(importCycles, within)).toEqual([]);
    expect(found(importCycles, across)).toEqual(['packages/sql/src/b.ts:1 import-cycle']);
  });

  it('refuses importing the entry of the own package', () => {
    const files = {
      'packages/core/src/base/index.ts': '',
      'packages/core/src/wal/a.ts': "import '../base/index.ts';",
    };
    expect(found(entryImports, { ...WORKSPACE, ...files })).toEqual([
      'packages/core/src/wal/a.ts:1 entry-import',
    ]);
  });
});

describe('sizes and names', () => {
  it('grades files and functions', () => {
    const files = {
      'a.ts': line('//', 601),
      'b.ts': line('//', 351),
      'c.ts': `function f() {\n${line('', 99)}}\n`,
      'd.ts': line('//', 350),
    };
    expect(found(sizes, files)).toEqual([
      'a.ts:0 file-size',
      'b.ts:0 file-size',
      'c.ts:1 function-size',
    ]);
  });

  it('refuses empty names, history in names, and camel case', () => {
    const files = {
      'src/utils/a.ts': '',
      'src/parser-v2.ts': '',
      'src/fooBar.ts': '',
      'src/fine-name.test.ts': '',
      'README.md': '',
    };
    expect(found(names, files)).toEqual([
      'src/utils:0 empty-name',
      'src/parser-v2.ts:0 history-name',
      'src/fooBar.ts:0 kebab-case',
    ]);
  });

  it('reports a published type name that a second package declares', () => {
    const files = {
      'packages/core/src/base/index.ts': "export type { Row } from './row.ts';",
      'packages/core/src/base/row.ts': 'export type Row = 1;\nexport type Inner = 1;',
      'packages/sql/src/row.ts': '\nexport interface Row {}\nexport interface Inner {}',
    };
    expect(found(equalTypeNames, files)).toEqual(['packages/sql/src/row.ts:2 equal-type-name']);
  });
});

describe('banned forms', () => {
  it('finds time, randomness, timers, process and node modules outside the adapters', () => {
    const source =
      "import 'node:fs';\nDate.now();\nnew Date();\nMath.random();\nsetTimeout(f);\nprocess.env;\nconsole.log(1);";
    const expected = [1, 2, 3, 4, 5, 6, 7].map((at) => `packages/sql/src/a.ts:${at} banned-call`);
    expect(found(bannedCalls, { 'packages/sql/src/a.ts': source })).toEqual(expected);
    expect(
      found(bannedCalls, {
        'packages/core/src/node/a.ts': source,
        'packages/sql/src/a.test.ts': source,
      }),
    ).toEqual([]);
  });

  it('leaves the words alone in comments, strings, dates with an argument, and names the file declares', () => {
    const source =
      "// Date.now()\nconst s = 'Math.random()';\nnew Date(5);\nfunction f(process) { process.next(); }";
    expect(found(bannedCalls, { 'packages/sql/src/a.ts': source })).toEqual([]);
  });

  it('finds thrown plain errors, export stars, default exports and re-exports outside entries', () => {
    const source =
      "throw new Error('x');\nexport * from './b.ts';\nexport default 1;\nexport { c } from './c.ts';";
    expect(found(bannedSyntax, { 'packages/sql/src/a.ts': source })).toEqual([
      'packages/sql/src/a.ts:1 throw-error',
      'packages/sql/src/a.ts:2 export-all',
      'packages/sql/src/a.ts:3 default-export',
      'packages/sql/src/a.ts:4 re-export',
    ]);
    expect(
      found(bannedSyntax, {
        'packages/sql/src/index.ts': "export { c } from './c.ts';",
        'vite.config.ts': 'export default 1;',
      }),
    ).toEqual([]);
  });
});

describe('manifests, reach and texts', () => {
  it('wants every version in the catalog', () => {
    const text = '{\n"dependencies": {\n"a": "catalog:",\n"b": "1.0.0" } }';
    expect(found(catalogVersions, { 'packages/sql/package.json': text })).toEqual([
      'packages/sql/package.json:4 catalog-version',
    ]);
  });

  it('finds files that neither an entry nor a script nor a test reaches', () => {
    const files = {
      'packages/core/package.json': JSON.stringify({
        exports: { '.': './src/index.ts' },
        bin: './dist/bin/run.js',
        scripts: { build: 'node make.mjs' },
      }),
      'packages/core/make.mjs': '',
      'packages/core/src/index.ts': "export { a } from './a.ts';",
      'packages/core/src/a.ts': "new Worker(new URL('./worker.ts', import.meta.url));",
      'packages/core/src/worker.ts': '',
      'packages/core/src/bin/run.ts': '',
      'packages/core/src/dead.ts': '',
      'packages/core/src/tested.ts': '',
      'packages/core/src/tested.test.ts': "import './tested.ts';",
    };
    expect(found(deadFiles, files)).toEqual([
      'packages/core/src/dead.ts:0 dead-file',
      'packages/core/src/tested.ts:0 dead-file',
    ]);
  });

  it('finds paths of one machine, postponed work and broken links', () => {
    const later = ['TO', 'DO'].join('');
    const home = ['', 'home', 'ann', 'x'].join('/');
    const files = {
      'a.md': `see ${home}\n[b](b.md) [c](docs/c.md#part) [d](https://example.org)`,
      'docs/c.md': `${later}: write\n${later} (#12): write`,
    };
    expect(found(texts, files)).toEqual([
      'a.md:1 machine-path',
      'a.md:2 broken-link',
      'docs/c.md:1 later',
    ]);
  });
});
