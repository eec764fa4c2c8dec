/**
 * Simulates many seeds: `--seeds 1000 --from 1`. `--off host-fence` switches a protection off, `--first`
 * stops at the first violation, `--trace` prints a violation's whole story instead of its end, `--json`
 * prints a summary for programs, `--protections` lists them, `--bite host-fence` searches for a seed
 * that misses it, `--teeth` replays the recorded one of each protection. Exit code 3: a
 * violation was found, or a protection that nothing misses.
 */
import { hash } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PROTECTIONS } from './protections';
import type { Protection } from './protections';
import { bite } from './bite';
import type { Bite, Summary } from './search-summary';
import { describeRun, simulate } from './simulate';
import { TEETH } from './teeth';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    off: { type: 'string' },
    protections: { type: 'boolean', default: false },
    bite: { type: 'string' },
    teeth: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function protectionNamed(name: string | undefined): Protection | null {
  if (name === undefined) return null;
  const known = PROTECTIONS.find((protection) => protection === name);
  if (known === undefined) {
    throw new Error(`There is no protection ${name}; one of: ${PROTECTIONS.join(', ')}.`);
  }
  return known;
}

/** Not 1: a program that breaks ends with that. */
const FOUND = 3;

async function search(off: Protection | null, from: number, seeds: number): Promise<Summary> {
  const counts = new Map<string, number>();
  const violations: Summary['violations'] = [];
  const digests: string[] = [];
  const began = performance.now();
  const cpuBefore = process.cpuUsage().user;
  let steps = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await simulate(seed, off);
    steps += run.steps;
    digests.push(run.traceDigest);
    for (const [what, count] of run.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (!run.violation) continue;
    const story = describeRun(run, values.trace ? Infinity : undefined);
    violations.push({ seed, ...run.violation, story });
    if (!values.json) console.log(story);
    if (values.first) break;
  }
  return {
    from,
    seeds: digests.length,
    steps,
    seconds: (performance.now() - began) / 1_000,
    cpuSeconds: (process.cpuUsage().user - cpuBefore) / 1e6,
    heapMegabytes: process.memoryUsage().heapUsed / 1e6,
    digest: hash('sha256', digests.join('\n')),
    counts: Object.fromEntries(counts),
    violations,
  };
}

function print({ from, seeds, steps, seconds, cpuSeconds, counts, violations }: Summary): void {
  const rows = Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [what, count] of rows) console.log(`${String(count).padStart(9)} ${what}`);
  console.log(
    `${seeds} seeds from ${from}: ${violations.length} violations, ${Math.round(steps / seeds)} steps a seed, ` +
      `${(seeds / seconds).toFixed(1)} seeds/s by the clock, ${(seeds / cpuSeconds).toFixed(1)} seeds per second of processor time.`,
  );
}

/** Within so many seeds a protection has to be missed. */
const SEEDS_TRIED = 10_000;

/** The recorded seed; where the product has changed and it misses nothing any more, all from the first on. */
async function replayTooth(protection: Protection): Promise<Bite> {
  const recorded = await bite(protection, TEETH[protection].seed, 1);
  return recorded.found ? recorded : bite(protection, 1, SEEDS_TRIED);
}

async function replayTeeth(): Promise<void> {
  const bites: Bite[] = [];
  for (const protection of PROTECTIONS) bites.push(await replayTooth(protection));
  console.log(JSON.stringify(bites));
}

/** A line of the table. */
const rowOf = ({ protection, found, cpuSeconds }: Bite): string =>
  [
    protection.padEnd(16),
    String(found?.seed ?? '-').padEnd(7),
    (found?.invariant ?? 'none').padEnd(10),
    cpuSeconds.toFixed(1).padStart(7),
    ` ${found?.clean === false ? 'breaks with it as well: ' : ''}${found?.sentence ?? ''}`,
  ].join(' ');

async function main(): Promise<void> {
  if (values.protections) {
    console.log(PROTECTIONS.join('\n'));
    return;
  }
  if (values.teeth) return replayTeeth();
  const without = protectionNamed(values.bite);
  if (without) {
    const found = await bite(without, Number(values.from), Number(values.seeds));
    console.log(rowOf(found));
    process.exitCode = found.found?.clean === true ? 0 : FOUND;
    return;
  }
  const off = protectionNamed(values.off);
  const summary = await search(off, Number(values.from), Number(values.seeds));
  if (values.json) console.log(JSON.stringify(summary));
  else print(summary);
  process.exitCode = summary.violations.length > 0 ? FOUND : 0;
}

void main();
