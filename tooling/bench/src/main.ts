/**
 * `npm run bench [-- kv|sql|vector] [--rows N] [--json FILE]`: ratios against the peers in one run on this machine.
 * Build first: our side runs as users install it, from `dist`.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { kvWorkloads } from './kv.ts';
import { runWorkload } from './measure.ts';
import { resultJson, resultText } from './report.ts';
import { removeScratch } from './scratch.ts';
import { sqlWorkloads } from './sql.ts';
import { vectorWorkloads } from './vector.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    json: { type: 'string' },
    only: { type: 'string' },
  },
});
const rows = Number(values.rows);
const groups = { kv: kvWorkloads(rows), sql: sqlWorkloads(rows), vector: vectorWorkloads() };
const chosen = Object.entries(groups).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);
const results: object[] = [];
console.log(
  `${cpus().length} cores of ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}\n`,
);
try {
  for (const workload of chosen.flatMap(([, workloads]) => workloads)) {
    if (values.only !== undefined && !workload.name.includes(values.only)) continue;
    const result = await runWorkload(workload);
    console.log(resultText(result));
    results.push(resultJson(result));
  }
} finally {
  removeScratch();
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
