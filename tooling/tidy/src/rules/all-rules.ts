/** The rules in the order of their findings. */
import { arrows } from './arrows.ts';
import { bannedCalls } from './banned-calls.ts';
import { bannedSyntax } from './banned-syntax.ts';
import { catalogVersions } from './catalog-versions.ts';
import { deadFiles } from './dead-files.ts';
import { entryImports } from './entry-imports.ts';
import { equalTypeNames } from './equal-type-names.ts';
import { folderOrder } from './folder-order.ts';
import { importCycles } from './import-cycles.ts';
import { names } from './names.ts';
import type { Rule } from './rule.ts';
import { sizes } from './sizes.ts';
import { texts } from './texts.ts';

export const ALL_RULES: readonly Rule[] = [
  arrows,
  folderOrder,
  entryImports,
  importCycles,
  sizes,
  names,
  bannedCalls,
  bannedSyntax,
  catalogVersions,
  deadFiles,
  equalTypeNames,
  texts,
];
