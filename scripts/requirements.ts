/** Prints, per milestone, which requirements a passing test proves, from the last run of each suite. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { describeProof, parseRequirements, proveRequirements, type TestResult } from './proof';
import { readReport, type Suite, type SuiteReport, SUITES } from './suite-report';

function runSuite(suite: Suite): SuiteReport {
  console.error(`${suite} has not run yet; running it now.`);
  // The suite's own words go to stderr, so that the list alone is on stdout.
  spawnSync('tsx', ['scripts/suite.ts', suite], { stdio: ['ignore', 2, 2] });
  const report = readReport(suite);
  if (report === undefined) throw new Error(`${suite} left no report under reports/.`);
  return report;
}

const resultsOf = (report: SuiteReport): readonly TestResult[] =>
  report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, status }) => ({ title, passed: status === 'passed' })),
  );

const requirements = parseRequirements(readFileSync('test/requirements.csv', 'utf8'));
const results = SUITES.map((suite) => readReport(suite) ?? runSuite(suite)).flatMap(resultsOf);
const { proven, unknown } = proveRequirements(requirements, results);

console.log(describeProof(requirements, proven).join('\n'));
if (unknown.length > 0) {
  console.error(
    `Tests carry numbers that test/requirements.csv does not have: ${unknown.join(', ')}.`,
  );
  process.exit(1);
}
