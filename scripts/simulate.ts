/**
 * `npm run simulate` runs the suite. `npm run simulate -- --seeds 200000 --from 1` searches that many
 * seeds on all cores; `--off <protection>` switches one off, `--trace` prints whole stories.
 * `npm run simulate -- --teeth` switches off each protection in turn, searches up to 10,000 seeds from the
 * first on for one that misses it, and prints the table.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';

const SEARCH = 'test/simulation/search.ts';

/** Plain JavaScript: compiled once it runs half as fast again as compiled on the way. */
const BUILT = '.cache/simulation/search.cjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    off: { type: 'string' },
    trace: { type: 'boolean', default: false },
    teeth: { type: 'boolean', default: false },
    cores: { type: 'string', default: String(availableParallelism()) },
  },
});

function runSuite(): number {
  const { status } = spawnSync('tsx', ['scripts/suite.ts', 'simulation'], { stdio: 'inherit' });
  return status ?? 1;
}

function build(): boolean {
  mkdirSync('.cache/simulation', { recursive: true });
  const options = ['--bundle', '--platform=node', '--target=node24', '--format=cjs'];
  const words = [SEARCH, ...options, '--log-level=warning', `--outfile=${BUILT}`];
  return spawnSync('esbuild', words, { stdio: 'inherit' }).status === 0;
}

/** One process per core, each with its part of the seeds. */
async function search(seeds: number): Promise<number> {
  if (!build()) return 1;
  const cores = Math.min(Number(values.cores), seeds);
  const part = Math.ceil(seeds / cores);
  const ends = Array.from({ length: cores }, async (_, core) => {
    const from = Number(values.from) + core * part;
    const count = Math.min(part, seeds - core * part);
    return count > 0 ? searchPart(from, count) : Promise.resolve(0);
  });
  return Math.max(...(await Promise.all(ends)));
}

function searchPart(from: number, seeds: number): Promise<number> {
  const words = [BUILT, '--seeds', String(seeds), '--from', String(from)];
  if (values.off !== undefined) words.push('--off', values.off);
  if (values.trace) words.push('--trace');
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Within so many seeds each protection has to be missed. */
const TEETH_SEEDS = 10_000;

/** Each core takes the next protection, until all have been tried. */
async function searchTeeth(): Promise<number> {
  if (!build()) return 1;
  const names = (await searchFor(['--protections'])).output.trim().split('\n');
  const rows = new Map<string, string>();
  const left = [...names];
  let missed = 0;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { output, code } = await searchFor(['--bite', next, '--seeds', String(TEETH_SEEDS)]);
      rows.set(next, output);
      if (code === 0) missed += 1;
    }
  };
  await Promise.all(Array.from({ length: Number(values.cores) }, work));
  console.log('protection       seed    invariant  seconds  what breaks');
  for (const name of names) process.stdout.write(rows.get(name) ?? '');
  console.log(`${missed} of ${names.length} protections are missed when they are off.`);
  return missed === names.length ? 0 : 1;
}

function searchFor(words: readonly string[]): Promise<{ output: string; code: number }> {
  const child = spawn(process.execPath, [BUILT, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ output, code: code ?? 1 }));
  });
}

async function main(): Promise<number> {
  if (values.teeth) return searchTeeth();
  return values.seeds === undefined ? runSuite() : search(Number(values.seeds));
}

void main().then((code) => {
  process.exitCode = code;
});
