import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, statusOf, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { tracesOf } from './support/traces';
import type { Traces } from './support/traces';

const RUDE = { preset: 'rude' };

describe('seam b: a post-function that is', () => {
  let stand: Stand;
  let ordinary: Traces;
  let turn = 0;
  beforeAll(async () => {
    stand = await startStand('seam-b');
    await deployed({});
    ordinary = await deployed({ postFunctions: { lost: 0, doubled: 0 } });
  }, 420_000);
  afterAll(() => stand.stop(), 60_000);

  /** Deploys the next version with the knobs turned for the click on Start. */
  async function deployed(knobs: object, look: 'panel' | 'status' = 'panel'): Promise<Traces> {
    turn += 1;
    const key = await stand.ready(turn % 2 === 0 ? '1.1.0' : '1.0.0');
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
    expect(await deployed({ postFunctions: { leastMs: 9_000, mostMs: 12_000 } })).toEqual(ordinary);
  }, 180_000);
});
