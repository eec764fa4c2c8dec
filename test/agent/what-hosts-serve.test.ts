/** A healthy answer with another version is no success; an order with a foreign signature is none at all. */
import { expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { liveAgent } from '../../agent/agent-loop';
import type { AppClient } from '../../agent/ports/app';
import type { Health } from '../../agent/ports/health';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp, signDecision } from './support/fake-app';
import type { FakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import type { Fleet } from './support/fake-hosts';
import { aPlan, NEW, OLD } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';
import type { VirtualClock } from './support/virtual-clock';

interface World {
  readonly clock: VirtualClock;
  readonly app: FakeApp;
  readonly fleet: Fleet;
}

function aWorld(stage: 'CODE' | 'VERIFY'): World {
  const clock = createVirtualClock();
  return { clock, app: createFakeApp(clock, aPlan(), { stage }), fleet: createFleet() };
}

async function live(
  { clock, app, fleet }: World,
  parts: { readonly health?: Health; readonly app?: AppClient },
): Promise<void> {
  const made = anAgent({ clock, app: parts.app ?? app, fleet, journal: aJournal().journal });
  const agent = { ...made, health: parts.health ?? made.health };
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    while (app.outcome === null) await clock.sleep(1_000);
    stopping.abort();
  };
  await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
}

/** Every service is healthy, and serves what it served before. */
const stuckAtOld: Health = {
  look: async () => ({
    kind: 'answered',
    healthy: true,
    status: 200,
    version: OLD.version,
    milliseconds: 1,
  }),
};

test('a host that is healthy but serves the old version stops the rollout at the first host', async () => {
  const world = aWorld('CODE');

  await live(world, { health: stuckAtOld });

  expect(world.app.outcome).toMatchObject({
    kind: 'failed',
    failure: {
      class: 'health',
      sentence: expect.stringContaining('is healthy but serves version 1.0.0'),
    },
  });
  expect(world.fleet.effects.filter((effect) => / (re)?activate /.test(effect))).toEqual([
    'web-1 activate 1.1.0',
    'web-1 reactivate 1.0.0',
  ]);
});

test('verification finds a host whose files are new and whose service is old', async () => {
  const world = aWorld('VERIFY');
  for (const name of ['web-1', 'web-2', 'web-3']) world.fleet.host(name).current = NEW;

  await live(world, { health: stuckAtOld });

  expect(world.app.outcome).toMatchObject({
    kind: 'failed',
    failure: { sentence: expect.stringContaining('is healthy but serves version 1.0.0') },
  });
});

test('a job whose decision another key has signed touches no host [S0-33]', async () => {
  const world = aWorld('CODE');
  const foreign = generateKeyPairSync('ed25519').privateKey;
  const claim: AppClient['claim'] = async (job, requestId) => {
    const result = await world.app.claim(job, requestId);
    if (result.kind !== 'answered') return result;
    const decision = signDecision(JSON.parse(result.answer.decision.text) as object, foreign);
    return { ...result, answer: { ...result.answer, decision } };
  };

  await live(world, { app: { ...world.app, claim } });

  expect(world.app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'permission' } });
  expect(world.fleet.effects).toEqual([]);
});
