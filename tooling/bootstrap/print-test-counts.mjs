/**
 * Prints "tests: N passed, N failed, N skipped" from a report of vitest's json reporter, the last line of `.ci/run`.
 * A test file that could not even be loaded counts as one failed test, and so does a report that is not there.
 */
import { existsSync, readFileSync } from 'node:fs';

function countsOf(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const unloaded = report.testResults.filter(
    (one) => one.status === 'failed' && one.assertionResults.length === 0,
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + unloaded.length;
  // Something outside every test may have failed too: an error that no test awaited.
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped,
  };
}

const { passed, failed, skipped } = countsOf(process.argv[2] ?? '');
process.stdout.write(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
if (failed > 0) process.exitCode = 1;
