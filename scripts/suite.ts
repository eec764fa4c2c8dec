/**
 * Runs suites: `tsx scripts/suite.ts unit`. Each ends with its verdict, its report goes to reports/.
 * Several run side by side: `tsx scripts/suite.ts servers pages`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import process from 'node:process';
import { readReport, reportPath, type Suite, SUITES } from './suite-report';
import { judgeSuite } from './verdict';

/** What needs more than Node and patience, by path; whatever else stands under test/ is the unit suite. */
const PATHS = {
  simulation: ['test/simulation/'],
  // What is done a thousand times, for a month, or on thousands of hosts.
  volumes: ['test/agent/verify-audit/tampering\\.', 'test/app/(acts|claim-race|poll-cost)\\.'],
  // An agent that is cut off, and one that is killed, at every point.
  matrices: ['test/matrix/'],
  // Real databases, hosts and processes.
  servers: [
    'test/agent/(sql|host)/',
    'test/agent/(command-line|installation)\\.',
    'test/conformance/(database|host|transports)\\.',
    'test/demo/',
    'test/local/(start|host|conformance)\\.',
    'test/local/services/queue\\.',
  ],
  pages: ['test/static/'],
  scenarios: ['test/scenarios/'],
  // What is measured against a clock, and so has the machine for itself.
  figures: ['test/figures/'],
  unit: [],
} as const satisfies Record<Suite, readonly string[]>;

const WORKERS = {
  unit: '--maxWorkers=2',
  simulation: '--maxWorkers=2',
  volumes: '--maxWorkers=2',
  // Each plays many stories at once already.
  matrices: '--runInBand',
  servers: '--maxWorkers=3',
  pages: '--maxWorkers=2',
  // These wait more than they work: for processes, leases and polls.
  scenarios: '--maxWorkers=3',
  figures: '--runInBand',
};

/** Which files belong to the suite, as jest is asked for them. */
function filesOf(suite: Suite): readonly string[] {
  return suite === 'unit'
    ? ['--testPathIgnorePatterns', '/node_modules/', ...Object.values(PATHS).flat()]
    : ['--testPathPatterns', ...PATHS[suite]];
}

async function runSuite(suite: Suite): Promise<boolean> {
  mkdirSync('reports', { recursive: true });
  rmSync(reportPath(suite), { force: true });

  const status = await runJest([
    ...['--ci', '--json', '--outputFile', reportPath(suite), WORKERS[suite]],
    ...filesOf(suite),
  ]);
  const report = readReport(suite);
  if (report === undefined) {
    console.error(`${suite}: jest ended with exit code ${status} before any test ran.`);
    return false;
  }

  const { ok, line, remark } = judgeSuite(suite, report);
  if (remark !== '') console.error(remark);
  console.log(line);
  return ok && status === 0;
}

/** With --json jest also prints the report on stdout; people read what it writes to stderr. */
function runJest(words: readonly string[]): Promise<number | null> {
  const jest = spawn('jest', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('close', resolve);
  });
}

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const suites = SUITES.filter((suite) => names.includes(suite));
  if (suites.length === 0 || suites.length !== names.length) {
    console.error(`Which suites? Of these: ${SUITES.join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  const passed = await Promise.all(suites.map(runSuite));
  process.exitCode = passed.includes(false) ? 1 : 0;
}

void main();
