/**
 * `npm run tidy`: the repository checks itself. Prints errors with place, rule and cure; `-- --notes` lists the notes
 * (sizes worth a look) too. Arguments that are paths limit what is printed to findings below them.
 */
import { fileURLToPath } from 'node:url';
import { byPlace, formatFinding } from '../finding.ts';
import { readRepository } from '../repository.ts';
import { ALL_RULES } from '../rules/all-rules.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const flags = process.argv.slice(2);
const paths = flags.filter((flag) => !flag.startsWith('--'));

const repository = readRepository(root);
const findings = ALL_RULES.flatMap((rule) => rule(repository))
  .filter((one) => paths.length === 0 || paths.some((path) => one.file.startsWith(path)))
  .toSorted(byPlace);
const errors = findings.filter((one) => one.severity === 'error');
const notes = findings.filter((one) => one.severity === 'note');

for (const one of flags.includes('--notes') ? findings : errors)
  process.stdout.write(`${formatFinding(one)}\n`);
process.stdout.write(
  `tidy: ${repository.sources.size} sources, ${errors.length} errors, ${notes.length} notes${notes.length > 0 ? ' (--notes lists them)' : ''}\n`,
);
if (errors.length > 0) process.exitCode = 1;
