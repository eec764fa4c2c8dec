/**
 * `npm run simulate` runs the suite. `npm run simulate -- --seeds 200000 --from 1` searches that many
 * seeds on all cores; `--off <protection>` switches one off, `--trace` prints whole stories.
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

async function main(): Promise<number> {
  return values.seeds === undefined ? runSuite() : search(Number(values.seeds));
}

void main().then((code) => {
  process.exitCode = code;
});
