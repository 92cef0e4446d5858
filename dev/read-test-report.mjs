/**
 * Reads Vitest's JSON report for CI: prints `<passed> <failed>`, and writes to a file which tests failed and why.
 *
 *   node dev/read-test-report.mjs <report> <details>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import process from 'node:process';

/** Of each message: the first lines say what was expected, what was had, and where. */
const LINES_MAX = 25;

const [report, details] = process.argv.slice(2);
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));

const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  const file = relative(process.cwd(), name);
  // A file that could not even be read in, or whose hooks failed, has no failed test but its own message.
  if (failed.length === 0 && status === 'failed') return [describe(file, message)];
  return failed.map(({ fullName, failureMessages }) =>
    describe(`${file} > ${fullName}`, failureMessages.join('\n')),
  );
});
writeFileSync(details, failures.join(''));
console.log(numPassedTests, numFailedTests);

function describe(title, message) {
  const lines = message.split('\n').slice(0, LINES_MAX);
  return `\nFAILED ${title}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}
