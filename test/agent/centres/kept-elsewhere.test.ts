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
  const perform = async (centres: Centres, stage: RunStage, adopts: string[] = []) => {
    fence += 1;
    const job = `10001.${String(fence)}`;
    const app = createFakeApp(machineClock, plan, { stage, job, firstFence: fence });
    app.texts.set(change.changes.sha256, changes);
    const { journal } = aJournal();
    const made = anAgent({ clock: machineClock, app, journal, centres, fleet });
    const rule = { id: 'files', environments: ['SIT'], kind: 'files' as const, directory, adopts };
    const agent = { ...made, settings: { ...made.settings, centres: [rule] } };
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
      sentence: expect.stringMatching(
        /^This agent does not keep what the release has changed in shop\/shop\.properties in SIT, for another agent applied it; stop this agent and retry with that one/,
      ),
    },
  });
  expect(fleet.effects).toEqual([]);
  expect(await perform(first, 'CODE')).toEqual({ kind: 'succeeded' });
});

/** A host that serves what some agent has merged. */
function servingMerged({ fleet }: ReturnType<typeof aFleetOfAgents>): string {
  const digest = 'f'.repeat(64);
  fleet.host('web-1').current = { digest, version: OLD.version, artifactSha256: OLD.digest };
  return digest;
}

const FOREIGN = {
  kind: 'failed',
  failure: {
    class: 'config',
    sentence: expect.stringMatching(
      /^web-1 \(.+\) serves shop with configuration that another agent has merged in, .*; stop this agent and retry with that one, or copy .* adopts .*agent\.yml, then retry\.$/,
    ),
  },
};

test('an agent puts nothing over what another has merged, even where it has applied a change of its own', async () => {
  const agents = aFleetOfAgents();
  servingMerged(agents);
  const second = centresOf('changes something');
  expect(await agents.perform(second, 'CONFIG')).toEqual({ kind: 'succeeded' });

  expect(await agents.perform(second, 'CODE')).toMatchObject(FOREIGN);
  expect(agents.switched()).toBe(false);
});

test('nor does it take back a release whose configuration another one keeps', async () => {
  const agents = aFleetOfAgents();
  servingMerged(agents);

  expect(await agents.perform(centresOf('knows nothing'), 'ROLLBACK')).toMatchObject(FOREIGN);
  expect(agents.fleet.effects).toEqual([]);
});

test('it goes on over what it has merged itself, and over what agent.yml says it has taken over', async () => {
  const agents = aFleetOfAgents(aPlan(['web-1']));
  const digest = servingMerged(agents);
  const own = centresOf('merged it');
  await own.merged.add({ plan: 'a'.repeat(64), site: 'shop' }, digest);
  const other = centresOf('took it over');

  expect(await agents.perform(other, 'CODE')).toMatchObject(FOREIGN);
  expect(await agents.perform(other, 'CODE', ['shop'])).toEqual({ kind: 'succeeded' });
  servingMerged(agents);
  expect(await agents.perform(own, 'CODE')).toEqual({ kind: 'succeeded' });
});
