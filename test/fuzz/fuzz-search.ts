/**
 * `npm run fuzz`: 200,000 inputs for the agent's trigger in process and 2,000 at its address in Local Jira;
 * `-- --inputs 20000` as many in process and one in a hundred over HTTP.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { FuzzRow } from './fuzz-row';
import { fuzzInProcess } from './in-process';
import { fuzzOverHttp } from './over-http';

const [LEAST, MOST] = [1_000, 10_000_000];
const HTTP_EVERY = 100;
/** A minute takes 5,000 calls of a trigger. Source: platform-quotas-and-limits, Invocation limits. */
const HTTP_MOST = 4_000;
const FINDINGS_SHOWN = 10;

/** The amount of inputs, or what is wrong with the words of the command. */
function readInputs(words: readonly string[]): number | string {
  const limits = `a whole number from ${LEAST} to ${MOST}`;
  const usage = `npm run fuzz takes --inputs and ${limits}, for example: npm run fuzz -- --inputs 20000`;
  try {
    const options = { inputs: { type: 'string', default: '200000' } } as const;
    const { inputs } = parseArgs({ args: [...words], options }).values;
    const count = /^\d{1,9}$/.test(inputs) ? Number(inputs) : 0;
    return count >= LEAST && count <= MOST
      ? count
      : `--inputs is "${inputs}"; it must be ${limits}.`;
  } catch {
    return `${usage}.`;
  }
}

function print({ kind, inputs, answers, findings }: FuzzRow): void {
  const told = Object.entries(answers).map(([status, times]) => `${status} × ${times}`);
  console.log(`${String(inputs).padStart(8)}  ${kind}: ${told.join(', ')}`);
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) console.error(finding.slice(0, 2_000));
}

async function main(): Promise<number> {
  const inputs = readInputs(process.argv.slice(2));
  if (typeof inputs === 'string') {
    console.error(inputs);
    return 64;
  }
  // Local Jira serves the built pages.
  const built = spawnSync('npm', ['run', '--silent', 'pages'], { stdio: 'inherit' });
  if (built.status !== 0) return 1;
  const began = Date.now();
  const overHttp = Math.min(HTTP_MOST, Math.round(inputs / HTTP_EVERY));
  const rows = [...(await fuzzInProcess(inputs)), ...(await fuzzOverHttp(overHttp))];
  for (const row of rows) print(row);
  const sum = (of: (row: FuzzRow) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const failed = sum(({ findings }) => findings.length);
  const passed = sum((row) => row.inputs) - failed;
  console.log(`fuzz of the web trigger "agent" in ${((Date.now() - began) / 1_000).toFixed(0)} s:`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});
