/** Two agents of one environment, each with a built-in store of its own. */
import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { canonicalText } from '#core/canonical';
import type { RunStage } from '#core/plan-step';
import { createCentres } from '../../../agent/centres/centres';
import type { Centres } from '../../../agent/centres/centres';
import { machineClock } from '../../../agent/clock';
import { sha256Hex } from '../../../agent/keys';
import { performPlan } from '../../../agent/perform-plan';
import { aHold } from '../support/a-hold';
import { aJournal, anAgent } from '../support/an-agent';
import { createFakeApp } from '../support/fake-app';
import { createFleet } from '../support/fake-hosts';
import { NO_CENTRES } from '../support/no-centres';
import { aPlan, OLD } from '../support/plans';
import { scratch } from '../support/scratch';

const directory = scratch();
const changes = canonicalText([
  { action: 'set', key: 'greeting', value: { kind: 'text', text: 'hello' } },
]);
const change = {
  id: 'greeting',
  centre: 'files',
  application: 'shop',
  namespace: 'shop.properties',
  changes: { sha256: sha256Hex(changes), bytes: Buffer.byteLength(changes) },
  keys: 1,
  byHand: false,
};

const centresOf = (agent: string): Centres => {
  const home = join(directory, agent);
  const rule = { id: 'files', environments: ['SIT'], kind: 'files' as const, directory: home };
  const secrets = { directory: join(home, 'secrets'), keyFile: join(home, 'secrets.key') };
  return createCentres([rule], { secrets, merged: join(home, 'merged') });
};

function aFleetOfAgents(plan = aPlan(['web-1'], { config: [change] })) {
  const fleet = createFleet();
  let fence = 0;
  const perform = async (centres: Centres, stage: RunStage) => {
    fence += 1;
    const job = `10001.${String(fence)}`;
    const app = createFakeApp(machineClock, plan, { stage, job, firstFence: fence });
    app.texts.set(change.changes.sha256, changes);
    const { journal } = aJournal();
    const agent = anAgent({ clock: machineClock, app, journal, centres, fleet });
    return performPlan(agent, await aHold(agent, app, job));
  };
  const switched = (): boolean => fleet.effects.some((effect) => effect.includes('activate'));
  return { fleet, perform, switched };
}

test('an agent that is given the code of a release whose configuration another applied touches no host, and says where to go', async () => {
  const { perform, fleet } = aFleetOfAgents();
  const [first, second] = [centresOf('first'), centresOf('second')];
  expect(await perform(first, 'CONFIG')).toEqual({ kind: 'succeeded' });

  const end = await perform(second, 'CODE');

  expect(end).toEqual({
    kind: 'failed',
    failure: {
      class: 'config',
      sentence:
        'This agent does not keep what the release has changed in shop/shop.properties in SIT, for another agent applied it; retry with the agent that does, or copy its directory of that centre to this one and retry.',
    },
  });
  expect(fleet.effects).toEqual([]);
  expect(await perform(first, 'CODE')).toEqual({ kind: 'succeeded' });
});

test('an agent that has never kept a site’s configuration switches no host to a package without it', async () => {
  const { perform, fleet, switched } = aFleetOfAgents(aPlan(['web-1']));
  fleet.host('web-1').current = { ...OLD, artifactSha256: 'f'.repeat(64) };

  const end = await perform(NO_CENTRES, 'CODE');

  expect(end).toMatchObject({
    kind: 'failed',
    failure: {
      class: 'config',
      sentence: expect.stringMatching(
        /^web-1 \(.+\) serves shop with configuration merged in, and this agent keeps none of shop in SIT; retry with the agent that does/,
      ),
    },
  });
  expect(switched()).toBe(false);
});
