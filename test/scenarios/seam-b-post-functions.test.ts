import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { click, statusOf, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { tracesOf } from './support/traces';
import type { Traces } from './support/traces';

const Calls = z.array(z.object({ functionKey: z.string() }));

const RUDE = { preset: 'rude' };

describe('seam b: a post-function that is', () => {
  let stand: Stand;
  let ordinary: Traces;
  let turn = 0;
  let last = '';
  beforeAll(async () => {
    stand = await startStand('seam-b');
    await deployed({});
    ordinary = await deployed({ postFunctions: { lost: 0, doubled: 0 } });
  }, 420_000);
  afterAll(() => stand.stop(), 60_000);

  /** Deploys the next version with the knobs turned for the click on Start. */
  async function deployed(knobs: object, look: 'panel' | 'status' = 'panel'): Promise<Traces> {
    turn += 1;
    const key = (last = await stand.ready(turn % 2 === 0 ? '1.1.0' : '1.0.0'));
    await stand.turn({ ...RUDE, ...knobs });
    await click(stand.as('leader'), key, 'Start');
    if (look === 'panel') await untilStatus(stand.as('leader'), key, 'Deployed');
    else await deployedWithoutPanel(key);
    await stand.turn(RUDE);
    return tracesOf(stand, key);
  }

  const deployedWithoutPanel = (key: string): Promise<true> =>
    waitFor(`${key} in Deployed`, async () =>
      (await statusOf(stand.as('leader'), key)) === 'Deployed' ? true : undefined,
    );

  test('lost, and found by the panel, ends in the same state', async () => {
    expect(await deployed({ postFunctions: { lost: 1 }, productEvents: { lost: 1 } })).toEqual(
      ordinary,
    );
  }, 180_000);

  test('lost, and found by the issue’s event, ends in the same state', async () => {
    expect(await deployed({ postFunctions: { lost: 1 } }, 'status')).toEqual(ordinary);
  }, 180_000);

  test('doubled ends in the same state', async () => {
    expect(await deployed({ postFunctions: { doubled: 1 } })).toEqual(ordinary);
  }, 180_000);

  test('late, after the panel has healed its absence, ends in the same state', async () => {
    const before = await recorded();
    const healed = await deployed({ postFunctions: { leastMs: 9_000, mostMs: 12_000, lost: 0 } });
    expect(healed).toEqual(ordinary);

    // Submit and Start: the second of them comes when the release has long been deployed.
    await waitFor('the late post-function', async () =>
      (await recorded()) >= before + 2 ? true : undefined,
    );

    expect(await tracesOf(stand, last)).toEqual(ordinary);
  }, 180_000);

  /** How many post-functions have run. */
  async function recorded(): Promise<number> {
    const calls = Calls.parse(await stand.as('admin').request('GET', '/local/calls'));
    return calls.filter(({ functionKey }) => functionKey === 'after-transition').length;
  }
});
