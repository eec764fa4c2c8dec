/**
 * Simulates many seeds: `--seeds 1000 --from 1`. `--off host-fence` switches a protection off; `--trace`
 * prints all of a violation's story instead of its end. Exit code 1: a violation was found.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PROTECTIONS } from './protections';
import type { Protection } from './protections';
import { describeRun, simulate } from './simulate';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    off: { type: 'string' },
    trace: { type: 'boolean', default: false },
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

async function search(): Promise<void> {
  const off = protectionNamed(values.off);
  const from = Number(values.from);
  const seeds = Number(values.seeds);
  const counts = new Map<string, number>();
  const began = performance.now();
  let found = 0;
  let steps = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await simulate(seed, off);
    steps += run.steps;
    for (const [what, count] of run.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (run.violation === undefined) continue;
    found += 1;
    process.exitCode = 1;
    console.log(describeRun(run, values.trace ? Infinity : undefined));
  }
  const seconds = (performance.now() - began) / 1_000;
  const cpuSeconds = process.cpuUsage().user / 1e6;
  for (const [what, count] of [...counts].sort())
    console.log(`${String(count).padStart(9)} ${what}`);
  console.log(
    `${seeds} seeds from ${from}: ${found} violations, ${Math.round(steps / seeds)} steps a seed, ` +
      `${(seeds / seconds).toFixed(1)} seeds/s by the clock, ${(seeds / cpuSeconds).toFixed(1)} seeds/s of one core's time.`,
  );
}

void search();
