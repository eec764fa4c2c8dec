/** Many storms: whatever is lost, late, doubled, killed or frozen, no invariant breaks. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { countOf, DRIVEN } from './handlers';
import { buildSearch } from './run-search';
import type { BuiltSearch } from './run-search';
import type { Summary } from './search-summary';
import { slowness } from './yardstick';

/** On all cores; `npm run simulate -- --seeds 200000` searches on. */
const SEEDS = 10_000;

/** All of them in five minutes on two cores, each as fast as the one that the figure was set for. */
const SEEDS_PER_SECOND = SEEDS / 300 / 2;

/** In each process, whatever was searched before: some 25 to 100; it was 3,500 where each agent kept its ended jobs. */
const HEAP_MEGABYTES_MAX = 400;

/** A shared core changes its pace within minutes, so the yardstick is laid beside the search. */
const YARDSTICK_EVERY_SECONDS = 20;

/** What the storms together must have seen, so that a quiet simulation is no proof. */
const MUST_HAPPEN = [
  ...['agent crashed', 'agent frozen', 'takeover', 'fence refused', 'act killed on a host'],
  ...['line broken', 'connection refused', 'host cut off', 'function killed', 'event lost'],
  ...['conflict in the store', 'status dragged', 'settings changed', 'claim forged'],
  ...['verified', 'code-failed', 'not-verified', 'outcome-unknown', 'answered', 'retried'],
  ...['approved', 'rejected', 'approvals-stale', 'promoted', 'completed', 'iterated', 'aborted'],
  ...['script-rejected', 'sql-succeeded', 'sql-failed', 'statement ran', 'config-confirmed'],
  ...['statement ran outside a transaction', 'rolled-back', 'rollback-failed'],
  'statement ran behind one that was called done',
  'agent crashed while it asked',
  ...['config-applied', 'namespace apply', 'namespace restore'],
  ...['move-undone', 'stage on a host', 'activate on a host', 'start on a host'],
  ...['checkpoint countersigned', 'act told', 'act told without its end'],
  ...['issue deleted', 'issue moved', 'issue-gone', 'agent revoked', 'agent cut off'],
  ...['message forged', 'message for another installation', 'job of another environment asked for'],
  ...[
    'text forged',
    'clock of an agent set',
    'disk of an agent full',
    'disk of a host full',
    'host edited',
  ],
  ...[
    'host refused with 65',
    'host refused with 72',
    'host refused with 74',
    'host refused with 77',
  ],
  ...['fence refused in a database', 'session outlived its client'],
  ...['session ended for the next holder', 'machine of an agent paused', 'agent left frozen'],
  ...['release pruned', 'config-failed', 'config-reported-failed', 'lock not had in time'],
  ...['key renewed', 'agent crashed while it renewed its key', 'ended key used'],
  ...['former key brought another', 'job of another group asked for'],
  ...['job of another room asked for', 'host moved to another room'],
  ...['log read', 'log read on', 'lines of a log replayed', 'text read'],
  ...['audit judged', 'audit with witnesses judged', 'audit of several pages judged'],
  ...['copy of an agent noted', 'job claimed by a copy of an agent'],
  ...['job ended by a copy of an agent', 'agent suspended', 'agent confirmed again'],
  ...Object.keys(DRIVEN).map(countOf),
];

let search: BuiltSearch;
beforeAll(() => {
  search = buildSearch();
});
afterAll(() => search.remove());

test(`${SEEDS} seeds hold I1 to I8, I10 to I13, I15 to I17, I19 and I21 to I24`, async () => {
  const paces: number[] = [slowness()];
  const laying = setInterval(() => paces.push(slowness()), YARDSTICK_EVERY_SECONDS * 1_000);
  const { violations, counts, seconds, cpuSeconds, heapMegabytes } = await searchOnAllCores();
  clearInterval(laying);

  const [byClock, byCore] = [SEEDS / seconds, SEEDS / cpuSeconds];
  const onUsualCore = byCore * mean(paces);
  process.stderr.write(
    `${byClock.toFixed(1)} seeds/s by the clock, ${byCore.toFixed(1)} per second of processor time, ` +
      `${onUsualCore.toFixed(1)} on a usual core; ` +
      `${heapMegabytes.map((size) => size.toFixed(0)).join(' and ')} MB of heap at the end\n`,
  );
  expect(violations.map(({ story }) => story).join('\n')).toBe('');
  expect(Math.max(...heapMegabytes)).toBeLessThan(HEAP_MEGABYTES_MAX);
  expect(onUsualCore).toBeGreaterThanOrEqual(SEEDS_PER_SECOND);
  expect(MUST_HAPPEN.filter((what) => counts[what] === undefined)).toEqual([]);
}, 1_800_000);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** One process per core, each with its part of the seeds. */
async function searchOnAllCores(): Promise<Pick<Summary, Counted> & Heaps> {
  const cores = availableParallelism();
  const part = Math.ceil(SEEDS / cores);
  const began = performance.now();
  const parts = await Promise.all(
    Array.from({ length: cores }, (_, core) =>
      search.run('--from', String(1 + core * part), '--seeds', String(part)),
    ),
  );
  return {
    violations: parts.flatMap(({ violations }) => violations),
    counts: Object.fromEntries(parts.flatMap(({ counts }) => Object.entries(counts))),
    seconds: (performance.now() - began) / 1_000,
    cpuSeconds: parts.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    heapMegabytes: parts.map(({ heapMegabytes }) => heapMegabytes),
  };
}

type Counted = 'violations' | 'counts' | 'seconds' | 'cpuSeconds';

/** One for each process. */
interface Heaps {
  readonly heapMegabytes: readonly Summary['heapMegabytes'][];
}

test('the same seeds leave the same trace, in another process as well', async () => {
  const first = await search.run('--seeds', '40', '--from', '25');
  const second = await search.run('--seeds', '40', '--from', '25');
  const other = await search.run('--seeds', '40', '--from', '26');

  expect(second.digest).toBe(first.digest);
  expect(second.steps).toBe(first.steps);
  expect(other.digest).not.toBe(first.digest);
}, 120_000);
