/** Runs one suite: `tsx scripts/suite.ts unit`. Its last line is the verdict, its report goes to reports/. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import process from 'node:process';
import { readReport, reportPath, type Suite, SUITES } from './suite-report';
import { judgeSuite } from './verdict';

/** Folders that need more than Node and patience; whatever else stands under test/ is the unit suite. */
const FOLDERS = {
  simulation: ['test/simulation'],
  pages: ['test/static'],
  scenarios: ['test/scenarios', 'test/seams'],
  unit: [],
} as const satisfies Record<Suite, readonly string[]>;

const WORKERS = {
  unit: '--maxWorkers=2',
  simulation: '--maxWorkers=2',
  pages: '--runInBand',
  scenarios: '--runInBand',
};

/** Which files belong to the suite. A negated glob beside a positive one is not left out by jest 30. */
function filesOf(suite: Suite): readonly string[] {
  const tests = (folder: string) => `<rootDir>/${folder}/**/*.test.ts`;
  if (suite !== 'unit') return ['--testMatch', ...FOLDERS[suite].map(tests)];

  const others = Object.values(FOLDERS).flat();
  const ignored = others.map((folder) => `<rootDir>/${folder}/`);
  return ['--testMatch', tests('test'), '--testPathIgnorePatterns', ...ignored];
}

function runSuite(suite: Suite): boolean {
  mkdirSync('reports', { recursive: true });
  rmSync(reportPath(suite), { force: true });

  const run = spawnSync(
    'jest',
    [...['--ci', '--json', '--outputFile', reportPath(suite), WORKERS[suite]], ...filesOf(suite)],
    // With --json jest also prints the report on stdout; people read what it writes to stderr.
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const report = readReport(suite);
  if (report === undefined) {
    console.error(`${suite}: jest ended with exit code ${run.status} before any test ran.`);
    return false;
  }

  const { ok, line, remark } = judgeSuite(suite, report);
  if (remark !== '') console.error(remark);
  console.log(line);
  return ok && run.status === 0;
}

const suite = SUITES.find((name) => name === process.argv[2]);
if (suite === undefined) {
  console.error(`Which suite? One of: ${SUITES.join(', ')}.`);
  process.exit(1);
}
process.exit(runSuite(suite) ? 0 : 1);
