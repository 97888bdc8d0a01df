/**
 * `npm run soak:simulate [-- --rounds N | --minutes M] [--seed S] [--steps K]`: the simulation, seed after seed, until it has done
 * what was asked for or a law is broken. Tells seeds per minute, operations, and how often each fault was met; one that was never met
 * fails the soak, because then nothing was proven about it.
 */
import { parseArgs } from 'node:util';
import { AlopexError } from '../../src/base/errors.ts';
import { systemRandom } from '../../src/node/system-random.ts';
import { simulate, type SimulationReport } from '../simulation/simulation.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    steps: { type: 'string', default: '400' },
  },
});

const firstSeed = Number(values.seed ?? systemRandom.nextUint32() % 1_000_000);
const steps = Number(values.steps);
const begin = performance.now();
const endMs = values.minutes === undefined ? Infinity : Number(values.minutes) * 60_000;
const rounds = values.minutes === undefined ? Number(values.rounds) : Infinity;
const reports: SimulationReport[] = [];

while (reports.length < rounds && performance.now() - begin < endMs) {
  const seed = firstSeed + reports.length;
  try {
    reports.push(await simulate(seed, steps));
  } catch (error) {
    const trace = error instanceof AlopexError ? (error.detail ?? '') : '';
    process.stderr.write(`${trace}\n${String(error instanceof Error ? error.stack : error)}\n`);
    process.stderr.write(`seed ${seed} fails; again: --seed ${seed} --rounds 1 --steps ${steps}\n`);
    process.exit(1);
  }
}

const minutes = (performance.now() - begin) / 60_000;
const total = (of: (report: SimulationReport) => number): number =>
  reports.reduce((sum, report) => sum + of(report), 0);
process.stdout.write(
  `${reports.length} seeds from ${firstSeed}, ${(reports.length / minutes).toFixed(0)} a minute; ` +
    `${total((report) => report.operations)} operations, ${total((report) => report.commits)} commits\n`,
);
let unmet = 0;
for (const fault of Object.keys(reports[0]?.faults ?? {}) as (keyof SimulationReport['faults'])[]) {
  const count = total((report) => report.faults[fault]);
  process.stdout.write(`  ${fault}: ${count}\n`);
  if (count === 0) unmet += 1;
}
if (unmet > 0) {
  process.stderr.write(`${unmet} kinds of faults were never met: nothing is proven about them\n`);
  process.exit(1);
}
