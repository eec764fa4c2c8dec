/** Each protection is needed: without it the simulator finds a violation, from the recorded seed on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PROTECTIONS } from './protections';
import type { Protection } from './protections';
import { buildSearch } from './run-search';
import type { BuiltSearch } from './run-search';

/**
 * A seed that misses each protection, and what breaks there. A change of the product shifts what a seed
 * does: then the search goes on from there for a while, and says where the protection is missed now.
 */
const TEETH: Readonly<Record<Protection, { readonly seed: number; readonly breaks: RegExp }>> = {
  'host-fence': { seed: 270, breaks: /^I1$/ },
  'fence-row': { seed: 3, breaks: /^I11$/ },
  lease: { seed: 14, breaks: /^I11$/ },
  'compare-and-swap': { seed: 2, breaks: /^I1[0123]$/ },
  sequence: { seed: 156, breaks: /^I12$/ },
  decision: { seed: 29, breaks: /^I[467]$/ },
  'click-ids': { seed: 167, breaks: /^click$/ },
  'outbox-turn': { seed: 26, breaks: /^I2[34]$/ },
};

const SEEDS_TRIED = 1_000;

let search: BuiltSearch;
beforeAll(() => {
  search = buildSearch();
});
afterAll(() => search.remove());

test.each(PROTECTIONS)(
  'without %s an invariant breaks, with it none does',
  async (protection) => {
    const { seed, breaks } = TEETH[protection];
    const seeds = ['--from', String(seed), '--seeds', String(SEEDS_TRIED)];

    const { violations } = await search.run('--off', protection, '--first', ...seeds);

    const [found] = violations;
    if (found && found.seed !== seed)
      console.log(`${protection} is missed at seed ${found.seed} now, no longer at ${seed}.`);
    expect(found?.invariant).toMatch(breaks);
    const whole = await search.run('--from', String(found?.seed ?? seed), '--seeds', '1');
    expect(whole.violations).toEqual([]);
  },
  300_000,
);
