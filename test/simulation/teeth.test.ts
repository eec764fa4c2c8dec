/** Each protection is needed: without it the simulator finds a violation, from the recorded seed on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PROTECTIONS } from './protections';
import { buildSearch } from './run-search';
import type { BuiltSearch } from './run-search';
import type { Bite } from './search-summary';
import { TEETH } from './teeth';
import { slowness } from './yardstick';

let search: BuiltSearch;
let bites: readonly Bite[];
beforeAll(async () => {
  search = buildSearch();
  bites = await search.replayTeeth();
  for (const { protection, found } of bites) {
    const told = found ? `seed ${found.seed}, ${found.invariant}` : 'nothing misses it';
    process.stderr.write(`without ${protection.padEnd(16)} ${told}\n`);
  }
}, 1_800_000);
afterAll(() => search.remove());

test.each(PROTECTIONS)('without %s an invariant breaks, with it none does', (protection) => {
  const { seed, breaks } = TEETH[protection];
  const found = bites.find((bite) => bite.protection === protection)?.found;

  if (found && found.seed !== seed)
    console.log(`${protection} is missed at seed ${found.seed} now, no longer at ${seed}.`);
  expect(found?.invariant).toMatch(breaks);
  expect(found?.clean).toBe(true);
});

test('at least 20 protections are switched off; their recorded seeds take a minute of one core', () => {
  const recorded = bites.filter(({ protection, found }) => found?.seed === TEETH[protection].seed);
  const seconds = recorded.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  process.stderr.write(
    `${recorded.length} of ${bites.length} recorded seeds in ${seconds.toFixed(1)} s of processor time\n`,
  );

  expect(bites.length).toBeGreaterThanOrEqual(20);
  expect(seconds / slowness()).toBeLessThanOrEqual(60);
});
